/* container.h - inside roaring: 65 536 possible numbers in one of three forms.
 *
 * container_array.c, container_bitmap.c and container_run.c are the forms; container.c chooses
 * among them and turns one into another; container_pair.c combines two containers. A container in a
 * set is never empty, and always keeps to: an array has at most 4096 numbers, a bitmap more; runs
 * take fewer bytes than either would. Functions that need memory return -ENOMEM without it and
 * leave the container as it was. */
#ifndef BITMAP_CONTAINER_H
#define BITMAP_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "roaring.h"

enum {
    ARRAY_MAX = 4096, /* more numbers take fewer bytes as a bitmap */
    BITMAP_WORDS = 1024,
    BITMAP_BYTES = 8192,
    CONTAINER_RANGE = 65536,
};

struct run {
    uint16_t start, last;
};

struct container {
    union {
        uint16_t *array;
        uint64_t *words; /* on a 64-byte boundary */
        struct run *runs;
    };
    uint16_t length;   /* array: numbers; run: runs */
    uint16_t capacity; /* for how many there is room */
    uint16_t more;     /* how many numbers, less one */
    uint8_t kind;      /* enum roaring_kind */
};

static inline uint32_t container_count(const struct container *c)
{
    return c->more + UINT32_C(1);
}

/*** container.c ***/

int container_start(struct container *ret, uint16_t low); /* with one number */
void container_release(struct container *c);              /* its memory */
bool container_has(const struct container *c, uint16_t low);
int container_add(struct container *c, uint16_t low); /* 1, 0, -ENOMEM */
/* 1, 0, -ENOMEM. The last number is not removed but said to be removed: release it then. */
int container_remove(struct container *c, uint16_t low);
int container_optimize(struct container *c);
uint32_t container_runs(const struct container *c);
size_t container_bytes(const struct container *c);
const char *container_fault(const struct container *c);
/* As roaring_values within the container; *cursor is 0 to 65 536, and 65 536 at the end. */
size_t container_values(const struct container *c, uint32_t *cursor, uint16_t *out, size_t max);

/* Neither runs nor the lack of them cost a byte too many: so container_optimize leaves it. */
bool container_is_smallest(const struct container *c);
/* All numbers as bits, OR-ed into the 1024 words. */
void container_put_bits(const struct container *c, uint64_t *words);
/* The container of `count` > 0 bits, as array or bitmap. */
int container_from_bits(struct container *ret, const uint64_t *words, uint32_t count);
int container_copy(struct container *ret, const struct container *c);

/*** container_pair.c ***/

uint32_t container_and_count(const struct container *a, const struct container *b);
/* Returns 0 with *ret, 1 if nothing is in both, -ENOMEM. */
int container_and(struct container *ret, const struct container *a, const struct container *b);
int container_unite(struct container *to, const struct container *from);

/*** roaring.c ***/

const struct container *roaring_container(const struct roaring *set, size_t i); /* by keys */

/*** container_array.c ***/

int array_new(struct container *ret, size_t capacity);
/* Of n > 0 ascending numbers, how many are smaller than `low`. Halves a length, not a pair of
 * bounds, and steps on by a mask: no branch depends on the data, so nothing is mispredicted. */
static inline size_t array_lower_bound(const uint16_t *array, size_t n, uint16_t low)
{
    const uint16_t *base = array;
    for (; n > 1; n -= n / 2)
        base += n / 2 & -(size_t)(base[n / 2 - 1] < low);
    return (size_t)(base - array) + (*base < low);
}
int array_add(struct container *c, uint16_t low); /* there must be fewer than 4096 */
int array_remove(struct container *c, uint16_t low);
uint32_t array_runs(const struct container *c);
int array_to_bitmap(struct container *c);
/* How many are in both, and which: `out` has room for the shorter, or is NULL. */
uint32_t array_intersect(const struct container *a, const struct container *b, uint16_t *out);
int array_unite(struct container *to, const struct container *from); /* 4096 at most together */

/*** container_bitmap.c ***/

uint64_t *bitmap_words_new(void); /* not set to anything */
uint32_t bitmap_runs(const uint64_t *words);
void bits_set_range(uint64_t *words, uint32_t first, uint32_t last);
uint32_t bits_count_range(const uint64_t *words, uint32_t first, uint32_t last);
int bitmap_to_array(struct container *c);

/*** container_run.c ***/

int run_new(struct container *ret, size_t capacity);
bool run_has(const struct container *c, uint16_t low);
int run_add(struct container *c, uint16_t low);
int run_remove(struct container *c, uint16_t low);
uint32_t run_and_count(const struct container *a, const struct container *b);
int run_from(struct container *ret, const struct container *c); /* with `runs` of any form */

#endif
