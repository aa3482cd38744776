/* experiment_graph.c - entries and their stamps.
 *
 * That an object was lost is not asked of the collector: it is seen by the program, as a user would
 * see it. Each node carries a stamp made of its entry's serial number and its own place. Memory
 * that was freed by mistake holds zeros, or a later entry's stamps. */
#include <math.h>

#include "experiment.h"

#define STAMP_KEY 0x9c0d1e5ca9a41b3f

static const size_t sizes[][ENTRY_NODES / 2] = {
    [SIZES_SMALL] = {32, 48, 64, 96},
    [SIZES_MIXED] = {32, 128, 512, 2048},
    [SIZES_LARGE] = {1024, 4096, 8192, 16384},
};

static size_t pointers_of(size_t size, double density)
{
    size_t words = size / sizeof(void *);
    size_t pointers = (size_t)lround(density * (double)words);
    return pointers < 1 ? 1 : pointers < words ? pointers : words - 1; /* a word for the stamp */
}

int shape_init(struct shape *shape, struct gc *gc, const struct plan *plan)
{
    *shape = (struct shape){.fan = ENTRY_NODES};
    for (int i = 0; i < ENTRY_NODES; i++) {
        size_t size = sizes[plan->sizes][i % (ENTRY_NODES / 2)];
        size_t pointers = pointers_of(size, plan->density);
        int type =
            i < ENTRY_NODES / 2 ? gc_type(gc, size, pointers) : shape->types[i - ENTRY_NODES / 2];
        if (type < 0)
            return type;
        shape->types[i] = type;
        shape->pointers[i] = pointers;
        shape->bytes += size;
        if (pointers < shape->fan)
            shape->fan = pointers;
    }
    return 0;
}

static uint64_t stamp_of(uint64_t serial, size_t node)
{
    return (serial * ENTRY_NODES + node) ^ STAMP_KEY;
}

static uint64_t serial_of(uint64_t stamp, size_t node)
{
    return ((stamp ^ STAMP_KEY) - node) / ENTRY_NODES;
}

/* Atomic, since a run without a barrier reads objects that others write. */
static _Atomic uint64_t *stamp_at(const struct shape *shape, void *node, size_t i)
{
    return (_Atomic uint64_t *)node + shape->pointers[i];
}

static uint64_t stamp_read(const struct shape *shape, void *node, size_t i)
{
    return atomic_load_explicit(stamp_at(shape, node, i), memory_order_relaxed);
}

/* All nodes made so far are on the stack while the next one is allocated. */
void *entry_new(struct gc_mutator *self, const struct shape *shape, uint64_t serial)
{
    for (size_t i = 0; i < ENTRY_NODES; i++) {
        void *node = gc_alloc(self, shape->types[i]);
        if (!node) {
            gc_pop(self, i);
            return NULL;
        }
        atomic_store_explicit(stamp_at(shape, node, i), stamp_of(serial, i), memory_order_relaxed);
        if (i > 0) {
            size_t parent = (i - 1) / shape->fan;
            gc_write(self, gc_top(self, i - 1 - parent), (i - 1) % shape->fan, node);
        }
        gc_push(self, node);
    }
    void *root = gc_top(self, ENTRY_NODES - 1);
    gc_pop(self, ENTRY_NODES);
    return root;
}

int entry_lost_node(const struct shape *shape, void *entry, uint64_t serial)
{
    void *nodes[ENTRY_NODES] = {entry};
    if (serial == 0)
        serial = serial_of(stamp_read(shape, entry, 0), 0);
    for (size_t i = 0; i < ENTRY_NODES; i++) {
        if (i > 0)
            nodes[i] = gc_read(nodes[(i - 1) / shape->fan], (i - 1) % shape->fan);
        if (!nodes[i] || stamp_read(shape, nodes[i], i) != stamp_of(serial, i))
            return (int)i;
    }
    return -1;
}
