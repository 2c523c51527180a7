"""The tables, as migrations. docs/schema.md describes every column; a test holds the two together.

The file is an interface: released migrations are never changed, only followed by new ones.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("wirewatch")

_TABLES = """
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    inbox TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    format TEXT,
    parser TEXT,
    skipped TEXT,
    first_seen TEXT NOT NULL,
    finished TEXT,
    modified TEXT NOT NULL,
    stamp TEXT NOT NULL,
    due TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    kept TEXT
);
CREATE UNIQUE INDEX files_arrival ON files (inbox, path, coalesce(sha256, stamp));
CREATE INDEX files_content ON files (sha256) WHERE state = 'stored';
CREATE INDEX files_pending ON files (due, modified)
    WHERE state = 'pending' AND reason <> 'parsing';
CREATE INDEX files_parsing ON files (modified) WHERE state = 'pending' AND reason = 'parsing';

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES files (id),
    guid TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    headline TEXT NOT NULL,
    dateline TEXT NOT NULL,
    body TEXT NOT NULL,
    published TEXT,
    published_precision TEXT,
    place TEXT,
    country TEXT,
    agency TEXT,
    byline TEXT,
    language TEXT,
    source TEXT NOT NULL,
    url TEXT,
    status TEXT NOT NULL,
    subjects TEXT NOT NULL,
    urgency INTEGER,
    slugline TEXT,
    signal TEXT,
    embargo TEXT,
    note TEXT,
    current INTEGER NOT NULL,
    story INTEGER NOT NULL,
    words INTEGER NOT NULL,
    received TEXT NOT NULL,
    irregular INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX articles_identity ON articles (guid, version);
CREATE INDEX articles_irregular ON articles (id) WHERE irregular = 1;
CREATE INDEX articles_file ON articles (file_id);
CREATE INDEX articles_story ON articles (story);
CREATE INDEX articles_slug ON articles (source, slugline) WHERE slugline IS NOT NULL;

CREATE TABLE sentences (
    mark INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (mark, story)
) WITHOUT ROWID;

CREATE TABLE mentions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    gazetteer TEXT NOT NULL,
    entry TEXT NOT NULL,
    spelling TEXT NOT NULL,
    zone TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX mentions_article ON mentions (article_id);
CREATE INDEX mentions_entry ON mentions (entry, article_id);

CREATE TABLE rules (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    query TEXT NOT NULL,
    severity TEXT NOT NULL,
    channels TEXT NOT NULL,
    first_match TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE matches (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    rule TEXT NOT NULL,
    rule_hash TEXT NOT NULL,
    spans TEXT NOT NULL,
    echoes INTEGER REFERENCES alerts (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX matches_rule ON matches (article_id, rule);
CREATE INDEX matches_by_rule ON matches (rule, article_id);
CREATE INDEX matches_echoes ON matches (echoes) WHERE echoes IS NOT NULL;

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    match_id INTEGER UNIQUE REFERENCES matches (id),
    recalls INTEGER REFERENCES alerts (id),
    article_id INTEGER NOT NULL REFERENCES articles (id),
    rule TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    created TEXT NOT NULL
);
CREATE INDEX alerts_article ON alerts (article_id);

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alerts (id),
    channel TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    reason TEXT,
    due TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    since TEXT NOT NULL,
    finished TEXT,
    bundle INTEGER REFERENCES bundles (id),
    silence INTEGER REFERENCES silences (id)
);
CREATE UNIQUE INDEX deliveries_alert ON deliveries (alert_id, channel);
CREATE INDEX deliveries_due ON deliveries (channel, due) WHERE state IN ('pending', 'failed');
CREATE INDEX deliveries_sending ON deliveries (id) WHERE state = 'sending';
CREATE INDEX deliveries_bundle ON deliveries (bundle) WHERE bundle IS NOT NULL;

CREATE INDEX deliveries_silence ON deliveries (silence) WHERE silence IS NOT NULL;

CREATE TABLE silences (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    until TEXT NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    created TEXT NOT NULL,
    ended TEXT
);

CREATE TABLE bundles (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    slot TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL
);
CREATE UNIQUE INDEX bundles_slot ON bundles (channel, slot);

CREATE TABLE notices (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
    at TEXT NOT NULL,
    ok INTEGER NOT NULL,
    reason TEXT,
    http_code INTEGER,
    ms REAL NOT NULL,
    error TEXT
);
CREATE INDEX attempts_delivery ON attempts (delivery_id);
CREATE INDEX attempts_at ON attempts (at);
"""

# Full text is written by `accept`, all rows of a batch at once: an insert trigger would flush the
# index for each row and halve the speed of intake. Changes made by hand are followed by triggers.
_FULL_TEXT = """
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, dateline, body, content='articles', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_deleted AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, dateline, body)
    VALUES ('delete', old.id, old.title, old.dateline, old.body);
