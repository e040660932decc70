-- What a device keeps of its campaigns, and of its desired state: version 2. Times are milliseconds since 1970, by the fleet's time.

CREATE TABLE IF NOT EXISTS campaigns (
    id         TEXT    NOT NULL PRIMARY KEY,
    round      INTEGER NOT NULL, -- of the order that was heard last
    enrolment  INTEGER NOT NULL, -- for which that order is
    heard      INTEGER NOT NULL, -- the time at which it was heard
    until      INTEGER NOT NULL, -- the campaign's expiry
    document   TEXT    NOT NULL, -- empty: there is none yet, or it has ended, and its server knows that
    signatures TEXT    NOT NULL, -- JSON
    kept       TEXT    NOT NULL, -- JSON: how far the errand has come
    digest     BLOB    NOT NULL  -- of all this, and of its reports
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reports ( -- that the server does not have
    campaign TEXT    NOT NULL,
    sequence INTEGER NOT NULL,
    report   TEXT    NOT NULL, -- JSON
    PRIMARY KEY (campaign, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS desired ( -- one row, or none
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    paper  TEXT    NOT NULL, -- the document that the device was made like, as it is signed; empty: none
    state  TEXT    NOT NULL, -- what the device tells of it
    told   INTEGER NOT NULL CHECK (told IN (0, 1)), -- 1: its server has that
    digest BLOB    NOT NULL  -- of all this
) STRICT;
