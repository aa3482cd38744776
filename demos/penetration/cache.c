/* cache.c - an LRU cache; see cache.h.
 *
 * DESIGN  A hash table finds an entry, a doubly linked list keeps all in the order in which they
 * were asked for last: get moves an entry to the front, put takes the last one's place when all are
 * taken. Both are O(1). Entries lie in one array and name each other by number, half the size of a
 * pointer; number 0 is no entry, but the head of the list: the newest is behind it, the oldest
 * before it. The array is as large as the capacity, but memory that was never written is not taken
 * from the machine. */
#include "cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t key;
    char *value; /* owned; NULL: there is none */
    uint32_t newer, older;
    uint32_t chain; /* the next entry of the same bucket, 0: none */
};

struct cache {
    struct entry *entries; /* [0] is the head */
    uint32_t *buckets;     /* the first entry of each */
    uint64_t mask;         /* buckets - 1 */
    uint32_t capacity, used;
    uint32_t spare; /* first of those that were removed, linked by chain */
    size_t n, empty, text_bytes;
};

struct cache *cache_new(size_t capacity)
{
    if (capacity < 1 || capacity > CACHE_ENTRIES_MAX) {
        errno = EINVAL;
        return NULL;
    }
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    size_t buckets = 1;
    while (buckets < capacity)
        buckets *= 2;
    cache->mask = buckets - 1;
    cache->capacity = (uint32_t)capacity;
    cache->entries = calloc(capacity + 1, sizeof *cache->entries);
    cache->buckets = calloc(buckets, sizeof *cache->buckets);
    if (!cache->entries || !cache->buckets) {
        cache_free(cache);
        return NULL;
    }
    return cache;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (uint32_t i = 1; cache->entries && i <= cache->used; i++)
        free(cache->entries[i].value);
    free(cache->entries);
    free(cache->buckets);
    free(cache);
}

/*** The table ***/

/* Fibonacci hashing: the upper bits of a product with 2^64 / golden ratio. */
static uint32_t *bucket_of(const struct cache *cache, uint64_t key)
{
    uint64_t hash = key * 0x9e3779b97f4a7c15;
    return &cache->buckets[(hash >> 32) & cache->mask];
}

/* What points to the key's entry, or to the 0 at the end of its chain. */
static uint32_t *place_of(const struct cache *cache, uint64_t key)
{
    uint32_t *at = bucket_of(cache, key);
    while (*at && cache->entries[*at].key != key)
        at = &cache->entries[*at].chain;
    return at;
}

/*** The order ***/

static void unlink_entry(struct cache *cache, uint32_t i)
{
    struct entry *entry = &cache->entries[i];
    cache->entries[entry->newer].older = entry->older;
    cache->entries[entry->older].newer = entry->newer;
}

static void link_newest(struct cache *cache, uint32_t i)
{
    struct entry *head = &cache->entries[0], *entry = &cache->entries[i];
    entry->newer = 0;
    entry->older = head->older;
    cache->entries[head->older].newer = i;
    head->older = i;
}

/*** Values ***/

static int value_set(struct cache *cache, struct entry *entry, const char *value)
{
    char *copy = value ? strdup(value) : NULL;
    if (value && !copy)
        return -ENOMEM;
    entry->value = copy;
    cache->empty += !copy;
    cache->text_bytes += copy ? strlen(copy) + 1 : 0;
    return 0;
}

static void value_clear(struct cache *cache, struct entry *entry)
{
    cache->empty -= !entry->value;
    cache->text_bytes -= entry->value ? strlen(entry->value) + 1 : 0;
    free(entry->value);
    entry->value = NULL;
}

/*** What one does with it ***/

bool cache_get(struct cache *cache, uint64_t key, const char **ret_value)
{
    uint32_t i = *place_of(cache, key);
    if (!i)
        return false;
    unlink_entry(cache, i);
    link_newest(cache, i);
    *ret_value = cache->entries[i].value;
    return true;
}

void cache_remove(struct cache *cache, uint64_t key)
{
    uint32_t *place = place_of(cache, key), i = *place;
    if (!i)
        return;
    struct entry *entry = &cache->entries[i];
    *place = entry->chain;
    unlink_entry(cache, i);
    value_clear(cache, entry);
    entry->chain = cache->spare;
    cache->spare = i;
    cache->n--;
}

/* An entry that nobody uses: one that was removed, or a fresh one, or the oldest of all. */
static uint32_t entry_take(struct cache *cache)
{
    if (!cache->spare && cache->used < cache->capacity)
        return ++cache->used;
    if (!cache->spare)
        cache_remove(cache, cache->entries[cache->entries[0].newer].key);
    uint32_t i = cache->spare;
    cache->spare = cache->entries[i].chain;
    return i;
}

int cache_put(struct cache *cache, uint64_t key, const char *value)
{
    struct entry fresh = {.key = key};
    if (value_set(cache, &fresh, value) < 0)
        return -ENOMEM;
    cache_remove(cache, key);
    uint32_t i = entry_take(cache), *bucket = bucket_of(cache, key);
    fresh.chain = *bucket;
    cache->entries[i] = fresh;
    *bucket = i;
    link_newest(cache, i);
    cache->n++;
    return 0;
}

struct cache_usage cache_usage(const struct cache *cache)
{
    const size_t each = sizeof(struct entry) + sizeof *cache->buckets;
    return (struct cache_usage){.entries = cache->n,
                                .empty = cache->empty,
                                .bytes = cache->n * each + cache->text_bytes,
                                .empty_bytes = cache->empty * each};
}
