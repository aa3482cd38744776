/* reader.c - the read path; see reader.h. */
#include "reader.h"

static int ask_database(struct reader *reader, uint64_t key, struct answer *ret)
{
    int found = database_get(reader->database, key, reader->row);
    if (found < 0)
        return found;
    *ret = (struct answer){FROM_DATABASE, found ? reader->row : NULL};
    if (!found && !reader->keeps_empty)
        return 0;
    return cache_put(reader->cache, key, ret->name);
}

int reader_get(struct reader *reader, uint64_t key, struct answer *ret)
{
    const char *name = NULL;
    if (reader->filter && !bloom_has(reader->filter, key)) {
        *ret = (struct answer){FROM_FILTER, NULL};
        return 0;
    }
    if (!cache_get(reader->cache, key, &name))
        return ask_database(reader, key, ret);
    *ret = (struct answer){FROM_CACHE, name};
    return 0;
}

void reader_forget(struct reader *reader, uint64_t key)
{
    cache_remove(reader->cache, key);
}
