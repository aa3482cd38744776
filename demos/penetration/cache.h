/* cache.h - a cache that has room for so many entries and forgets the one not asked for the longest
 * (LRU), as a process keeps it in front of a database.
 *
 * An entry is a key with a text, or with the knowledge that there is none: an empty value. Both
 * take a place, so an empty value may push a real one out. One thread at a time. */
#ifndef PENETRATION_CACHE_H
#define PENETRATION_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;

/* For 1 to CACHE_ENTRIES_MAX entries; NULL with errno: EINVAL, ENOMEM. */
enum { CACHE_ENTRIES_MAX = 1 << 24 };
struct cache *cache_new(size_t capacity);
void cache_free(struct cache *cache); /* NULL is fine */

/* True if the key is cached, and then *ret_value is its text, or NULL if it is known not to exist;
 * valid until the cache changes. Makes it the entry asked for last. */
bool cache_get(struct cache *cache, uint64_t key, const char **ret_value);

/* Remembers a copy of the text, or with NULL that there is none. 0 or -ENOMEM. */
int cache_put(struct cache *cache, uint64_t key, const char *value);
void cache_remove(struct cache *cache, uint64_t key); /* one that is not there is fine */

struct cache_usage {
    size_t entries, empty; /* of them */
    size_t bytes;       /* of entries, their share of the table and texts, without malloc's own */
    size_t empty_bytes; /* of that, for empty values */
};
struct cache_usage cache_usage(const struct cache *cache);

#endif
