/* experiment_tasks.c - what one does with a set of integers, timed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "manifest.h"

enum { OPERATIONS_MAX = 1000000, ROUNDS = 7 };

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static int look_up(struct demo *demo, const struct plan *plan, const struct structure *structure,
                   const void *set, struct result *result)
{
    uint32_t keys[BATCH];
    uint64_t total = min_u64(plan->n, OPERATIONS_MAX);
    for (uint64_t done = 0; done < total;) {
        size_t n = (size_t)min_u64(BATCH, total - done);
        if (demo_stopping(demo))
            return -EINTR;
        keys_fill(plan, STREAM_LOOKUPS, done, keys, n);
        int64_t since = demo_now_ns();
        result->answers.hits += structure->look_up(set, keys, n);
        result->timing[LOOKUP].ns += (double)(demo_now_ns() - since);
        done += n;
    }
    result->timing[LOOKUP].operations = (double)total;
    return 0;
}

/*** Sorting ***/

static void walk_add(struct walk *walk, uint32_t *last, const uint32_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        walk->descents += walk->n + i > 0 && values[i] <= (i > 0 ? values[i - 1] : *last);
        walk->sum += values[i] * (walk->n + i + 1);
    }
    walk->n += n;
    if (n > 0)
        *last = values[n - 1];
}

int walk_in_order(struct demo *demo, const void *set, struct walk *ret,
                  size_t (*next)(const void *, uint64_t *, uint32_t *, size_t))
{
    uint32_t values[BATCH], last = 0;
    uint64_t cursor = 0;
    for (size_t n; (n = next(set, &cursor, values, BATCH)) > 0;) {
        if (demo_stopping(demo))
            return -EINTR;
        walk_add(ret, &last, values, n);
    }
    return 0;
}

/* From integers in any order to the same in ascending order: the filling counts. */
static int sort(struct demo *demo, const struct structure *structure, const void *set,
                struct result *result)
{
    int64_t since = demo_now_ns();
    int done = structure->walk(set, demo, &result->answers.walk);
    result->timing[SORT] = result->timing[DEDUP];
    result->timing[SORT].ns += (double)(demo_now_ns() - since);
    return done;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of some rounds, for what takes too little time to be measured once. */
static int count_both(struct demo *demo, const struct structure *structure, const void *a,
                      const void *b, double operations, struct result *result)
{
    double rounds[ROUNDS];
    size_t n = 0;
    for (double sum = 0; n < ROUNDS && sum < 2e8; n++) {
        int64_t since = demo_now_ns();
        if (structure->and_count(demo, a, b, &result->answers.and_count) < 0)
            return -EINTR;
        rounds[n] = (double)(demo_now_ns() - since);
        sum += rounds[n];
    }
    qsort(rounds, n, sizeof *rounds, compare_doubles);
    result->timing[AND] = (struct timing){rounds[n / 2], operations};
    return 0;
}

static int combine(struct demo *demo, const struct structure *structure, void *a, const void *b,
                   double operations, struct result *result)
{
    int done = count_both(demo, structure, a, b, operations, result);
    if (done < 0)
        return done;
    int64_t since = demo_now_ns();
    done = structure->unite(demo, a, b);
    if (done < 0)
        return done;
    result->answers.or_count = structure->count(a);
    result->timing[OR] = (struct timing){(double)(demo_now_ns() - since), operations};
    return demo_stopping(demo) ? -EINTR : 0;
}

/* With a second set of other integers in the same distribution. */
static int set_operations(struct demo *demo, const struct plan *plan, enum structure_id id, void *a,
                          struct result *result)
{
    const struct structure *structure = structures[id];
    struct timing untimed = {0};
    void *b = structure->make(plan);
    if (!b)
        return -ENOMEM;
    int done = fill_part(demo, plan, id, b, STREAM_B, 0, plan->n, &untimed);
    if (done == 0 && structure->finish)
        done = structure->finish(b, demo);
    if (done == 0)
        done = combine(demo, structure, a, b, 2 * (double)plan->n, result);
    structure->release(b);
    return done;
}

/* The first half of the integers that came in. */
static int delete_half(struct demo *demo, const struct plan *plan,
                       const struct structure *structure, void *set, struct result *result)
{
    uint64_t total = min_u64((plan->n + 1) / 2, OPERATIONS_MAX);
    uint32_t *keys = malloc((size_t)total * sizeof *keys);
    if (!keys)
        return -ENOMEM;
    keys_fill(plan, STREAM_A, 0, keys, (size_t)total);
    int64_t since = demo_now_ns();
    int done = structure->remove(set, keys, (size_t)total);
    result->timing[DELETE] = (struct timing){(double)(demo_now_ns() - since), (double)total};
    result->answers.left = structure->count(set);
    free(keys);
    return done < 0 ? done : demo_stopping(demo) ? -EINTR : 0;
}

int experiment_tasks(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
                     struct result *result)
{
    const struct structure *structure = structures[id];
    int done = 0;
    if (plan_has_task(plan, TASK_LOOKUP))
        done = look_up(demo, plan, structure, set, result);
    if (done == 0 && plan_has_task(plan, TASK_SORT))
        done = sort(demo, structure, set, result);
    if (done == 0 && plan_has_task(plan, TASK_SETS))
        done = set_operations(demo, plan, id, set, result);
    if (done == 0 && plan_has_task(plan, TASK_DELETE))
        done = delete_half(demo, plan, structure, set, result);
    if (done == 0 && id == ROARING && !result->fault)
        result->fault = roaring_fault(set);
    result->done = done == 0;
    return done;
}
