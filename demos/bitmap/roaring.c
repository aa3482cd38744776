/* roaring.c - a compressed bitmap: the directory of its containers; see roaring.h.
 *
 * DESIGN  The directory is two arrays of 16-bit numbers, the keys in ascending order and beside
 * each the slot in which its container lies. A new key moves four bytes for each larger one, where
 * containers kept in order would move sixteen; with 65 536 containers that is what adding in random
 * order costs. Slots are given out one after the other, and the last container moves into the slot
 * of one that is removed.
 *
 * A key is found without searching when no key is missing between the first and it, as in any dense
 * set: its place is then its distance from the first. And numbers often come in some order: adding
 * looks first where the last number went. */
#include "roaring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"

struct roaring {
    size_t n, capacity; /* containers */
    size_t recent;      /* the place of the one that was added to last */
    uint16_t *keys, *slots;
    struct container *pool; /* by slot */
};

struct roaring *roaring_new(void)
{
    return calloc(1, sizeof(struct roaring));
}

void roaring_free(struct roaring *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->n; i++)
        container_release(&set->pool[i]);
    free(set->keys);
    free(set->slots);
    free(set->pool);
    free(set);
}

/*** The directory ***/

static struct container *container_of(const struct roaring *set, size_t i)
{
    return &set->pool[set->slots[i]];
}

/* The first place whose key is not smaller: where `key` is or would be. */
static inline size_t find(const struct roaring *set, uint16_t key)
{
    if (set->n == 0)
        return 0;
    size_t guess = (size_t)key - set->keys[0];
    if (guess < set->n && set->keys[guess] == key)
        return guess;
    return array_lower_bound(set->keys, set->n, key);
}

/* The key's container, or NULL. */
static inline struct container *look_up(const struct roaring *set, uint16_t key)
{
    size_t i = find(set, key);
    return i < set->n && set->keys[i] == key ? container_of(set, i) : NULL;
}

/* Makes *memory hold `n` elements; on failure it is as it was. */
static int resize(void *memory, size_t n, size_t size)
{
    void *resized = realloc(*(void **)memory, n * size);
    if (!resized)
        return -ENOMEM;
    memcpy(memory, &resized, sizeof resized);
    return 0;
}

static int directory_resize(struct roaring *set, size_t capacity)
{
    if (resize(&set->keys, capacity, sizeof *set->keys) < 0 ||
        resize(&set->slots, capacity, sizeof *set->slots) < 0 ||
        resize(&set->pool, capacity, sizeof *set->pool) < 0)
        return -ENOMEM;
    set->capacity = capacity;
    return 0;
}

/* Puts a new key at place i, whose container the set then owns. */
static int directory_insert(struct roaring *set, size_t i, uint16_t key,
                            const struct container *container)
{
    if (set->n == set->capacity && directory_resize(set, set->n + set->n / 2 + 2) < 0)
        return -ENOMEM;
    size_t after = (set->n - i) * sizeof *set->keys;
    memmove(set->keys + i + 1, set->keys + i, after);
    memmove(set->slots + i + 1, set->slots + i, after);
    set->keys[i] = key;
    set->slots[i] = (uint16_t)set->n;
    set->pool[set->n++] = *container;
    return 0;
}

static void directory_delete(struct roaring *set, size_t i)
{
    uint16_t slot = set->slots[i];
    size_t after = (set->n - i - 1) * sizeof *set->keys;
    container_release(&set->pool[slot]);
    memmove(set->keys + i, set->keys + i + 1, after);
    memmove(set->slots + i, set->slots + i + 1, after);
    set->n--;
    for (size_t j = 0; j < set->n; j++)
        if (set->slots[j] == set->n) {
            set->slots[j] = slot;
            set->pool[slot] = set->pool[set->n];
            break;
        }
}

/*** One number ***/

static int add_key(struct roaring *set, size_t i, uint32_t value)
{
    struct container container;
    if (container_start(&container, (uint16_t)value) < 0)
        return -ENOMEM;
    if (directory_insert(set, i, (uint16_t)(value >> 16), &container) < 0) {
        container_release(&container);
        return -ENOMEM;
    }
    return 1;
}

int roaring_add(struct roaring *set, uint32_t value)
{
    uint16_t key = (uint16_t)(value >> 16);
    size_t i = set->recent;
    if (i >= set->n || set->keys[i] != key)
        set->recent = i = find(set, key);
    if (i == set->n || set->keys[i] != key)
        return add_key(set, i, value);
    return container_add(container_of(set, i), (uint16_t)value);
}

bool roaring_has(const struct roaring *set, uint32_t value)
{
    const struct container *container = look_up(set, (uint16_t)(value >> 16));
    return container && container_has(container, (uint16_t)value);
}

int roaring_remove(struct roaring *set, uint32_t value)
{
    uint16_t key = (uint16_t)(value >> 16);
    size_t i = find(set, key);
    if (i == set->n || set->keys[i] != key)
        return 0;
    struct container *container = container_of(set, i);
    bool was_one = container_count(container) == 1;
    int result = container_remove(container, (uint16_t)value);
    if (result > 0 && was_one)
        directory_delete(set, i);
    return result;
}

