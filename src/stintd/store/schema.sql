-- What is durable. Each part below brings a store of the version before it (PRAGMA user_version) to its own; parts that
-- were released are never edited. Times are milliseconds: instants since the boot that stands in the same row, wall
-- times since 1970. `seal` is a checksum over the columns before it, by the function seal() of
-- src/stintd/store/row_checksum.hpp: a row that the disk damaged is detected, never believed. A part that changes such a table
-- computes the checksums again, over the new columns after the old. A part is also due when a job's `info` gains a key,
-- because an older stint must not run a job and ignore it.

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
-- has begun (§12.5), what channels it has created (§5.1), what permissions were taken back from it (§2.3); the limits
-- (limits.md): what apps are used for and have used up, alarms, messages on their way.

ALTER TABLE jobs ADD COLUMN last_success INTEGER NOT NULL DEFAULT 0; -- 0: never
ALTER TABLE jobs ADD COLUMN last_failure INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN barred       INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET seal = seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                            not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                            deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                            barred)
 WHERE seal IS seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                    not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                    deadline, deadline_wall, window_end, window_end_wall, abandoned);

-- What an app has used of its limits. A row beside the app's own, with a seal of its own: where one of the two is
-- damaged, the other still holds. An app without one has lost it (lost_ledgers.hpp), so each that is there now gets one.
CREATE TABLE ledgers (
    app          TEXT    NOT NULL UNIQUE,
    boot         TEXT    NOT NULL,
    written      INTEGER NOT NULL,
    written_wall INTEGER NOT NULL,
    ledger       TEXT    NOT NULL, -- JSON (ledger_json.hpp)
    seal         INTEGER NOT NULL
) STRICT;
INSERT INTO ledgers SELECT app, boot, 0, 0, '{}', seal(app, boot, 0, 0, '{}') FROM apps
 WHERE seal IS seal(app, boot, pinned, crashes, bad_until);

ALTER TABLE apps ADD COLUMN services          TEXT    NOT NULL DEFAULT '{}'; -- JSON: by name, whether begun in sight
ALTER TABLE apps ADD COLUMN channels          TEXT    NOT NULL DEFAULT '[]'; -- JSON: of each id, name, importance
ALTER TABLE apps ADD COLUMN revoked           TEXT    NOT NULL DEFAULT '[]'; -- JSON: permissions
ALTER TABLE apps ADD COLUMN written           INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN written_wall      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN seen              INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN battery_use       TEXT    NOT NULL DEFAULT 'optimized';
ALTER TABLE apps ADD COLUMN data_saver_exempt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN allowlisted_until INTEGER;
ALTER TABLE apps ADD COLUMN usage             TEXT    NOT NULL DEFAULT '{}'; -- JSON (usage_json.hpp)
UPDATE apps SET seal = seal(app, boot, pinned, crashes, bad_until, services, channels, revoked, written, written_wall, seen, battery_use,
                            data_saver_exempt, allowlisted_until, usage)
 WHERE seal IS seal(app, boot, pinned, crashes, bad_until);

-- The clocks that apps age by (limits.md §2.2).
CREATE TABLE usage_time (
    one        INTEGER NOT NULL UNIQUE CHECK (one = 1),
    boot       TEXT    NOT NULL,
    running    INTEGER NOT NULL,
    screen_on  INTEGER NOT NULL, -- how long it was
    at         INTEGER NOT NULL, -- of this boot, when the two were so
    screen_lit INTEGER NOT NULL, -- whether it was then
    seal       INTEGER NOT NULL
) STRICT;

-- Whether the device counts as charging, idle, and Doze, of one boot.
CREATE TABLE device_state (
    one   INTEGER NOT NULL UNIQUE CHECK (one = 1),
    boot  TEXT    NOT NULL,
    state TEXT    NOT NULL, -- JSON (device_json.hpp)
    seal  INTEGER NOT NULL
) STRICT;

