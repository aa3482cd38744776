/* roaring.h - a compressed bitmap of 32-bit numbers, in the Roaring manner.
 *
 * The numbers are divided by their upper 16 bits; those that share them lie in one container, which
 * holds their lower 16 bits in whichever form takes the fewest bytes:
 *
 *   array   up to 4096 numbers, ascending, two bytes each
 *   bitmap  65 536 bits, 8 KiB: from 4097 numbers on
 *   run     stretches of consecutive numbers, four bytes each: made by roaring_optimize
 *
 * A container changes its form as numbers come and go. So a dense set is as quick as a bitmap and a
 * sparse one as small as a sorted array (Chambi, Lemire, Kaser & Godin, "Better bitmap performance
 * with Roaring bitmaps", SPE 2016; runs: Lemire, Ssi-Yan-Kai & Kaser, "Consistently faster and
 * smaller compressed bitmaps with Roaring", SPE 2016).
 *
 * What may need memory returns -ENOMEM without it, and leaves the set as it was. A set may be read
 * by any number of threads while nobody changes it. */
#ifndef BITMAP_ROARING_H
#define BITMAP_ROARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roaring;

struct roaring *roaring_new(void); /* empty; NULL with errno ENOMEM */
void roaring_free(struct roaring *set);

int roaring_add(struct roaring *set, uint32_t value); /* 1 if it was not there, 0, -ENOMEM */
bool roaring_has(const struct roaring *set, uint32_t value);
/* 1 if it was there, 0, -ENOMEM: a run may have to be cut in two. */
int roaring_remove(struct roaring *set, uint32_t value);

uint64_t roaring_count(const struct roaring *set);

/* How many numbers are in both; a new set of those; all of `from` into `to`. The last, when it
 * fails, has taken over part of the containers. */
uint64_t roaring_and_count(const struct roaring *a, const struct roaring *b);
int roaring_and(const struct roaring *a, const struct roaring *b, struct roaring **ret);
int roaring_unite(struct roaring *to, const struct roaring *from);

/* Gives each container its smallest form, runs included, and no more memory than that takes. */
int roaring_optimize(struct roaring *set);

/* The set's numbers in ascending order: writes up to `max` of those from *cursor on and moves it.
 * Returns how many, 0 at the end. Start at 0. */
size_t roaring_values(const struct roaring *set, uint64_t *cursor, uint32_t *out, size_t max);

size_t roaring_bytes(const struct roaring *set); /* memory asked for, all in all */

/* The set in the format of all Roaring libraries (roaring_store.c): how many bytes that takes, and
 * writing just so many to `out`. Smallest after roaring_optimize. */
size_t roaring_stored_bytes(const struct roaring *set);
void roaring_store(const struct roaring *set, uint8_t *out);

/*** What it is made of ***/

enum roaring_kind { ROARING_ARRAY, ROARING_BITMAP, ROARING_RUN, ROARING_KINDS };

struct roaring_container {
    uint16_t key; /* the upper 16 bits of its numbers */
    enum roaring_kind kind;
    uint32_t count; /* numbers */
};

size_t roaring_containers(const struct roaring *set);
/* The i-th in ascending order of keys; and the key's, if there is one. */
struct roaring_container roaring_container_at(const struct roaring *set, size_t i);
bool roaring_container_of(const struct roaring *set, uint16_t key, struct roaring_container *ret);
/* How many stretches of consecutive numbers the i-th has, whatever its form. Looks at all of it. */
uint32_t roaring_runs_at(const struct roaring *set, size_t i);

/* NULL, or what is wrong with the set: order, counts, or a form that it should not have. That runs
 * would be smaller is no fault: they are made by roaring_optimize alone. */
const char *roaring_fault(const struct roaring *set);
/* Each container has the form that takes the fewest bytes, as roaring_optimize leaves it. Looks at
 * all of the set. */
bool roaring_is_smallest(const struct roaring *set);

#endif
