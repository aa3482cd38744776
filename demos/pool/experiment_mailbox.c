/* experiment_mailbox.c - a ring between two threads; it stands for a channel, or for a goroutine
 * that has moved to another P with the object in its hand. */
#include "experiment.h"

bool mailbox_send(struct mailbox *mailbox, struct object *object)
{
    uint32_t sent = atomic_load_explicit(&mailbox->sent, memory_order_relaxed);
    uint32_t received = atomic_load_explicit(&mailbox->received, memory_order_acquire);
    if (sent - received == MAILBOX_SIZE)
        return false;
    mailbox->objects[sent % MAILBOX_SIZE] = object;
    atomic_store_explicit(&mailbox->sent, sent + 1, memory_order_release);
    return true;
}

struct object *mailbox_receive(struct mailbox *mailbox)
{
    uint32_t received = atomic_load_explicit(&mailbox->received, memory_order_relaxed);
    uint32_t sent = atomic_load_explicit(&mailbox->sent, memory_order_acquire);
    if (sent == received)
        return NULL;
    struct object *object = mailbox->objects[received % MAILBOX_SIZE];
    atomic_store_explicit(&mailbox->received, received + 1, memory_order_release);
    return object;
}
