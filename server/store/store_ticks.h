/* store_ticks.h - inside this layer: the history of ticks, and how the items' rows follow it.
 *
 * All of it stands inside a batch but for ticks_forget. */
#ifndef PREPD_STORE_STORE_TICKS_H
#define PREPD_STORE_STORE_TICKS_H

#include "store/store_sql.h"

/* Appends a tick to the history; *ret_seq: its place there. The item's row follows with a fold. */
int ticks_append(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
                 uint64_t *ret_seq, struct err *err);
/* The same, of an item whose row the caller has written already, after a fold. */
int ticks_append_folded(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
                        struct err *err);

/* Makes ticks_state right about every item. Costs nothing if it is. */
int ticks_know(struct store *store, struct err *err);
/* The item's state as last ticked, where its row says `row`. After ticks_know. */
enum item_state ticks_state(const struct store *store, int64_t item, enum item_state row);

/* Brings items.state and items.set_at up to date. Writes nothing if they are. */
int ticks_fold(struct store *store, struct err *err);
/* The batch was rolled back, so what is known of it is wrong. */
void ticks_forget(struct store *store);

#endif
