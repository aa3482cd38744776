-- 0002: runs of demos and what they printed.

-- One run of a demo.
CREATE TABLE runs (
    run        INTEGER PRIMARY KEY,                          -- number used by run_lines
    id         TEXT NOT NULL UNIQUE CHECK (length(id) = 32), -- unguessable name known to pages
    demo       TEXT NOT NULL,                                -- the demo's id, "gc"
    params     TEXT NOT NULL,                                -- JSON object: the parameters it was started with
    summary    TEXT,                                         -- JSON object: metrics, checks, exit; NULL while it runs
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL DEFAULT 0                    -- 0 while it runs. Ended with no summary: prepd died while it ran,
                                                             -- and this is when its last lines were stored
) STRICT;

CREATE INDEX runs_by_start ON runs (started_at);

-- The log of a run as NDJSON, many lines a row.
CREATE TABLE run_lines (
    run   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    first INTEGER NOT NULL,                  -- number of the first line in bytes
    n     INTEGER NOT NULL CHECK (n > 0),    -- how many lines there are
    at    INTEGER NOT NULL,                  -- when they were stored
    bytes BLOB NOT NULL,                     -- the lines, each with its '\n'
    PRIMARY KEY (run, first)
) STRICT;
