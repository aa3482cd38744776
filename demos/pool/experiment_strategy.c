/* experiment_strategy.c - what is compared: made, unmade, and what is known of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"

const char *const strategy_ids[STRATEGIES] = {"pool", "full", "list", "malloc", "none"};

static void drop(void *object, void *arg)
{
    struct strategy *strategy = arg;
    object_free(object, &strategy->dropped);
}

static int pool_init(struct strategy *strategy, const struct plan *plan)
{
    bool all = strategy->kind == STRATEGY_FULL;
    strategy->pool = pool_new(&(struct pool_options){.ps = plan->threads,
                                                     .drop = drop,
                                                     .arg = strategy,
                                                     .no_steal = !all && !plan->steal,
                                                     .no_victim = !all && !plan->victim,
                                                     .no_padding = !all && !plan->padding});
    return strategy->pool ? 0 : -1;
}

static int list_init(struct strategy *strategy)
{
    strategy->list = malloc(sizeof *strategy->list);
    if (!strategy->list)
        return -1;
    free_list_init(strategy->list);
    return 0;
}

int strategy_init(struct strategy *strategy, enum strategy_kind kind, const struct plan *plan)
{
    *strategy = (struct strategy){.kind = kind, .used = true, .gc_due_ms = plan->gc_ms};
    strategy->keep_max = plan->keep_max;
    if (kind == STRATEGY_FULL) {
        strategy->used = plan_takes_away(plan);
        strategy->keep_max = plan->size < KEEP_SENSIBLE ? KEEP_SENSIBLE : plan->size;
    }
    if (kind == STRATEGY_POOL || (kind == STRATEGY_FULL && strategy->used))
        return pool_init(strategy, plan);
    return kind == STRATEGY_LIST ? list_init(strategy) : 0;
}

void strategy_destroy(struct strategy *strategy)
{
    pool_free(strategy->pool);
    if (strategy->list)
        free_list_destroy(strategy->list, drop, strategy);
    free(strategy->list);
    strategy->pool = NULL;
    strategy->list = NULL;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double strategy_cost(const struct strategy *strategy)
{
    double sorted[SLICES_MAX];
    size_t n = (size_t)strategy->slices;
    memcpy(sorted, strategy->cost, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    return n > 0 ? (sorted[(n - 1) / 2] + sorted[n / 2]) / 2 : NAN;
}

struct pool_counts strategy_counts(const struct strategy *strategy, const struct plan *plan)
{
    struct pool_counts sum = {0};
    for (int p = 0; strategy->pool && p < plan->threads; p++) {
        struct pool_counts counts = pool_counts(strategy->pool, p);
        for (int i = 0; i < POOL_SOURCES; i++)
            sum.gets[i] += counts.gets[i];
    }
    return sum;
}
