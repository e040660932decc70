-- What the outbox keeps: version 2 (1 had no taken). Times are milliseconds of the wall clock since 1970.

CREATE TABLE IF NOT EXISTS messages (
    number  INTEGER PRIMARY KEY, -- in the order of their arrival
    subject TEXT    NOT NULL,
    headers TEXT    NOT NULL,    -- JSON: pairs of strings
    body    BLOB    NOT NULL,
    kept    INTEGER NOT NULL,    -- the time at which it was taken
    told    INTEGER NOT NULL     -- 1: the store has it
) STRICT;

CREATE TABLE IF NOT EXISTS streams (
    store    TEXT    NOT NULL PRIMARY KEY, -- its name, and when it was made
    promised INTEGER NOT NULL              -- no sequence above this one has been given out
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS epochs (
    store  TEXT    NOT NULL,
    number INTEGER NOT NULL,
    start  INTEGER NOT NULL, -- sequences above it were given out again
    PRIMARY KEY (store, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS taken ( -- back, by who posted it
    subject TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    kept    INTEGER NOT NULL, -- the time at which that was
    told    INTEGER NOT NULL, -- 1: the store has been told
    PRIMARY KEY (subject, id)
) STRICT, WITHOUT ROWID;
