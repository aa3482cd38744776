/* names.h - a set of names, for what must be unique: anchors, items' slugs, topics' slugs. */
#ifndef PREPD_NOTES_NAMES_H
#define PREPD_NOTES_NAMES_H

#include <stddef.h>

#include "notes/arena.h"

/* All zero is an empty set. It keeps pointers: a name must outlive the set. */
struct names {
    struct name_slot *slots; /* open addressing, linear probing, at most half full */
    size_t n_slots;          /* a power of two, or 0 */
    size_t n_used;
};

/* 1 if the name was added, 0 if it was there already, -ENOMEM. */
int names_add(struct names *names, const char *name);

/* Adds `base` if it is free, else the first that is free of "base-N", "base-(N+1)" …, N being
 * `first`, as a string of the arena. Returns what was added, or NULL if out of memory. Asking for
 * one base n times takes n steps in all, not n². */
const char *names_claim(struct names *names, struct arena *arena, const char *base, unsigned first);

void names_free(struct names *names);

#endif
