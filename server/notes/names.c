/* names.c - see names.h. Each name carries the next number to try after it, so repeats do not
 * search again. */
#include "notes/names.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct name_slot {
    const char *name; /* NULL: free */
    uint64_t hash;
    unsigned next; /* how many numbered names were tried after this one */
};

/* The slot that holds the name, or the free one where it would go. There is always a free one. */
static struct name_slot *slot_find(struct name_slot *slots, size_t n_slots, const char *name,
                                   uint64_t hash)
{
    size_t i = (size_t)hash & (n_slots - 1);
    while (slots[i].name && (slots[i].hash != hash || strcmp(slots[i].name, name) != 0))
        i = (i + 1) & (n_slots - 1);
    return &slots[i];
}

static int names_grow(struct names *names)
{
    size_t n = names->n_slots ? 2 * names->n_slots : 64;
    struct name_slot *slots = calloc(n, sizeof *slots);
    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < names->n_slots; i++) {
        const struct name_slot *old = &names->slots[i];
        if (old->name)
            *slot_find(slots, n, old->name, old->hash) = *old;
    }
    free(names->slots);
    names->slots = slots;
    names->n_slots = n;
    return 0;
}

/* Finds or adds; *ret_new says which. The slot is valid until the next call. NULL if out of memory.
 */
static struct name_slot *names_slot(struct names *names, const char *name, int *ret_new)
{
    if (2 * (names->n_used + 1) > names->n_slots && names_grow(names) < 0)
        return NULL;
    uint64_t hash = hash_bytes(name, strlen(name));
    struct name_slot *slot = slot_find(names->slots, names->n_slots, name, hash);
    *ret_new = !slot->name;
    if (*ret_new) {
        *slot = (struct name_slot){.name = name, .hash = hash};
        names->n_used++;
    }
    return slot;
}

int names_add(struct names *names, const char *name)
{
    int is_new;
    return names_slot(names, name, &is_new) ? is_new : -ENOMEM;
}

const char *names_claim(struct names *names, struct arena *arena, const char *base, unsigned first)
{
    int is_new;
    struct name_slot *slot = names_slot(names, base, &is_new);
    if (!slot || is_new)
        return slot ? base : NULL;
    size_t size = strlen(base) + sizeof "-4294967295";
    char *numbered = arena_alloc(arena, size);
    while (slot && numbered) {
        snprintf(numbered, size, "%s-%u", base, first + slot->next++);
        if (!names_slot(names, numbered, &is_new))
            return NULL;
        if (is_new)
            return numbered;
        slot = names_slot(names, base, &is_new); /* the table may have moved */
    }
    return NULL;
}

void names_free(struct names *names)
{
    free(names->slots);
    *names = (struct names){0};
}
