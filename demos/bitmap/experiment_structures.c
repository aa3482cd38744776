/* experiment_structures.c - four sets of integers behind one interface.
 *
 * Calls go in batches, so that the interface costs nothing worth measuring: within a batch each
 * structure is called as a program that uses it would. What is asked of all of them in the same way
 * (an array can't be changed one integer at a time) is said in the manifest. */
#include <errno.h>
#include <math.h>

#include "bitset.h"
#include "experiment.h"
#include "hash_set.h"
#include "manifest.h"
#include "sorted_array.h"

static double min_double(double a, double b)
{
    return a < b ? a : b;
}

static bool is_alone(const struct plan *plan) /* no second set is made */
{
    return !plan_has_task(plan, TASK_SETS);
}

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

/* Walks a set whose values come in order from next(set, &cursor, out, max). */
static int walk_in_order(struct demo *demo, const void *set, struct walk *ret,
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

/*** The plain bitmap ***/

static struct need bits_need(const struct plan *plan)
{
    double set = (double)plan->range / 8;
    return (struct need){set, set * (is_alone(plan) ? 1 : 2)};
}

static void *bits_make(const struct plan *plan)
{
    return bitset_new(plan->range);
}

static void bits_release(void *set)
{
    bitset_free(set);
}

static int bits_add(void *set, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bitset_add(set, keys[i]);
    return 0;
}

static int nothing_to_finish(void *set, struct demo *demo)
{
    (void)set, (void)demo;
    return 0;
}

static uint64_t bits_look_up(const void *set, const uint32_t *keys, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += bitset_has(set, keys[i]);
    return found;
}

static size_t bits_next(const void *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    return bitset_values(set, cursor, out, max);
}

static int bits_walk(const void *set, struct demo *demo, struct walk *ret)
{
    return walk_in_order(demo, set, ret, bits_next);
}

static uint64_t bits_and(const void *a, const void *b)
{
    return bitset_and_count(a, b);
}

static int bits_unite(void *to, const void *from)
{
    bitset_unite(to, from);
    return 0;
}

static int bits_remove(void *set, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bitset_remove(set, keys[i]);
    return 0;
}

static uint64_t bits_total(const void *set)
{
    return bitset_count(set);
}

static size_t bits_bytes(const void *set)
{
    return bitset_bytes(set);
}

/*** The compressed bitmap ***/

static struct need roaring_need(const struct plan *plan)
{
    double n = (double)plan->n, range = (double)plan->range;
    double containers = min_double(n, range / 65536 + 1);
    double set = min_double(3 * n, range / 8 + 8192) + containers * 60;
    return (struct need){set, set * (is_alone(plan) ? 1 : 2)};
}

static void *roaring_make(const struct plan *plan)
{
    (void)plan;
    return roaring_new();
}

static void roaring_release(void *set)
{
    roaring_free(set);
}

static int roaring_add_all(void *set, const uint32_t *keys, size_t n)
{
    int result = 0;
    for (size_t i = 0; i < n; i++)
        result |= roaring_add(set, keys[i]);
    return result < 0 ? -ENOMEM : 0;
}

static int roaring_finish(void *set, struct demo *demo)
{
    (void)demo;
    return roaring_optimize(set);
}

static uint64_t roaring_look_up(const void *set, const uint32_t *keys, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += roaring_has(set, keys[i]);
    return found;
}

static size_t roaring_next(const void *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    return roaring_values(set, cursor, out, max);
}

static int roaring_walk(const void *set, struct demo *demo, struct walk *ret)
{
    return walk_in_order(demo, set, ret, roaring_next);
}

static uint64_t roaring_both(const void *a, const void *b)
{
    return roaring_and_count(a, b);
}

static int roaring_unite_sets(void *to, const void *from)
{
    return roaring_unite(to, from);
}

static int roaring_remove_all(void *set, const uint32_t *keys, size_t n)
{
    int result = 0;
    for (size_t i = 0; i < n; i++)
        result |= roaring_remove(set, keys[i]);
    return result < 0 ? -ENOMEM : 0;
}

static uint64_t roaring_total(const void *set)
{
    return roaring_count(set);
}

static size_t roaring_size(const void *set)
{
    return roaring_bytes(set);
}

/*** The hash set ***/

static double hash_slots(double n)
{
    double slots = 16;
    while (slots * 0.75 < n)
        slots *= 2;
    return 4 * slots;
}

static struct need hash_need(const struct plan *plan)
{
    double most = min_double((double)plan->n, (double)plan->range);
    double set = hash_slots(most), grown = hash_slots(min_double(2 * most, (double)plan->range));
    return (struct need){set, is_alone(plan) ? 1.5 * set + 8 * most : 1.5 * grown + set};
}

static void *hash_make(const struct plan *plan)
{
    (void)plan;
    return hash_set_new();
}

static void hash_release(void *set)
{
    hash_set_free(set);
}

static int hash_add(void *set, const uint32_t *keys, size_t n)
{
    int result = 0;
    for (size_t i = 0; i < n; i++)
        result |= hash_set_add(set, keys[i]);
    return result < 0 ? -ENOMEM : 0;
}

static uint64_t hash_look_up(const void *set, const uint32_t *keys, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += hash_set_has(set, keys[i]);
    return found;
}

static bool is_stopping(void *demo)
{
    return demo_stopping(demo);
}

static size_t array_next(const void *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    return sorted_array_values(set, cursor, out, max);
}

/* A hash table has no order: its numbers are taken out and sorted. */
static int hash_walk(const void *set, struct demo *demo, struct walk *ret)
{
    uint32_t values[BATCH];
    uint64_t cursor = 0;
    struct sorted_array *array = sorted_array_new();
    int result = array ? 0 : -ENOMEM;
    for (size_t n = 1; result == 0 && n > 0;) {
        n = hash_set_values(set, &cursor, values, BATCH);
        result = demo_stopping(demo) ? -EINTR : sorted_array_append(array, values, n);
    }
    if (result == 0)
        result = sorted_array_sort(array, is_stopping, demo);
    if (result == 0)
        result = walk_in_order(demo, array, ret, array_next);
    sorted_array_free(array);
    return result;
}

static uint64_t hash_and(const void *a, const void *b)
{
    return hash_set_and_count(a, b);
}

static int hash_unite(void *to, const void *from)
{
    uint32_t values[BATCH];
    uint64_t cursor = 0;
    int result = 0;
    for (size_t n; result == 0 && (n = hash_set_values(from, &cursor, values, BATCH)) > 0;)
        result = hash_add(to, values, n);
    return result;
}

static int hash_remove(void *set, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash_set_remove(set, keys[i]);
    return 0;
}

static uint64_t hash_total(const void *set)
{
    return hash_set_count(set);
}

static size_t hash_bytes(const void *set)
{
    return hash_set_bytes(set);
}

/*** The sorted array ***/

static struct need array_need(const struct plan *plan)
{
    double n = (double)plan->n;
    double peak = 10 * n; /* growing by half, and as much again to sort into */
    return (struct need){4 * n, is_alone(plan) ? peak : peak + 4 * n};
}

static void *array_make(const struct plan *plan)
{
    (void)plan;
    return sorted_array_new();
}

static void array_release(void *set)
{
    sorted_array_free(set);
}

static int array_add_all(void *set, const uint32_t *keys, size_t n)
{
    return sorted_array_append(set, keys, n);
}

static int array_finish(void *set, struct demo *demo)
{
    return sorted_array_sort(set, is_stopping, demo);
}

static uint64_t array_look_up(const void *set, const uint32_t *keys, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += sorted_array_has(set, keys[i]);
    return found;
}

static int array_walk(const void *set, struct demo *demo, struct walk *ret)
{
    return walk_in_order(demo, set, ret, array_next);
}

static uint64_t array_both(const void *a, const void *b)
{
    return sorted_array_and_count(a, b);
}

static int array_unite_sets(void *to, const void *from)
{
    return sorted_array_unite(to, from);
}

/* One by one each would move half of the array: all at once, as one merges. */
static int array_remove_all(void *set, const uint32_t *keys, size_t n)
{
    struct sorted_array *doomed = sorted_array_new();
    int result = doomed ? sorted_array_append(doomed, keys, n) : -ENOMEM;
    if (result == 0)
        result = sorted_array_sort(doomed, NULL, NULL);
    if (result == 0)
        sorted_array_remove(set, doomed);
    sorted_array_free(doomed);
    return result;
}

static uint64_t array_total(const void *set)
{
    return ((const struct sorted_array *)set)->n;
}

static size_t array_bytes(const void *set)
{
    return sorted_array_bytes(set);
}

const struct structure structures[STRUCTURES] = {
    [BITSET] = {"bitset", "bitset", bits_need, bits_make, bits_release, bits_add, nothing_to_finish,
                bits_look_up, bits_walk, bits_and, bits_unite, bits_remove, bits_total, bits_bytes},
    [ROARING] = {"roaring", "Roaring", roaring_need, roaring_make, roaring_release, roaring_add_all,
                 roaring_finish, roaring_look_up, roaring_walk, roaring_both, roaring_unite_sets,
                 roaring_remove_all, roaring_total, roaring_size},
    [HASH] = {"hash", "hash set", hash_need, hash_make, hash_release, hash_add, nothing_to_finish,
              hash_look_up, hash_walk, hash_and, hash_unite, hash_remove, hash_total, hash_bytes},
    [ARRAY] = {"array", "sorted array", array_need, array_make, array_release, array_add_all,
               array_finish, array_look_up, array_walk, array_both, array_unite_sets,
               array_remove_all, array_total, array_bytes},
};
