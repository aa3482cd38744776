/* experiment_text.c - sizes and times as a reader wants them, in the unit that fits. */
#include <stdio.h>

#include "experiment.h"

struct unit {
    const char *name;
    double is;
};

/* In the first unit that the value reaches, or the last. */
static const char *in_unit(double value, const struct unit *unit, char out[static TEXT_MAX])
{
    while (value < unit->is && unit[1].name)
        unit++;
    snprintf(out, TEXT_MAX, "%.4g %s", value / unit->is, unit->name);
    return out;
}

const char *size_text(double bytes, char out[static TEXT_MAX])
{
    static const struct unit units[] = {
        {"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}, {"bytes", 1}, {0}};
    return in_unit(bytes, units, out);
}

const char *time_text(double ns, char out[static TEXT_MAX])
{
    static const struct unit units[] = {{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}, {0}};
    return in_unit(ns, units, out);
}
