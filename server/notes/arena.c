/* arena.c - obstack without its habit of ending the process; see arena.h.
 *
 * When malloc fails, obstack calls one process-wide handler that must not return. Ours jumps back
 * into the arena function that asked, on the same thread: between the two lie only obstack's own
 * frames, which hold nothing and have changed nothing yet. The jump is armed only where a new chunk
 * is needed, so the common allocation pays a compare. */
#include "notes/arena.h"

#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define obstack_chunk_alloc malloc
#define obstack_chunk_free  free

/* obstack's macros align by adding to a null pointer, which glibc may do and UBSan reports. */
#define USES_OBSTACK __attribute__((no_sanitize("pointer-overflow")))

enum { ARENA_ALIGN = 16 }; /* obstack's own alignment is at most this */

static _Thread_local jmp_buf *arena_escape;

static void arena_out_of_memory(void)
{
    if (!arena_escape)
        abort(); /* an obstack that is not one of our arenas */
    longjmp(*arena_escape, 1);
}

static void arena_set_handler(void)
{
    obstack_alloc_failed_handler = arena_out_of_memory;
}

void arena_init(struct arena *arena)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, arena_set_handler);
    jmp_buf escape;
    arena->failed = true;
    if (_setjmp(escape) == 0) {
        arena_escape = &escape;
        obstack_init(&arena->chunks);
        arena->failed = false;
    } else {
        arena->chunks = (struct obstack){0};
    }
    arena_escape = NULL;
}

void arena_free(struct arena *arena)
{
    if (arena->chunks.chunk)
        obstack_free(&arena->chunks, NULL);
    arena->chunks = (struct obstack){0};
}

/* An allocation that may need a new chunk. */
USES_OBSTACK static void *arena_alloc_slowly(struct arena *arena, size_t size)
{
    if (size > INT_MAX / 2) { /* glibc's obstack counts in int */
        arena->failed = true;
        return NULL;
    }
    jmp_buf escape;
    void *volatile p = NULL;
    if (_setjmp(escape) == 0) {
        arena_escape = &escape;
        p = obstack_alloc(&arena->chunks, (int)size);
    } else {
        arena->failed = true;
    }
    arena_escape = NULL;
    return p;
}

USES_OBSTACK void *arena_alloc(struct arena *arena, size_t size)
{
    if (arena->failed)
        return NULL;
    if (size + ARENA_ALIGN >= (size_t)obstack_room(&arena->chunks))
        return arena_alloc_slowly(arena, size);
    return obstack_alloc(&arena->chunks, (int)size);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t len)
{
    void *to = arena_alloc(arena, len);
    if (to && len)
        memcpy(to, bytes, len);
    return to;
}

char *arena_string(struct arena *arena, const char *bytes, size_t len)
{
    char *to = arena_alloc(arena, len + 1);
    if (!to)
        return NULL;
    if (len)
        memcpy(to, bytes, len);
    to[len] = '\0';
    return to;
}