CREATE TABLE alarms (
    app            TEXT    NOT NULL,
    tag            TEXT    NOT NULL,
    boot           TEXT    NOT NULL,
    receiver       TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    wakeup         INTEGER NOT NULL,
    by_wall        INTEGER NOT NULL,
    persisted      INTEGER NOT NULL,
    requested      INTEGER NOT NULL,
    requested_wall INTEGER NOT NULL,
    length         INTEGER NOT NULL, -- of its window
    repeats_every  INTEGER NOT NULL, -- 0: once
    sequence       INTEGER NOT NULL,
    handed         INTEGER NOT NULL, -- to its app, which has not taken it yet
    seal           INTEGER NOT NULL,
    UNIQUE (app, tag)
) STRICT;

CREATE TABLE messages (
    id           INTEGER NOT NULL UNIQUE,
    app          TEXT    NOT NULL,
    boot         TEXT    NOT NULL,
    receiver     TEXT    NOT NULL,
    high         INTEGER NOT NULL,
    arrived      INTEGER NOT NULL,
    arrived_wall INTEGER NOT NULL,
    data         TEXT    NOT NULL,
    seal         INTEGER NOT NULL
) STRICT;

-- version 4: what has changed of what jobs watch, as their next runs are to hear of it (jobs.md §3.2). It goes with its
-- job, and with its boot.

CREATE TABLE content (
    app   TEXT    NOT NULL,
    space TEXT    NOT NULL,
    job   INTEGER NOT NULL,
    boot  TEXT    NOT NULL,
    first INTEGER NOT NULL, -- when the first change came
    ready INTEGER NOT NULL, -- when they have calmed down
    uris  TEXT    NOT NULL, -- JSON: paths, at most 50
    seal  INTEGER NOT NULL,
    UNIQUE (app, space, job)
) STRICT;

-- version 5: which jobs await the right clock (jobs.md §7.3); when a commit was made on the clock of its boot, and whether
-- the wall clock was good then. `committed` is of the last commit under a good one.

ALTER TABLE jobs ADD COLUMN awaits_clock INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET seal = seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                            not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                            deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                            barred, awaits_clock)
 WHERE seal IS seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                    not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                    deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                    barred);

ALTER TABLE meta ADD COLUMN alive      INTEGER; -- NULL: nobody said
ALTER TABLE meta ADD COLUMN clock_good INTEGER NOT NULL DEFAULT 1;

-- version 6: how many commits there were (commit_count.hpp).

ALTER TABLE meta ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;

-- version 7: when a job's run began, and how its last one ended; what a person asks of its start (jobs.md §14); what jobs that have ended were; the log of past runs
-- (jobs.md §9.4), which nothing reads at a start but its highest ids.

ALTER TABLE jobs ADD COLUMN began    INTEGER; -- wall time; NULL: it does not run
ALTER TABLE jobs ADD COLUMN last_run TEXT;    -- JSON (row_json.hpp); NULL: there was none
ALTER TABLE jobs ADD COLUMN held     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN terms    TEXT;    -- JSON, what a person asks of its start; NULL: nothing
UPDATE jobs SET seal = seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                            not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                            deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                            barred, awaits_clock, began, last_run, held, terms)
 WHERE seal IS seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                    not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                    deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                    barred, awaits_clock);

ALTER TABLE completed ADD COLUMN scheduled INTEGER NOT NULL DEFAULT 0; -- 0: not known
ALTER TABLE completed ADD COLUMN began     INTEGER;                    -- NULL: it has not run
ALTER TABLE completed ADD COLUMN kind      TEXT    NOT NULL DEFAULT 'regular';
ALTER TABLE completed ADD COLUMN url       TEXT    NOT NULL DEFAULT '';
ALTER TABLE completed ADD COLUMN path      TEXT    NOT NULL DEFAULT '';
UPDATE completed SET seal = seal(app, space, id, ended, stop_reason, internal_reason, exit_code, text, downloaded,
                                 uploaded, label, scheduled, began, kind, url, path)
 WHERE seal IS seal(app, space, id, ended, stop_reason, internal_reason, exit_code, text, downloaded, uploaded, label);

