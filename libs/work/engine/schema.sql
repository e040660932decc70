-- The tables of an app's work.db, and the way from each version of them to the next: a part for each, in one
-- transaction. Times are milliseconds of the wall clock since 1970.

-- version 1

CREATE TABLE counters (
    one          INTEGER NOT NULL UNIQUE CHECK (one = 1),
    sequence     INTEGER NOT NULL,
    finish_order INTEGER NOT NULL,
    job          INTEGER NOT NULL,
    session      INTEGER NOT NULL  -- the next process's
) STRICT;
INSERT INTO counters VALUES (1, 1, 1, 1, 1);

CREATE TABLE requests (
    id             TEXT    NOT NULL PRIMARY KEY,
    sequence       INTEGER NOT NULL,
    worker         TEXT    NOT NULL,
    input          BLOB    NOT NULL, -- bytes.hpp
    tags           TEXT    NOT NULL, -- JSON: strings
    constraints    TEXT    NOT NULL, -- JSON
    backoff_policy INTEGER NOT NULL,
    backoff_delay  INTEGER NOT NULL,
    backoff_said   INTEGER NOT NULL,
    initial_delay  INTEGER NOT NULL,
    period         INTEGER,          -- NULL: once
    flex           INTEGER,
    expedited      INTEGER,          -- what to do out of quota; NULL: it is not expedited
    user_initiated INTEGER NOT NULL,
    merger         INTEGER NOT NULL,
    keep_results   INTEGER NOT NULL,
    name           TEXT    NOT NULL, -- unique work's; empty: none
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    generation     INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    enqueued_at    INTEGER NOT NULL,
    not_before     INTEGER NOT NULL,
    window_end     INTEGER,
    stop_reason    INTEGER NOT NULL,
    demoted        INTEGER NOT NULL,
    output         BLOB    NOT NULL,
    progress       BLOB    NOT NULL,
    why            TEXT    NOT NULL,
    finished_at    INTEGER,
    finish_order   INTEGER NOT NULL,
    job            INTEGER,          -- NULL: it waits here alone
    session        INTEGER           -- whose worker is at work on it
) STRICT;

CREATE TABLE dependencies (
    child  TEXT NOT NULL,
    parent TEXT NOT NULL,
    PRIMARY KEY (child, parent)
) STRICT, WITHOUT ROWID;

-- version 2

ALTER TABLE requests ADD COLUMN joins INTEGER NOT NULL DEFAULT 0; -- follows chains that were combined

-- version 3

ALTER TABLE requests ADD COLUMN waits_since INTEGER;                   -- NULL: written by an older version
ALTER TABLE requests ADD COLUMN next_override INTEGER;                 -- NULL: its terms say when it runs
ALTER TABLE requests ADD COLUMN overrides INTEGER NOT NULL DEFAULT 0;  -- how often that was set or cleared
ALTER TABLE requests ADD COLUMN own_merger TEXT NOT NULL DEFAULT '';   -- the app's; empty: none
ALTER TABLE counters ADD COLUMN last_cancel_all INTEGER NOT NULL DEFAULT 0;

-- version 4

ALTER TABLE requests ADD COLUMN writer INTEGER NOT NULL DEFAULT 0; -- the session that wrote the row last
ALTER TABLE requests ADD COLUMN nth INTEGER NOT NULL DEFAULT 0;    -- and which of its writes it was

-- version 5

-- The sequence is the key: a new request's row is beside the last one's, and no index is written with it.
CREATE TABLE numbered (
    id             TEXT    NOT NULL,
    sequence       INTEGER PRIMARY KEY,
    worker         TEXT    NOT NULL,
    input          BLOB    NOT NULL, -- bytes.hpp
    tags           TEXT    NOT NULL, -- JSON: strings
    constraints    TEXT    NOT NULL, -- JSON
    backoff_policy INTEGER NOT NULL,
    backoff_delay  INTEGER NOT NULL,
    backoff_said   INTEGER NOT NULL,
    initial_delay  INTEGER NOT NULL,
    period         INTEGER,          -- NULL: once
    flex           INTEGER,
    expedited      INTEGER,          -- what to do out of quota; NULL: it is not expedited
    user_initiated INTEGER NOT NULL,
    merger         INTEGER NOT NULL,
    keep_results   INTEGER NOT NULL,
    name           TEXT    NOT NULL, -- unique work's; empty: none
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    generation     INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    enqueued_at    INTEGER NOT NULL,
    not_before     INTEGER NOT NULL,
    window_end     INTEGER,
    stop_reason    INTEGER NOT NULL,
    demoted        INTEGER NOT NULL,
    output         BLOB    NOT NULL,
    progress       BLOB    NOT NULL,
    why            TEXT    NOT NULL,
    finished_at    INTEGER,
    finish_order   INTEGER NOT NULL,
    job            INTEGER,          -- NULL: it waits here alone
    session        INTEGER,          -- whose worker is at work on it
    joins          INTEGER NOT NULL, -- follows chains that were combined
    waits_since    INTEGER,          -- NULL: written by an older version
    next_override  INTEGER,          -- NULL: its terms say when it runs
    overrides      INTEGER NOT NULL, -- how often that was set or cleared
    own_merger     TEXT    NOT NULL, -- the app's; empty: none
    writer         INTEGER NOT NULL, -- the session that wrote the row last
    nth            INTEGER NOT NULL  -- and which of its writes it was
) STRICT;
INSERT INTO numbered SELECT * FROM requests;
DROP TABLE requests;
ALTER TABLE numbered RENAME TO requests;