END;
CREATE TRIGGER articles_changed AFTER UPDATE OF title, dateline, body ON articles BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, dateline, body)
    VALUES ('delete', old.id, old.title, old.dateline, old.body);
    INSERT INTO articles_fts (rowid, title, dateline, body)
    VALUES (new.id, new.title, new.dateline, new.body);
END;
"""

# A large batch's words are written at once, not in parts that are merged later; and single commits
# merge less often, which takes the longest of them from 2.5 to 1.5 ms.
_FULL_TEXT_OPTIONS = (("hashsize", 8_388_608), ("automerge", 8))

_VIEWS = """
CREATE VIEW recent AS
SELECT a.id, a.received, a.source, a.headline, a.place, a.agency, a.published,
    (SELECT group_concat(DISTINCT m.rule) FROM matches m WHERE m.article_id = a.id) AS rules,
    (SELECT group_concat(DISTINCT n.entry) FROM mentions n WHERE n.article_id = a.id) AS mentions,
    f.path
FROM articles a JOIN files f ON f.id = a.file_id
WHERE a.current = 1 AND a.status NOT IN ('canceled', 'withheld')
ORDER BY a.id DESC;
CREATE VIEW article_versions AS
SELECT a.guid, a.version, a.id AS article_id, a.received, a.status, a.signal, a.headline, a.current
FROM articles a
ORDER BY a.guid, a.version;
CREATE VIEW stories AS
SELECT s.story AS id, min(s.received) AS first_seen, max(s.received) AS last_seen,
    count(DISTINCT coalesce(s.agency, s.source)) AS outlets, count(*) AS articles, f.headline
FROM articles s JOIN articles f ON f.id = s.story
GROUP BY s.story
ORDER BY s.story DESC;
CREATE VIEW alert_log AS
SELECT d.id, al.created, al.severity, al.rule, al.title AS rule_title, a.headline, d.channel,
    d.state, d.reason, d.attempts, d.due, d.finished, d.key, al.article_id, d.alert_id,
    (SELECT count(DISTINCT coalesce(c.agency, c.source)) FROM matches o
     JOIN articles c ON c.id = o.article_id WHERE o.echoes = al.id
     AND coalesce(c.agency, c.source) <> coalesce(a.agency, a.source)) AS outlets
FROM deliveries d JOIN alerts al ON al.id = d.alert_id JOIN articles a ON a.id = al.article_id
ORDER BY d.id DESC;
"""


@migrations()
def m001_spine(db: Database) -> None:
    """Make the ledger, the articles with full text, the alerts and the outbox."""
    for script in (_TABLES, _VIEWS):
        for statement in script.split(";\n"):
            if statement.strip():
                db.execute(statement)
    for statement in _FULL_TEXT.split("\nCREATE "):
        if statement.strip():
            db.execute("CREATE " + statement.strip().removeprefix("CREATE "))
    for option in _FULL_TEXT_OPTIONS:
        db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES (?, ?)", option)
