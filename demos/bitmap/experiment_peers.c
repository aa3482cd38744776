/* experiment_peers.c - the hash set and the sorted array as structures of the experiment: what one
 * would use if there were no bitmaps. An array can't be changed one integer at a time; what is
 * asked of it in a batch is said in the manifest. */
#include <errno.h>
#include <math.h>

#include "experiment.h"
#include "hash_set.h"
#include "sorted_array.h"

/*** The hash set ***/

static double hash_slots(double n)
{
    double slots = 16;
    while (slots * 0.75 < n)
        slots *= 2;
    return 32 + 4 * slots; /* with the struct itself */
}

static struct need hash_need(const struct plan *plan)
{
    double most = fmin((double)plan->n, (double)plan->range);
    double set = hash_slots(most), grown = hash_slots(2 * most);
    return (struct need){set, plan_has_second_set(plan) ? 1.5 * grown + set : 1.5 * set + 8 * most};
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

static uint64_t hash_total(const void *set)
{
    return hash_set_count(set);
}

/* The fewer are looked up among the more. */
static int hash_both(struct demo *demo, const void *a, const void *b, uint64_t *ret)
{
    const void *few = hash_total(a) < hash_total(b) ? a : b, *many = few == a ? b : a;
    uint32_t values[BATCH];
    uint64_t cursor = 0;
    *ret = 0;
    for (size_t n; (n = hash_set_values(few, &cursor, values, BATCH)) > 0;) {
        if (demo_stopping(demo))
            return -EINTR;
        *ret += hash_look_up(many, values, n);
    }
    return 0;
}

static int hash_unite(struct demo *demo, void *to, const void *from)
{
    uint32_t values[BATCH];
    uint64_t cursor = 0;
    int result = hash_set_reserve(to, hash_total(to) + hash_total(from));
    for (size_t n; result == 0 && (n = hash_set_values(from, &cursor, values, BATCH)) > 0;)
        result = demo_stopping(demo) ? -EINTR : hash_add(to, values, n);
    return result;
}

static int hash_remove(void *set, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash_set_remove(set, keys[i]);
    return 0;
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
    return (struct need){4 * n + sizeof(struct sorted_array),
                         plan_has_second_set(plan) ? peak + 4 * n : peak};
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

static int array_both(struct demo *demo, const void *a, const void *b, uint64_t *ret)
{
    (void)demo;
    *ret = sorted_array_and_count(a, b);
    return 0;
}

static int array_unite_sets(struct demo *demo, void *to, const void *from)
{
    (void)demo;
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

const struct structure hash_structure = {
    "hash",       "hash set", hash_need, hash_make,  hash_release, hash_add,   NULL,
    hash_look_up, hash_walk,  hash_both, hash_unite, hash_remove,  hash_total, hash_bytes};

const struct structure array_structure = {
    "array",          "sorted array",   array_need,    array_make, array_release,
    array_add_all,    array_finish,     array_look_up, array_walk, array_both,
    array_unite_sets, array_remove_all, array_total,   array_bytes};
