-- 0001: files, the items found in them, and what the reader ticked.
--
-- An *item* is what can be ticked; a *place* is where it stands in one file. They are two tables because an item with an
-- explicit ^slug stands in the Chinese and in the English file of its topic and is ticked once, and because an item that
-- moves to another file leaves its old place behind: checking out the older branch finds it there again.
-- Times are milliseconds since 1970 (wall clock).

-- A file of notes that was read at least once. Rows are never deleted: a file that went away may come back.
CREATE TABLE files (
    file  INTEGER PRIMARY KEY,  -- number used by places
    key   TEXT NOT NULL UNIQUE, -- "zh/gc": stable when the file is renumbered on disk
    topic TEXT NOT NULL,        -- slug of the topic it belongs to; slugs of items are shared within a topic
    hash  INTEGER               -- of the list of items as last matched: the same again costs no matching; NULL while the file is gone
) STRICT;

-- What the reader ticks. Rows of ticked items are never deleted.
CREATE TABLE items (
    item    INTEGER PRIMARY KEY,                                        -- number used by places and ticks
    id      TEXT NOT NULL UNIQUE CHECK (length(id) = 32),               -- random name known to pages
    state   TEXT NOT NULL CHECK (state IN ('todo', 'shaky', 'done')),   -- as last set
    born_at INTEGER NOT NULL,                                           -- when it was first seen in a file
    set_at  INTEGER                                                     -- when the reader last set it; NULL: never
) STRICT;

-- One item in one file, as the file last read. A place that is not in the file any more keeps its row with gone_at and
-- takes part in every later matching.
CREATE TABLE places (
    place    INTEGER PRIMARY KEY,              -- number, for updates
    file     INTEGER NOT NULL REFERENCES files,
    item     INTEGER NOT NULL REFERENCES items,
    slug     TEXT CHECK (slug <> ''),          -- the author's explicit id, without ^
    heading  TEXT NOT NULL,                    -- path of headings above it, "" before the first
    norm     TEXT NOT NULL,                    -- normalised text, by which it is matched
    text     TEXT NOT NULL,                    -- plain text, for people
    ord      INTEGER NOT NULL,                 -- position in the file's list of items
    before   INTEGER NOT NULL,                 -- hash of the norm of the item above it (0: none): tells equal texts apart
    after    INTEGER NOT NULL,                 -- … and of the one below it
    gone_at  INTEGER,                          -- when the file lost it; NULL while it is there
    held     INTEGER NOT NULL DEFAULT 0        -- 1: the file lost more than half at once, and the reader has not confirmed it
             CHECK (held = 0 OR gone_at IS NOT NULL),
    was_norm TEXT,                             -- what the text was when it was ticked, if it reads differently now;
    was_text TEXT,                             -- NULL: unchanged, or not ticked
    UNIQUE (file, item),
    CHECK ((was_norm IS NULL) = (was_text IS NULL))
) STRICT;

CREATE INDEX places_by_item ON places (item);
CREATE INDEX places_by_slug ON places (slug) WHERE slug IS NOT NULL;
-- Finds a text that moved to another file. It repeats the texts, so integrity_check notices a byte changed in either copy.
CREATE INDEX places_by_norm ON places (norm, heading, text);

-- Every change of state, appended and never changed. The highest seq is the store's progress revision.
CREATE TABLE ticks (
    seq   INTEGER PRIMARY KEY,
    item  INTEGER NOT NULL REFERENCES items,
    state TEXT NOT NULL CHECK (state IN ('todo', 'shaky', 'done')),
    at    INTEGER NOT NULL -- when the reader did it
) STRICT;
