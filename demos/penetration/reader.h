/* reader.h - the read path that an interview asks for: filter, cache, database.
 *
 *   the filter says no      → there is none: certain, and neither cache nor database is asked
 *   the cache knows the key → its value, or (an empty value) that there is none
 *   else the database       → its answer goes into the cache: a value always, "there is none" only
 *                             if empty values are kept
 *
 * Without filter and empty values, each request for a key that does not exist reaches the database:
 * cache penetration (缓存穿透). */
#ifndef PENETRATION_READER_H
#define PENETRATION_READER_H

#include "bloom_filter.h"
#include "cache.h"
#include "database.h"

struct reader {
    const struct bloom_filter *filter; /* or NULL */
    struct cache *cache;
    struct database *database;
    bool keeps_empty;
    char row[ITEM_NAME_MAX]; /* what the database said last */
};

enum reader_source { FROM_FILTER, FROM_CACHE, FROM_DATABASE };

struct answer {
    enum reader_source source;
    const char *name; /* NULL: there is none. Valid until the reader's next call */
};

/* 0, or a negative errno of the database's or -ENOMEM. */
int reader_get(struct reader *reader, uint64_t key, struct answer *ret);

/* The item was created, changed or deleted, and that is committed: what the cache has is old, an
 * empty value as well. (A filter must have a new key before the commit: between the two it would
 * refuse a key that exists.) */
void reader_forget(struct reader *reader, uint64_t key);

#endif
