-- What is durable. Each part below brings a store of the version before it (PRAGMA user_version) to its own; parts that
-- were released are never edited. Times are milliseconds: instants since the boot that stands in the same row, wall
-- times since 1970. `seal` is the function seal() of src/store/seal.hpp over the columns before it: a row that was
-- damaged on the disk is found out, never believed. A part that changes a sealed table seals its rows anew; one is also
-- due when a job's `info` gains a key, because an older stint must not run a job without heeding it.

-- version 1

CREATE TABLE meta (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL, -- loads so far
    boot       TEXT    NOT NULL, -- in which the last commit was made
    committed  INTEGER NOT NULL  -- wall time of the last commit: the clock check of jobs.md §7.1
) STRICT;
INSERT INTO meta VALUES (1, 0, '', 0);

CREATE TABLE jobs (
    app               TEXT    NOT NULL,
    space             TEXT    NOT NULL,
    id                INTEGER NOT NULL,
    boot              TEXT    NOT NULL, -- of the instants below, and of a job that is not persisted
    info              TEXT    NOT NULL, -- JSON, the wire's names (job_json.hpp)
    scheduled         INTEGER NOT NULL,
    enqueued          INTEGER NOT NULL,
    sequence          INTEGER NOT NULL,
    failures          INTEGER NOT NULL,
    system_stops      INTEGER NOT NULL,
    not_before        INTEGER,
    not_before_wall   INTEGER,
    cumulative        INTEGER NOT NULL,
    demoted_by_user   INTEGER NOT NULL,
    demoted_by_system INTEGER NOT NULL,
    running           INTEGER NOT NULL,
    label             TEXT    NOT NULL,
    seal              INTEGER NOT NULL,
    UNIQUE (app, space, id)
) STRICT;

CREATE TABLE apps (
    app       TEXT    NOT NULL UNIQUE,
    boot      TEXT    NOT NULL,
    pinned    TEXT,             -- a process state's name
    crashes   TEXT    NOT NULL, -- JSON: instants, oldest first
    bad_until INTEGER,
    seal      INTEGER NOT NULL
) STRICT;

CREATE TABLE completed (
    nth             INTEGER PRIMARY KEY, -- oldest first
    app             TEXT    NOT NULL,
    space           TEXT    NOT NULL,
    id              INTEGER NOT NULL,
    ended           INTEGER NOT NULL,
    stop_reason     INTEGER NOT NULL,
    internal_reason INTEGER NOT NULL,
    exit_code       INTEGER NOT NULL,
    text            TEXT    NOT NULL,
    downloaded      INTEGER NOT NULL,
    uploaded        INTEGER NOT NULL,
    label           TEXT    NOT NULL,
    seal            INTEGER NOT NULL
) STRICT;
CREATE INDEX completed_by_app ON completed (app);

CREATE TABLE overrides (
    name  TEXT    NOT NULL UNIQUE,
    value TEXT    NOT NULL,
    boot  TEXT    NOT NULL,
    seal  INTEGER NOT NULL
) STRICT;

-- Rows that could not be believed or understood, kept for a person (jobs.md §7.1).
CREATE TABLE broken (
    source  TEXT NOT NULL,
    why     TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

-- version 2: the whole of a job's life (jobs.md §3.1, §6.4, §6.5), and its work items (§2.5).

ALTER TABLE jobs ADD COLUMN deadline        INTEGER;
ALTER TABLE jobs ADD COLUMN deadline_wall   INTEGER;
ALTER TABLE jobs ADD COLUMN window_end      INTEGER;
ALTER TABLE jobs ADD COLUMN window_end_wall INTEGER;
ALTER TABLE jobs ADD COLUMN abandoned       INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET seal = seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                            not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                            deadline, deadline_wall, window_end, window_end_wall, abandoned)
 WHERE seal IS seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                    not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label);

-- A row each: a job may have 100 000. They go with their job.
CREATE TABLE work (
    app            TEXT    NOT NULL,
    space          TEXT    NOT NULL,
    job            INTEGER NOT NULL,
    item           INTEGER NOT NULL, -- in the order of the calls
    extras         TEXT    NOT NULL, -- JSON, as in a job's info
    estimated_down INTEGER NOT NULL,
    estimated_up   INTEGER NOT NULL,
    minimum_chunk  INTEGER NOT NULL,
    deliveries     INTEGER NOT NULL,
    seal           INTEGER NOT NULL,
    UNIQUE (app, space, job, item)
) STRICT;

-- version 3: when a job last did what it was to, and when it did not (jobs.md §7.1); what foreground services an app
-- has begun (§12.5), what channels it has created (§5.1), and what permissions were taken back from it (§2.3).

ALTER TABLE jobs ADD COLUMN last_success INTEGER NOT NULL DEFAULT 0; -- 0: never
ALTER TABLE jobs ADD COLUMN last_failure INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET seal = seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                            not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                            deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure)
 WHERE seal IS seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                    not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                    deadline, deadline_wall, window_end, window_end_wall, abandoned);

ALTER TABLE apps ADD COLUMN services TEXT NOT NULL DEFAULT '{}'; -- JSON: by name, whether begun in sight
ALTER TABLE apps ADD COLUMN channels TEXT NOT NULL DEFAULT '[]'; -- JSON: of each id, name, importance; outlives a boot
ALTER TABLE apps ADD COLUMN revoked  TEXT NOT NULL DEFAULT '[]'; -- JSON: permissions; outlives a boot
UPDATE apps SET seal = seal(app, boot, pinned, crashes, bad_until, services, channels, revoked)
 WHERE seal IS seal(app, boot, pinned, crashes, bad_until);
