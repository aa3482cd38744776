/* roaring_store.c - a set as bytes, in the format that all Roaring libraries read and write.
 *
 * https://github.com/RoaringBitmap/RoaringFormatSpec; everything is little-endian:
 *
 *   cookie      12346 and the number of containers, 4 bytes each; or, if any container is of runs,
 *               12347 and that number less one, 2 bytes each, and a bit for each that is of runs
 *   keys        of each container its key and how many numbers it has, less one: 2 bytes each
 *   offsets     of each where its payload begins, 4 bytes; left out of fewer than 4 with runs
 *   payloads    arrays and bitmaps as they lie in memory; runs as their number, and then of each
 *               its start and its length less one: 2 bytes each
 *
 * In memory a container costs 20 bytes besides its payload, here 8. So where containers are many
 * and hold little, as with a million numbers strewn over all 2^32, the stored set is smaller. */
#include <string.h>

#include "container.h"

enum { COOKIE_PLAIN = 12346, COOKIE_RUNS = 12347, OFFSETS_FROM = 4 };

static uint8_t *put16(uint8_t *out, uint32_t value)
{
    *out++ = (uint8_t)value;
    *out++ = (uint8_t)(value >> 8);
    return out;
}

static uint8_t *put32(uint8_t *out, uint32_t value)
{
    return put16(put16(out, value & 0xffff), value >> 16);
}

/*** Sizes ***/

static bool has_runs(const struct roaring *set)
{
    for (size_t i = 0; i < roaring_containers(set); i++)
        if (roaring_container_at(set, i).kind == ROARING_RUN)
            return true;
    return false;
}

static size_t header_bytes(size_t containers, bool runs)
{
    size_t offsets = !runs || containers >= OFFSETS_FROM ? 4 * containers : 0;
    return (runs ? 4 + (containers + 7) / 8 : 8) + 4 * containers + offsets;
}

static size_t payload_bytes(const struct container *c)
{
    return c->kind == ROARING_BITMAP  ? BITMAP_BYTES
           : c->kind == ROARING_ARRAY ? 2 * (size_t)c->length
                                      : 2 + 4 * (size_t)c->length;
}

size_t roaring_stored_bytes(const struct roaring *set)
{
    size_t n = roaring_containers(set), bytes = header_bytes(n, has_runs(set));
    for (size_t i = 0; i < n; i++)
        bytes += payload_bytes(roaring_container(set, i));
    return bytes;
}

/*** Writing ***/

static uint8_t *put_cookie(uint8_t *out, const struct roaring *set, bool runs)
{
    size_t n = roaring_containers(set);
    if (!runs)
        return put32(put32(out, COOKIE_PLAIN), (uint32_t)n);
    out = put16(put16(out, COOKIE_RUNS), (uint32_t)(n - 1));
    memset(out, 0, (n + 7) / 8);
    for (size_t i = 0; i < n; i++)
        if (roaring_container_at(set, i).kind == ROARING_RUN)
            out[i / 8] |= (uint8_t)(1 << i % 8);
    return out + (n + 7) / 8;
}

static uint8_t *put_words(uint8_t *out, const uint64_t *words)
{
    for (size_t i = 0; i < BITMAP_WORDS; i++)
        out = put32(put32(out, (uint32_t)words[i]), (uint32_t)(words[i] >> 32));
    return out;
}

static uint8_t *put_payload(uint8_t *out, const struct container *c)
{
    if (c->kind == ROARING_BITMAP)
        return put_words(out, c->words);
    if (c->kind == ROARING_ARRAY) {
        for (size_t i = 0; i < c->length; i++)
            out = put16(out, c->array[i]);
        return out;
    }
    out = put16(out, c->length);
    for (size_t i = 0; i < c->length; i++)
        out = put16(put16(out, c->runs[i].start), (uint32_t)(c->runs[i].last - c->runs[i].start));
    return out;
}

void roaring_store(const struct roaring *set, uint8_t *out)
{
    size_t n = roaring_containers(set);
    bool runs = has_runs(set);
    uint32_t offset = (uint32_t)header_bytes(n, runs);
    out = put_cookie(out, set, runs);
    for (size_t i = 0; i < n; i++) {
        struct roaring_container container = roaring_container_at(set, i);
        out = put16(put16(out, container.key), container.count - 1);
    }
    for (size_t i = 0; i < n && (!runs || n >= OFFSETS_FROM); i++) {
        out = put32(out, offset);
        offset += (uint32_t)payload_bytes(roaring_container(set, i));
    }
    for (size_t i = 0; i < n; i++)
        out = put_payload(out, roaring_container(set, i));
}
