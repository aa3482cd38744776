/* experiment_object.c - buffers as programs pool them, with a head that says who holds them. */
#include <stdlib.h>

#include "experiment.h"

static void ledger_add(_Atomic(int64_t) *entry, int64_t n)
{
    int64_t value = atomic_load_explicit(entry, memory_order_relaxed); /* one writer */
    atomic_store_explicit(entry, value + n, memory_order_relaxed);
}

struct object *object_new(size_t size, bool zero, struct ledger *ledger)
{
    struct object *object = zero ? calloc(1, size) : malloc(size);
    if (!object)
        return NULL;
    object->size = size;
    atomic_init(&object->holder, 0);
    if (ledger) {
        ledger_add(&ledger->bytes, (int64_t)size);
        ledger_add(&ledger->born, 1);
    }
    return object;
}

void object_free(struct object *object, struct ledger *ledger)
{
    if (ledger) {
        ledger_add(&ledger->bytes, -(int64_t)object->size);
        ledger_add(&ledger->dead, 1);
    }
    free(object);
}