CREATE TABLE past_runs (
    app   TEXT    NOT NULL,
    nth   INTEGER NOT NULL, -- of the app's, oldest first
    space TEXT    NOT NULL,
    job   INTEGER NOT NULL,
    run   TEXT    NOT NULL, -- JSON (row_json.hpp)
    seal  INTEGER NOT NULL,
    UNIQUE (app, nth)
) STRICT;

-- version 8: what an app has used by day, in its ledger, and bytes over metered networks in a job's terms (limits.md
-- §14): no table is another one, but a stint that does not know them would ignore a limit.

-- version 9: the device's history (jobs.md §9.5), of which a start reads its last entry alone.

CREATE TABLE device_changes (
    nth      INTEGER PRIMARY KEY, -- oldest first
    changed  INTEGER NOT NULL,    -- wall time
    name     TEXT    NOT NULL,    -- "charging"
    value    TEXT    NOT NULL,
    left_out INTEGER NOT NULL,    -- changes since the one before that were not kept
    seal     INTEGER NOT NULL
) STRICT;

-- version 10: what a job that has ended was scheduled with, where a person may retry it (jobs.md §14.3), and what its runs
-- have moved together (jobs.md §4.7).

ALTER TABLE completed ADD COLUMN info  TEXT; -- JSON, as a job's; NULL: it cannot be retried
ALTER TABLE completed ADD COLUMN terms TEXT; -- likewise
ALTER TABLE completed ADD COLUMN moved INTEGER NOT NULL DEFAULT 0; -- bytes
ALTER TABLE completed ADD COLUMN moving_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE completed ADD COLUMN first_began INTEGER; -- wall ms
UPDATE completed SET seal = seal(app, space, id, ended, stop_reason, internal_reason, exit_code, text, downloaded,
                                 uploaded, label, scheduled, began, kind, url, path, info, terms, moved,
                                 moving_runs, first_began)
 WHERE seal IS seal(app, space, id, ended, stop_reason, internal_reason, exit_code, text, downloaded, uploaded, label,
                    scheduled, began, kind, url, path);

-- version 11: what a run that goes on has come to (jobs.md §9.4).

ALTER TABLE jobs ADD COLUMN run_so_far TEXT; -- JSON, as last_run; NULL: nothing was written of it
UPDATE jobs SET seal = seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                            not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                            deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                            barred, awaits_clock, began, last_run, held, terms, run_so_far)
 WHERE seal IS seal(app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops,
                    not_before, not_before_wall, cumulative, demoted_by_user, demoted_by_system, running, label,
                    deadline, deadline_wall, window_end, window_end_wall, abandoned, last_success, last_failure,
                    barred, awaits_clock, began, last_run, held, terms);

-- version 12: what a message says of itself (push.md §2).

ALTER TABLE messages ADD COLUMN urgency TEXT NOT NULL DEFAULT 'normal';
ALTER TABLE messages ADD COLUMN ttl INTEGER NOT NULL DEFAULT 2419200000; -- from its arrival
ALTER TABLE messages ADD COLUMN topic TEXT NOT NULL DEFAULT ''; -- empty: none
UPDATE messages SET urgency = 'high' WHERE high;
UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic)
 WHERE seal IS seal(id, app, boot, receiver, high, arrived, arrived_wall, data);
ALTER TABLE messages DROP COLUMN high;

-- version 13: messages from elsewhere (push.md §4.1).

ALTER TABLE messages ADD COLUMN registration TEXT NOT NULL DEFAULT ''; -- empty: sent on the spot
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0; -- the note that some are lost
UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic, registration,
                                deleted)
 WHERE seal IS seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic);

CREATE TABLE registrations (
    name     TEXT    NOT NULL PRIMARY KEY,
    app      TEXT    NOT NULL,
    receiver TEXT    NOT NULL,
    very_low INTEGER NOT NULL, -- a cursor: the last sequence that was read
    low      INTEGER NOT NULL, -- likewise
    normal   INTEGER NOT NULL, -- likewise
    high     INTEGER NOT NULL, -- likewise
    seal     INTEGER NOT NULL
) STRICT;

