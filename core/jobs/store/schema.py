"""The tables of the index."""

# Raised with every change that another version would stumble over: a database of another version is set aside and its
# results indexed anew. A table more is none: it is made where it is missing.
VERSION = 1

CALLED = """
CREATE TABLE called (
    key TEXT NOT NULL,
    session TEXT NOT NULL,
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (key, session)
) STRICT
"""

# `place` orders jobs: a number that only grows, since clocks may be set back.
TABLES = """
CREATE TABLE jobs (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    params TEXT NOT NULL,
    inputs TEXT NOT NULL,
    state TEXT NOT NULL,
    place INTEGER NOT NULL,
    done REAL NOT NULL DEFAULT 0,
    total REAL NOT NULL DEFAULT 0,
    stage TEXT NOT NULL DEFAULT '',
    rate REAL,
    remaining REAL,
    seconds REAL NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    cancel INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    finished REAL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, place);
CREATE INDEX jobs_by_place ON jobs (place);

CREATE TABLE interest (
    key TEXT NOT NULL,
    session TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (key, session)
) STRICT;

CREATE TABLE logs (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE results (
    key TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    kind TEXT NOT NULL,
    part_of TEXT NOT NULL,
    finished REAL NOT NULL,
    place INTEGER NOT NULL
) STRICT;
CREATE INDEX results_by_part ON results (part_of);

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
"""

RECORDS = (
    "jobs",
    "interest",
    "logs",
    "called",
    "counters",
)  # what is carried over from a damaged database, as far as readable
