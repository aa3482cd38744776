/* hash_set.h - a set of 32-bit numbers in an open-addressing hash table: what a bitmap is measured
 * against.
 *
 * The simplest that is quick: a power of two of slots that hold the bare number, a multiplicative
 * hash, linear probing, doubling when three quarters are taken, and removal that moves back what
 * comes after, so that no marks of the dead remain. Between 5.3 and 10.7 bytes a number. */
#ifndef BITMAP_HASH_SET_H
#define BITMAP_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set;

struct hash_set *hash_set_new(void); /* NULL with errno ENOMEM */
void hash_set_free(struct hash_set *set);

/* 1 if it was not there, 0 if it was, -ENOMEM. */
int hash_set_add(struct hash_set *set, uint32_t value);
bool hash_set_has(const struct hash_set *set, uint32_t value);
bool hash_set_remove(struct hash_set *set, uint32_t value); /* true if it was there */

/* Makes room for n numbers, so that adding up to so many needs no memory. -ENOMEM. Numbers that
 * come out of another table come in the order of their hashes: added to a table that still has to
 * grow, they would crowd its beginning, and each would walk past all before it. So make room first.
 */
int hash_set_reserve(struct hash_set *set, uint64_t n);

uint64_t hash_set_count(const struct hash_set *set);

/* The set's numbers in no order: as bitset_values. */
size_t hash_set_values(const struct hash_set *set, uint64_t *cursor, uint32_t *out, size_t max);

size_t hash_set_bytes(const struct hash_set *set);

#endif
