/* arena.h - memory that is freed all at once: what belongs to one note or one library.
 *
 * A thin cover over glibc's obstack. obstack itself ends the process when memory runs out; an arena
 * fails once and for good instead, like struct text: allocations return NULL from then on, and the
 * builder checks `failed` at the end. One thread at a time may allocate. */
#ifndef PREPD_NOTES_ARENA_H
#define PREPD_NOTES_ARENA_H

#include <obstack.h>
#include <stdbool.h>
#include <stddef.h>

struct arena {
    struct obstack chunks;
    bool failed;
};

/* Begins an arena; arena_free is due in any case. A begun arena may be moved by assignment. */
void arena_init(struct arena *arena);
void arena_free(struct arena *arena);

/* Not zeroed, aligned for any type. NULL once the arena has failed. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy of the bytes; NULL once the arena has failed. */
void *arena_copy(struct arena *arena, const void *bytes, size_t len);
/* A copy of the bytes and a NUL after them. */
char *arena_string(struct arena *arena, const char *bytes, size_t len);

#endif
