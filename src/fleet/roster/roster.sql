-- What the fleet's server knows of devices and campaigns: version 4. Times are milliseconds of the wall clock since
-- 1970. A file of another version, or a damaged one, is set aside, and made anew from the broker.

CREATE TABLE devices (
    id        TEXT    NOT NULL PRIMARY KEY,
    enrolment INTEGER NOT NULL, -- the certificate's
    made      INTEGER NOT NULL, -- likewise
    key       BLOB    NOT NULL CHECK (length(key) = 40), -- that signs its reports: minisign's id of it, and its point
    labels    TEXT    NOT NULL, -- a line each: NAME=VALUE
    endpoint  TEXT    NOT NULL, -- where orders are pushed to it; empty: nowhere yet
    version   TEXT    NOT NULL, -- of its Stint; empty: it has not said
    seen      INTEGER,          -- last; NULL: never
    gone      INTEGER NOT NULL CHECK (gone IN (0, 1)) -- 1: it has left, or was revoked
) STRICT, WITHOUT ROWID;

CREATE TABLE certificates ( -- apart, so that a query need not go through them
    device TEXT NOT NULL PRIMARY KEY,
    text   TEXT NOT NULL -- as it is signed
) STRICT, WITHOUT ROWID;

CREATE TABLE days ( -- apart, likewise: those of devices whose owners have them told
    device TEXT    NOT NULL PRIMARY KEY,
    days   TEXT    NOT NULL, -- its last 14 days: fleet/document/days.hpp
    kept   INTEGER NOT NULL  -- when the broker was told of any last; 0: nobody knows
) STRICT, WITHOUT ROWID;

CREATE TABLE campaigns (
    number   INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    document TEXT    NOT NULL, -- as it is signed
    name     TEXT    NOT NULL,
    made     INTEGER NOT NULL,
    read     INTEGER NOT NULL, -- when this server read it
    round    INTEGER NOT NULL  -- the newest that an operator has begun
) STRICT;

-- A campaign's targets, each with what its device has told last.
CREATE TABLE targets (
    campaign  INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    device    TEXT    NOT NULL,
    enrolment INTEGER NOT NULL,
    sequence  INTEGER NOT NULL, -- of the last report, be what follows of it or, as it changed nothing, of one before
    round     INTEGER NOT NULL,
    slot      INTEGER NOT NULL,
    phase     INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 6),
    outcome   INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 7),
    step      INTEGER NOT NULL,
    code      INTEGER NOT NULL,
    words     TEXT    NOT NULL,
    made      INTEGER NOT NULL, -- by the device's clock
    taken     INTEGER NOT NULL, -- by the stream
    blockers  TEXT    NOT NULL, -- why it waits, where it said so: a line each, REASON=SINCE, by the device's clock
    forecast  INTEGER NOT NULL, -- until when, likewise; 0: nobody knows
    waits     INTEGER NOT NULL, -- those reasons again, a bit each: bitOf(). An unknown one has none
    PRIMARY KEY (campaign, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX target_of ON targets (device, campaign, enrolment);
CREATE INDEX waiting_in ON targets (campaign, number, waits) WHERE waits != 0;

-- What each device has told last of the state that is desired of it.
CREATE TABLE states (
    device    TEXT    NOT NULL PRIMARY KEY,
    enrolment INTEGER NOT NULL, -- of which it told that
    version   INTEGER NOT NULL, -- of the document, and its hash
    hash      TEXT    NOT NULL,
    since     INTEGER NOT NULL, -- by the fleet's time
    holding   TEXT    NOT NULL, -- a word of it
    words     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The last trace that each device said in a hello. A draw counts where it was heard by who leads now.
CREATE TABLE traces (
    device    TEXT    NOT NULL PRIMARY KEY,
    enrolment INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    draw      INTEGER NOT NULL,
    before    INTEGER NOT NULL,
    lead      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Devices that were found cloned, and of which enrolment: another one ends that.
CREATE TABLE cloned (
    device    TEXT    NOT NULL PRIMARY KEY,
    enrolment INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each stream of reports has been read.
CREATE TABLE streams (
    name     TEXT    NOT NULL PRIMARY KEY, -- and when it was made
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
