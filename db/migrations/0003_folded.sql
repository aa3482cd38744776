-- 0003: a tick is one row.
--
-- A tick used to write its row in ticks and the item's row too: two pages to make durable. Now it is only appended; the
-- items are brought up to date in one go, before anything that reads them, and at the latest some thousand ticks later
-- (server/store/store_ticks.c). So what an item's state is: that of its last tick with seq > folded.seq, else items.state.

-- One row: items.state and items.set_at show the ticks up to this one.
CREATE TABLE folded (seq INTEGER NOT NULL) STRICT;
INSERT INTO folded SELECT coalesce(max(seq), 0) FROM ticks;