CREATE TABLE line_place (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    stream TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    seal   INTEGER NOT NULL
) STRICT;

CREATE TABLE seen_messages (
    id   TEXT    NOT NULL PRIMARY KEY,
    seen INTEGER NOT NULL, -- wall time
    seal INTEGER NOT NULL
) STRICT;

-- version 14: registrations whose messages a connector takes, and those that the server does not know to have ended; the
-- id by which a connector knows a message (push.md §4.3, §4.4).

ALTER TABLE messages ADD COLUMN line_id TEXT NOT NULL DEFAULT ''; -- empty: sent on the spot
UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic, registration,
                                deleted, line_id)
 WHERE seal IS seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic, registration, deleted);

ALTER TABLE registrations ADD COLUMN connector TEXT NOT NULL DEFAULT ''; -- empty: a receiver
ALTER TABLE registrations ADD COLUMN details TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registrations ADD COLUMN endpoint TEXT NOT NULL DEFAULT ''; -- empty: the server has not made it yet
ALTER TABLE registrations ADD COLUMN made INTEGER NOT NULL DEFAULT 0; -- wall ms
ALTER TABLE registrations ADD COLUMN last INTEGER; -- wall ms; NULL: no message has come
UPDATE registrations SET seal = seal(name, app, receiver, very_low, low, normal, high, connector, details, ended,
                                     endpoint, made, last)
 WHERE seal IS seal(name, app, receiver, very_low, low, normal, high);

-- version 15: the log of messages (push.md §5), which nothing reads at a start; when each that waits came to this device.

ALTER TABLE messages ADD COLUMN came INTEGER NOT NULL DEFAULT 0; -- wall ms
UPDATE messages SET came = arrived_wall,
                    seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic, registration,
                                deleted, line_id, arrived_wall)
 WHERE seal IS seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic, registration, deleted,
                    line_id);

CREATE TABLE past_messages (
    app     TEXT    NOT NULL,
    nth     INTEGER NOT NULL, -- of the app's, oldest first
    message TEXT    NOT NULL, -- JSON (row_json.hpp)
    seal    INTEGER NOT NULL,
    UNIQUE (app, nth)
) STRICT;

-- version 16: registrations that get another token, and those that were revoked (push.md §4.4).

ALTER TABLE registrations ADD COLUMN rotates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registrations ADD COLUMN successor TEXT NOT NULL DEFAULT ''; -- empty: none
ALTER TABLE registrations ADD COLUMN retires INTEGER; -- wall ms; NULL: it does not
ALTER TABLE registrations ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
UPDATE registrations SET seal = seal(name, app, receiver, very_low, low, normal, high, connector, details, ended,
                                     endpoint, made, last, 0, '', NULL, 0)
 WHERE seal IS seal(name, app, receiver, very_low, low, normal, high, connector, details, ended, endpoint, made, last);

-- version 17: connectors that the session bus does not know (push.md §4.3), and registrations of receivers (§4.4).

ALTER TABLE registrations ADD COLUMN unknown INTEGER; -- ms since the boot, since when; NULL: it does
ALTER TABLE registrations ADD COLUMN own TEXT NOT NULL DEFAULT ''; -- empty: a connector's
ALTER TABLE registrations ADD COLUMN vapid TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN encrypted INTEGER NOT NULL DEFAULT 1;
ALTER TABLE registrations ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;
UPDATE registrations SET seal = seal(name, app, receiver, very_low, low, normal, high, connector, details, ended,
                                     endpoint, made, last, rotates, successor, retires, revoked, NULL, '', '', 1, 0)
 WHERE seal IS seal(name, app, receiver, very_low, low, normal, high, connector, details, ended, endpoint, made, last,
                    rotates, successor, retires, revoked);
