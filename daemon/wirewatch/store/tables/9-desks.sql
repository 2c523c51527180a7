-- What several desks have in common: the order in which everything came, and who sends since when, and who joined.

CREATE TABLE cluster_log (
    position INTEGER PRIMARY KEY,
    entry TEXT NOT NULL UNIQUE,
    act TEXT NOT NULL,
    at TEXT NOT NULL,
    digest TEXT NOT NULL
);

CREATE TABLE cluster_leads (
    epoch INTEGER PRIMARY KEY,
    desk TEXT NOT NULL,
    instance TEXT NOT NULL,
    since TEXT NOT NULL
);

CREATE TABLE cluster_desks (
    desk TEXT PRIMARY KEY,
    joined TEXT NOT NULL
);

ALTER TABLE attempts ADD COLUMN epoch INTEGER;
