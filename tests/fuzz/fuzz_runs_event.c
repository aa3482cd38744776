/* fuzz_runs_event.c - any line of a demo against event.c: refused, or written as JSON on one line
 * that is taken again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "runs/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct demo demo = {.id = "selftest"};
    struct event event, again;
    struct err err = {0};
    cleanup_text struct text out = {0};
    if (!demo.manifest &&
        !(demo.manifest = json_load_file(PREPD_FIXTURES "/runs/selftest.json", 0, NULL)))
        abort();
    if (event_parse(&demo, (const char *)data, size, &event, &err) < 0)
        return 0;
    if (event_write(&event, &out) < 0 || memchr(out.data, '\n', out.len) ||
        utf8_valid_len(out.data, out.len) != out.len)
        abort();
    if (out.len <=
        EVENT_BYTES_MAX) { /* 1e9 is written in full, so it may have grown beyond what is taken */
        if (event_parse(&demo, out.data, out.len, &again, &err) < 0)
            abort();
        event_clear(&again);
    }
    event_clear(&event);
    return 0;
}