/*** All numbers ***/

uint64_t roaring_count(const struct roaring *set)
{
    uint64_t count = 0;
    for (size_t i = 0; i < set->n; i++)
        count += container_count(&set->pool[i]);
    return count;
}

int roaring_optimize(struct roaring *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (container_optimize(&set->pool[i]) < 0)
            return -ENOMEM;
    return set->n > 0 ? directory_resize(set, set->n) : 0;
}

size_t roaring_values(const struct roaring *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    size_t n = 0;
    if (*cursor > UINT32_MAX)
        return 0;
    for (size_t i = find(set, (uint16_t)(*cursor >> 16)); i < set->n && n < max; i++) {
        uint64_t first = (uint64_t)set->keys[i] << 16;
        uint32_t low = *cursor > first ? (uint32_t)(*cursor - first) : 0;
        uint16_t lows[256];
        for (size_t got = 1; got > 0 && n < max; n += got) {
            size_t room = max - n < 256 ? max - n : 256;
            got = container_values(container_of(set, i), &low, lows, room);
            for (size_t j = 0; j < got; j++)
                out[n + j] = (uint32_t)first | lows[j];
        }
        *cursor = first + low;
    }
    return n;
}

size_t roaring_bytes(const struct roaring *set)
{
    size_t bytes = sizeof *set + set->capacity * (2 * sizeof *set->keys + sizeof *set->pool);
    for (size_t i = 0; i < set->n; i++)
        bytes += container_bytes(&set->pool[i]);
    return bytes;
}

/*** Two sets ***/

uint64_t roaring_and_count(const struct roaring *a, const struct roaring *b)
{
    uint64_t count = 0;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        uint16_t x = a->keys[i], y = b->keys[j];
        if (x == y)
            count += container_and_count(container_of(a, i), container_of(b, j));
        i += x <= y;
        j += y <= x;
    }
    return count;
}

/* Adds what is in both containers, if anything is, to the end of the set. */
static int append_and(struct roaring *set, uint16_t key, const struct container *a,
                      const struct container *b)
{
    struct container both;
    int result = container_and(&both, a, b);
    if (result != 0)
        return result < 0 ? result : 0;
    result = directory_insert(set, set->n, key, &both);
    if (result < 0)
        container_release(&both);
    return result;
}

int roaring_and(const struct roaring *a, const struct roaring *b, struct roaring **ret)
{
    struct roaring *set = roaring_new();
    int result = set ? 0 : -ENOMEM;
    for (size_t i = 0, j = 0; result == 0 && i < a->n && j < b->n;) {
        uint16_t x = a->keys[i], y = b->keys[j];
        if (x == y)
            result = append_and(set, x, container_of(a, i), container_of(b, j));
        i += x <= y;
        j += y <= x;
    }
    if (result < 0)
        roaring_free(set);
    else
        *ret = set;
    return result;
}

static int unite_one(struct roaring *to, uint16_t key, const struct container *from)
{
    struct container copy;
    size_t i = find(to, key);
    if (i < to->n && to->keys[i] == key)
        return container_unite(container_of(to, i), from);
    int result = container_copy(&copy, from);
    if (result < 0)
        return result;
    result = directory_insert(to, i, key, &copy);
    if (result < 0)
        container_release(&copy);
    return result;
}

int roaring_unite(struct roaring *to, const struct roaring *from)
{
    int result = 0;
    for (size_t i = 0; i < from->n && result == 0; i++)
        result = unite_one(to, from->keys[i], container_of(from, i));
    return result;
}

/*** What it is made of ***/

size_t roaring_containers(const struct roaring *set)
{
    return set->n;
}

const struct container *roaring_container(const struct roaring *set, size_t i)
{
    return container_of(set, i);
}

struct roaring_container roaring_container_at(const struct roaring *set, size_t i)
{
    const struct container *c = container_of(set, i);
    return (struct roaring_container){set->keys[i], (enum roaring_kind)c->kind, container_count(c)};
}

bool roaring_container_of(const struct roaring *set, uint16_t key, struct roaring_container *ret)
{
    size_t i = find(set, key);
    bool found = i < set->n && set->keys[i] == key;
    if (found)
        *ret = roaring_container_at(set, i);
    return found;
}

uint32_t roaring_runs_at(const struct roaring *set, size_t i)
{
    return container_runs(container_of(set, i));
}

bool roaring_is_smallest(const struct roaring *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (!container_is_smallest(container_of(set, i)))
            return false;
    return true;
}

const char *roaring_fault(const struct roaring *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (i > 0 && set->keys[i - 1] >= set->keys[i])
            return "the keys are out of order";
        if (set->slots[i] >= set->n)
            return "a slot is beyond the containers";
        const char *fault = container_fault(container_of(set, i));
        if (fault)
            return fault;
    }
    return NULL;
}
