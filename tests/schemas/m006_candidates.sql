CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO _sqlite_migrations VALUES (1, 'wirewatch', 'm001_spine', '2026-11-23 18:44:52.741043+00:00');
INSERT INTO _sqlite_migrations VALUES (2, 'wirewatch', 'm002_retention', '2026-11-23 18:44:52.743191+00:00');
INSERT INTO _sqlite_migrations VALUES (3, 'wirewatch', 'm003_figures', '2026-11-23 18:44:52.768562+00:00');
INSERT INTO _sqlite_migrations VALUES (4, 'wirewatch', 'm004_trends', '2026-11-23 18:44:52.786166+00:00');
INSERT INTO _sqlite_migrations VALUES (5, 'wirewatch', 'm005_desks', '2026-11-23 18:44:52.794288+00:00');
INSERT INTO _sqlite_migrations VALUES (6, 'wirewatch', 'm006_candidates', '2026-11-23 18:44:52.812095+00:00');
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
INSERT INTO files VALUES (1, 'wires', 'Told.txt', '995a3ee4747e5ebeffb267db098245b74d9d0673075c8164c06edf5f2da10dd7', 17, 'stored', NULL, NULL, 'wire', NULL, NULL, '2026-03-02T12:00:00.000Z', '2026-03-02T12:00:00.000Z', '2001-09-09T01:46:40.000Z', '17-1000000000000000000-1000000000000000000', NULL, 0, NULL);
INSERT INTO files VALUES (2, 'wires', 'Copied.txt', '49dbeed33ad6b68ca4cd193b5bd52aa1113b1e4210014b0e6b04881f1ad7e9d9', 19, 'stored', NULL, NULL, 'wire', NULL, NULL, '2026-03-02T13:00:00.000Z', '2026-03-02T13:00:00.000Z', '2001-09-09T01:46:40.000Z', '19-1000000000000000000-1000000000000000000', NULL, 0, NULL);
INSERT INTO files VALUES (3, 'wires', 'First.txt', 'd721bdc58b9deedb4b703c30a7811f3ffffb3b283070c43a15c19173eb30297e', 18, 'stored', NULL, NULL, 'wire', NULL, NULL, '2026-03-03T12:00:00.000Z', '2026-03-03T12:00:00.000Z', '2001-09-09T01:46:40.000Z', '18-1000000000000000000-1000000000000000000', NULL, 0, NULL);
INSERT INTO files VALUES (4, 'wires', 'Second.txt', 'c4eec57b902eeab856bb4bd7f1f032eeb38f6233868b3335114a3d1ed340690c', 19, 'stored', NULL, NULL, 'wire', NULL, NULL, '2026-03-04T12:00:00.000Z', '2026-03-04T12:00:00.000Z', '2001-09-09T01:46:40.000Z', '19-1000000000000000000-1000000000000000000', NULL, 0, NULL);
INSERT INTO files VALUES (5, 'wires', 'Gone.txt', '6c8982d8fb2ce33dba2483bcd1d23fe0f5e0e72c15bce8d8f02d429819026aed', 17, 'stored', NULL, NULL, 'wire', NULL, NULL, '2026-03-05T12:00:00.000Z', '2026-03-05T12:00:00.000Z', '2001-09-09T01:46:40.000Z', '17-1000000000000000000-1000000000000000000', NULL, 0, NULL);
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
INSERT INTO articles VALUES (1, 1, 'guid of Told', 1, '', 'Told begins here.', '', 'Told begins here.', NULL, NULL, 'ALMATY', NULL, NULL, NULL, 'en', 'wires', NULL, 'usable', '[]', NULL, NULL, NULL, NULL, NULL, 1, 1, 0, '2026-03-02T12:00:00.000Z', 0);
INSERT INTO articles VALUES (2, 2, 'guid of Copied', 1, '', 'Copied begins here.', '', 'Copied begins here.', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'wires', NULL, 'usable', '[]', NULL, NULL, NULL, NULL, NULL, 1, 2, 0, '2026-03-02T13:00:00.000Z', 0);
INSERT INTO articles VALUES (3, 3, 'g', 1, '', 'First begins here.', '', 'First begins here.', NULL, NULL, NULL, NULL, 'Trend', NULL, NULL, 'wires', NULL, 'usable', '[]', NULL, NULL, NULL, NULL, NULL, 0, 3, 0, '2026-03-03T12:00:00.000Z', 0);
INSERT INTO articles VALUES (4, 4, 'g', 2, '', 'Second begins here.', '', 'Second begins here.', NULL, NULL, NULL, NULL, 'Trend', NULL, NULL, 'wires', NULL, 'usable', '[]', NULL, NULL, NULL, NULL, NULL, 1, 3, 0, '2026-03-04T12:00:00.000Z', 0);
INSERT INTO articles VALUES (5, 5, 'guid of Gone', 1, '', 'Gone begins here.', '', 'Gone begins here.', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'wires', NULL, 'canceled', '[]', NULL, NULL, NULL, NULL, NULL, 1, 5, 0, '2026-03-05T12:00:00.000Z', 0);
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
INSERT INTO mentions VALUES (1, 1, 'words', 'told', 'Told', 'body', 0, 4);
INSERT INTO mentions VALUES (2, 2, 'words', 'astana', 'Astana', 'body', 0, 1);
INSERT INTO mentions VALUES (3, 2, 'words', 'baku', 'Baku', 'body', 0, 1);
INSERT INTO mentions VALUES (4, 3, 'words', 'first', 'First', 'body', 0, 5);
INSERT INTO mentions VALUES (5, 4, 'words', 'second', 'Second', 'body', 0, 6);
INSERT INTO mentions VALUES (6, 5, 'words', 'gone', 'Gone', 'body', 0, 4);
CREATE TABLE rules (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    query TEXT NOT NULL,
    severity TEXT NOT NULL,
    channels TEXT NOT NULL,
    first_match TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO rules VALUES ('h1', 'r1', 'First rule', '', 'high', '["desk"]', '2026-03-02T12:00:00.000Z');
CREATE TABLE matches (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    rule TEXT NOT NULL,
    rule_hash TEXT NOT NULL,
    spans TEXT NOT NULL,
    unmet TEXT,
    echoes INTEGER REFERENCES alerts (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO matches VALUES (1, 1, 'r1', 'h1', '[["body",0,4]]', NULL, NULL);
INSERT INTO matches VALUES (2, 2, 'r1', 'h1', '[["body",0,6]]', NULL, NULL);
INSERT INTO matches VALUES (3, 3, 'r1', 'h1', '[["body",0,5]]', NULL, NULL);
INSERT INTO matches VALUES (4, 4, 'r1', 'h1', '[["body",0,6]]', NULL, NULL);
INSERT INTO matches VALUES (5, 5, 'r1', 'h1', '[["body",0,4]]', NULL, NULL);
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    match_id INTEGER UNIQUE REFERENCES matches (id),
    recalls INTEGER REFERENCES alerts (id),
    article_id INTEGER REFERENCES articles (id),
    alarm INTEGER REFERENCES alarms (id),
    rule TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    said TEXT,
    created TEXT NOT NULL,
    acknowledged TEXT,
    acknowledged_by TEXT
);
INSERT INTO alerts VALUES (1, 1, NULL, 1, NULL, 'r1', 'First rule', 'high', NULL, '2026-03-02T12:00:00.000Z', NULL, NULL);
INSERT INTO alerts VALUES (2, 4, NULL, 4, NULL, 'r1', 'First rule', 'high', NULL, '2026-03-04T12:00:00.000Z', NULL, NULL);
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    said TEXT NOT NULL,
    raised TEXT NOT NULL,
    cleared TEXT
);
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
    escalation INTEGER NOT NULL DEFAULT 0,
    recall INTEGER NOT NULL DEFAULT 0,
    grouping TEXT,
    bundle INTEGER REFERENCES bundles (id),
    silence INTEGER REFERENCES silences (id)
);
INSERT INTO deliveries VALUES (1, 1, 'desk', '2e407bdcda1b848e', 'sent', NULL, NULL, 1, '2026-03-02T12:00:00.000Z', '2026-03-02T12:00:00.000Z', '2026-03-02T12:00:00.000Z', 0, 0, NULL, NULL, NULL);
INSERT INTO deliveries VALUES (2, 2, 'desk', '98d14298e3642015', 'pending', NULL, '2026-03-02T12:00:00.000Z', 0, '2026-03-04T12:00:00.000Z', '2026-03-02T12:00:00.000Z', NULL, 0, 0, NULL, NULL, NULL);
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
CREATE TABLE channels (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    failing_since TEXT,
    retry_at TEXT,
    last_sent TEXT,
    error TEXT,
    trial_until TEXT
) WITHOUT ROWID;
CREATE TABLE hours (
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    hour TEXT NOT NULL,
    articles INTEGER NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (what, name, hour)
) WITHOUT ROWID;
INSERT INTO hours VALUES ('agency', 'Trend', '2026-03-03T12', 1, '2026-03-03T12:00:00.000Z');
INSERT INTO hours VALUES ('agency', 'Trend', '2026-03-04T12', 1, '2026-03-04T12:00:00.000Z');
INSERT INTO hours VALUES ('language', 'en', '2026-03-02T12', 1, '2026-03-02T12:00:00.000Z');
INSERT INTO hours VALUES ('name', 'words:astana', '2026-03-02T13', 1, '2026-03-02T13:00:00.000Z');
INSERT INTO hours VALUES ('name', 'words:baku', '2026-03-02T13', 1, '2026-03-02T13:00:00.000Z');
INSERT INTO hours VALUES ('name', 'words:first', '2026-03-03T12', 1, '2026-03-03T12:00:00.000Z');
INSERT INTO hours VALUES ('name', 'words:gone', '2026-03-05T12', 1, '2026-03-05T12:00:00.000Z');
INSERT INTO hours VALUES ('name', 'words:told', '2026-03-02T12', 1, '2026-03-02T12:00:00.000Z');
INSERT INTO hours VALUES ('rule', 'r1', '2026-03-02T12', 1, '2026-03-02T12:00:00.000Z');
INSERT INTO hours VALUES ('rule', 'r1', '2026-03-02T13', 1, '2026-03-02T13:00:00.000Z');
INSERT INTO hours VALUES ('rule', 'r1', '2026-03-03T12', 1, '2026-03-03T12:00:00.000Z');
INSERT INTO hours VALUES ('source', 'wires', '2026-03-02T12', 1, '2026-03-02T12:00:00.000Z');
INSERT INTO hours VALUES ('source', 'wires', '2026-03-02T13', 1, '2026-03-02T13:00:00.000Z');
INSERT INTO hours VALUES ('source', 'wires', '2026-03-03T12', 1, '2026-03-03T12:00:00.000Z');
INSERT INTO hours VALUES ('source', 'wires', '2026-03-04T12', 1, '2026-03-04T12:00:00.000Z');
INSERT INTO hours VALUES ('source', 'wires', '2026-03-05T12', 1, '2026-03-05T12:00:00.000Z');
CREATE TABLE ways (
    agency TEXT NOT NULL,
    source TEXT NOT NULL,
    hour TEXT NOT NULL,
    PRIMARY KEY (agency, source)
) WITHOUT ROWID;
INSERT INTO ways VALUES ('Trend', 'wires', '2026-03-04T12');
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    last_run TEXT,
    took_ms REAL,
    error TEXT,
    next_run TEXT
) WITHOUT ROWID;
CREATE TABLE notices (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at TEXT NOT NULL
);
INSERT INTO notices VALUES ('rules', 'abc', '2026-03-02T12:00:00.000Z');
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
    at TEXT NOT NULL,
    ok INTEGER NOT NULL,
    reason TEXT,
    http_code INTEGER,
    ms REAL NOT NULL,
    error TEXT
, epoch INTEGER);
INSERT INTO attempts VALUES (1, 1, '2026-03-02T12:00:00.000Z', 1, NULL, NULL, 1.0, NULL, NULL);
CREATE TABLE retired (
    guid TEXT NOT NULL,
    version INTEGER NOT NULL,
    file_id INTEGER NOT NULL REFERENCES files (id),
    PRIMARY KEY (guid, version)
) WITHOUT ROWID;
CREATE TABLE read_before (
    gazetteer TEXT NOT NULL,
    entry TEXT NOT NULL,
    other TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (gazetteer, entry, other)
) WITHOUT ROWID;
CREATE TABLE tallies (
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    present INTEGER NOT NULL,
    ever INTEGER NOT NULL,
    PRIMARY KEY (what, name, state, reason)
) WITHOUT ROWID;
INSERT INTO tallies VALUES ('alert', 'high', 'rule', '', 2, 2);
INSERT INTO tallies VALUES ('article', 'wires', '', '', 5, 5);
INSERT INTO tallies VALUES ('attempt', 'desk', 'sent', '', 1, 1);
INSERT INTO tallies VALUES ('delivery', 'desk', 'pending', '', 1, 2);
INSERT INTO tallies VALUES ('delivery', 'desk', 'sent', '', 1, 1);
INSERT INTO tallies VALUES ('file', 'wires', 'stored', '', 5, 5);
INSERT INTO tallies VALUES ('match', 'high', 'alert', '', 5, 5);
CREATE TABLE months (
    gazetteer TEXT NOT NULL,
    month TEXT NOT NULL,
    entry TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (gazetteer, month, entry)
) WITHOUT ROWID;
INSERT INTO months VALUES ('words', '2026-03', 'astana', 1);
INSERT INTO months VALUES ('words', '2026-03', 'baku', 1);
INSERT INTO months VALUES ('words', '2026-03', 'first', 1);
INSERT INTO months VALUES ('words', '2026-03', 'gone', 1);
INSERT INTO months VALUES ('words', '2026-03', 'told', 1);
CREATE TABLE pairs (
    gazetteer TEXT NOT NULL,
    month TEXT NOT NULL,
    entry TEXT NOT NULL,
    other TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (gazetteer, month, entry, other)
) WITHOUT ROWID;
INSERT INTO pairs VALUES ('words', '2026-03', 'astana', 'baku', 1);
CREATE TABLE delays (
    channel TEXT NOT NULL,
    day TEXT NOT NULL,
    ms INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (channel, day, ms)
) WITHOUT ROWID;
INSERT INTO delays VALUES ('desk', '2026-03-02', 1, 1);
CREATE TABLE steps (
    ms INTEGER PRIMARY KEY
);
INSERT INTO steps VALUES (1);
INSERT INTO steps VALUES (2);
INSERT INTO steps VALUES (3);
INSERT INTO steps VALUES (4);
INSERT INTO steps VALUES (5);
INSERT INTO steps VALUES (6);
INSERT INTO steps VALUES (8);
INSERT INTO steps VALUES (10);
INSERT INTO steps VALUES (13);
INSERT INTO steps VALUES (16);
INSERT INTO steps VALUES (20);
INSERT INTO steps VALUES (25);
INSERT INTO steps VALUES (32);
INSERT INTO steps VALUES (40);
INSERT INTO steps VALUES (50);
INSERT INTO steps VALUES (63);
INSERT INTO steps VALUES (80);
INSERT INTO steps VALUES (100);
INSERT INTO steps VALUES (125);
INSERT INTO steps VALUES (160);
INSERT INTO steps VALUES (200);
INSERT INTO steps VALUES (250);
INSERT INTO steps VALUES (315);
INSERT INTO steps VALUES (400);
INSERT INTO steps VALUES (500);
INSERT INTO steps VALUES (630);
INSERT INTO steps VALUES (800);
INSERT INTO steps VALUES (1000);
INSERT INTO steps VALUES (1250);
INSERT INTO steps VALUES (1600);
INSERT INTO steps VALUES (2000);
INSERT INTO steps VALUES (2500);
INSERT INTO steps VALUES (3150);
INSERT INTO steps VALUES (4000);
INSERT INTO steps VALUES (5000);
INSERT INTO steps VALUES (6300);
INSERT INTO steps VALUES (8000);
INSERT INTO steps VALUES (10000);
INSERT INTO steps VALUES (12500);
INSERT INTO steps VALUES (16000);
INSERT INTO steps VALUES (20000);
INSERT INTO steps VALUES (25000);
INSERT INTO steps VALUES (31500);
INSERT INTO steps VALUES (40000);
INSERT INTO steps VALUES (50000);
INSERT INTO steps VALUES (63000);
INSERT INTO steps VALUES (80000);
INSERT INTO steps VALUES (100000);
INSERT INTO steps VALUES (125000);
INSERT INTO steps VALUES (160000);
INSERT INTO steps VALUES (200000);
INSERT INTO steps VALUES (250000);
INSERT INTO steps VALUES (315000);
INSERT INTO steps VALUES (400000);
INSERT INTO steps VALUES (500000);
INSERT INTO steps VALUES (630000);
INSERT INTO steps VALUES (800000);
INSERT INTO steps VALUES (1000000);
INSERT INTO steps VALUES (1250000);
INSERT INTO steps VALUES (1600000);
INSERT INTO steps VALUES (2000000);
INSERT INTO steps VALUES (2500000);
INSERT INTO steps VALUES (3150000);
INSERT INTO steps VALUES (4000000);
INSERT INTO steps VALUES (5000000);
INSERT INTO steps VALUES (6300000);
INSERT INTO steps VALUES (8000000);
INSERT INTO steps VALUES (10000000);
INSERT INTO steps VALUES (12500000);
INSERT INTO steps VALUES (16000000);
INSERT INTO steps VALUES (20000000);
INSERT INTO steps VALUES (25000000);
INSERT INTO steps VALUES (31500000);
INSERT INTO steps VALUES (40000000);
INSERT INTO steps VALUES (50000000);
INSERT INTO steps VALUES (63000000);
INSERT INTO steps VALUES (80000000);
INSERT INTO steps VALUES (100000000);
INSERT INTO steps VALUES (125000000);
INSERT INTO steps VALUES (160000000);
INSERT INTO steps VALUES (200000000);
INSERT INTO steps VALUES (250000000);
INSERT INTO steps VALUES (315000000);
INSERT INTO steps VALUES (400000000);
INSERT INTO steps VALUES (500000000);
INSERT INTO steps VALUES (630000000);
INSERT INTO steps VALUES (800000000);
INSERT INTO steps VALUES (1000000000);
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
CREATE TABLE list_runs (
    gazetteer TEXT NOT NULL,
    first_article INTEGER NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (gazetteer, first_article)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, dateline, body, content='articles', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 8388608);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 8);
INSERT INTO articles_fts (articles_fts) VALUES ('rebuild');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX files_arrival ON files (inbox, path, coalesce(sha256, stamp));
CREATE INDEX files_content ON files (sha256) WHERE state = 'stored';
CREATE INDEX files_due ON files (due)
    WHERE state = 'pending' AND reason <> 'parsing';
CREATE INDEX files_oldest ON files (modified, due)
    WHERE state = 'pending' AND reason <> 'parsing';
CREATE INDEX files_quarantined ON files (finished) WHERE state = 'quarantined';
CREATE INDEX files_parsing ON files (modified) WHERE state = 'pending' AND reason = 'parsing';
CREATE UNIQUE INDEX articles_identity ON articles (guid, version);
CREATE INDEX articles_irregular ON articles (id) WHERE irregular = 1;
CREATE INDEX articles_file ON articles (file_id);
CREATE INDEX articles_story ON articles (story);
CREATE INDEX articles_slug ON articles (source, slugline) WHERE slugline IS NOT NULL;
CREATE INDEX mentions_article ON mentions (article_id);
CREATE INDEX mentions_entry ON mentions (entry, article_id);
CREATE UNIQUE INDEX matches_rule ON matches (article_id, rule);
CREATE INDEX matches_by_rule ON matches (rule, article_id);
CREATE INDEX matches_echoes ON matches (echoes) WHERE echoes IS NOT NULL;
CREATE INDEX alerts_article ON alerts (article_id);
CREATE INDEX alerts_rule ON alerts (rule, article_id);
CREATE INDEX alerts_alarm ON alerts (alarm) WHERE alarm IS NOT NULL;
CREATE UNIQUE INDEX alarms_standing ON alarms (kind, subject) WHERE cleared IS NULL;
CREATE UNIQUE INDEX deliveries_alert ON deliveries (alert_id, channel);
CREATE INDEX deliveries_due ON deliveries (channel, state, due)
    WHERE state IN ('pending', 'failed');
CREATE INDEX deliveries_escalating ON deliveries (channel, due)
    WHERE state = 'pending' AND escalation = 1;
CREATE INDEX deliveries_recalling ON deliveries (channel, due)
    WHERE state = 'pending' AND recall = 1;
CREATE INDEX deliveries_sending ON deliveries (id) WHERE state = 'sending';
CREATE INDEX deliveries_created ON deliveries (channel, created);
CREATE INDEX deliveries_grouping ON deliveries (channel, grouping, finished)
    WHERE grouping IS NOT NULL;
CREATE INDEX deliveries_bundle ON deliveries (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX deliveries_silence ON deliveries (silence) WHERE silence IS NOT NULL;
CREATE UNIQUE INDEX bundles_slot ON bundles (channel, slot);
CREATE INDEX attempts_delivery ON attempts (delivery_id);
CREATE INDEX attempts_at ON attempts (at);
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
SELECT d.id, al.created, al.severity, al.rule, al.title AS rule_title,
    coalesce(a.headline, al.said) AS headline, d.channel,
    d.state, d.reason, d.attempts, d.due, d.finished, d.key, al.article_id, d.alert_id,
    (SELECT count(DISTINCT coalesce(c.agency, c.source)) FROM matches o
     JOIN articles c ON c.id = o.article_id WHERE o.echoes = al.id
     AND coalesce(c.agency, c.source) <> coalesce(a.agency, a.source)) AS outlets
FROM deliveries d JOIN alerts al ON al.id = d.alert_id
LEFT JOIN articles a ON a.id = al.article_id
ORDER BY d.id DESC;
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
CREATE INDEX retired_file ON retired (file_id);
CREATE INDEX alerts_recalls ON alerts (recalls) WHERE recalls IS NOT NULL;
CREATE INDEX files_waiting ON files (reason, first_seen) WHERE state = 'pending';
CREATE TRIGGER files_added AFTER INSERT ON files BEGIN
    INSERT INTO tallies VALUES ('file', new.inbox, new.state, coalesce(new.reason, ''), 1, 1)
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER files_removed AFTER DELETE ON files BEGIN
    UPDATE tallies SET present = present - 1 WHERE what = 'file' AND name = old.inbox
    AND state = old.state AND reason = coalesce(old.reason, '');
END;
CREATE TRIGGER files_moved AFTER UPDATE OF inbox, state, reason ON files
WHEN old.state IS NOT new.state OR old.reason IS NOT new.reason OR old.inbox IS NOT new.inbox BEGIN
    UPDATE tallies SET present = present - 1 WHERE what = 'file' AND name = old.inbox
    AND state = old.state AND reason = coalesce(old.reason, '');
    INSERT INTO tallies VALUES ('file', new.inbox, new.state, coalesce(new.reason, ''), 1, 1)
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO tallies VALUES ('article', new.source, '', '', 1, 1)
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
    UPDATE tallies SET present = present - 1
    WHERE what = 'article' AND name = old.source AND state = '' AND reason = '';
END;
CREATE TRIGGER matches_added AFTER INSERT ON matches BEGIN
    INSERT INTO tallies
    SELECT 'match', severity, CASE WHEN new.echoes IS NOT NULL THEN 'echo'
        WHEN new.unmet IS NOT NULL THEN 'unmet' ELSE 'alert' END, '', 1, 1
    FROM rules WHERE hash = new.rule_hash
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER matches_removed AFTER DELETE ON matches BEGIN
    UPDATE tallies SET present = present - 1 WHERE what = 'match'
    AND name = (SELECT severity FROM rules WHERE hash = old.rule_hash)
    AND state = CASE WHEN old.echoes IS NOT NULL THEN 'echo'
        WHEN old.unmet IS NOT NULL THEN 'unmet' ELSE 'alert' END AND reason = '';
END;
CREATE TRIGGER alerts_added AFTER INSERT ON alerts BEGIN
    INSERT INTO tallies VALUES ('alert', new.severity, CASE WHEN new.alarm IS NOT NULL THEN 'alarm'
        WHEN new.recalls IS NOT NULL THEN 'recall' ELSE 'rule' END, '', 1, 1)
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER alerts_removed AFTER DELETE ON alerts BEGIN
    UPDATE tallies SET present = present - 1 WHERE what = 'alert' AND name = old.severity
    AND state = CASE WHEN old.alarm IS NOT NULL THEN 'alarm'
        WHEN old.recalls IS NOT NULL THEN 'recall' ELSE 'rule' END AND reason = '';
END;
CREATE TRIGGER deliveries_added AFTER INSERT ON deliveries BEGIN
    INSERT INTO tallies VALUES
    ('delivery', new.channel, new.state, coalesce(new.reason, ''), 1, 1)
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries BEGIN
    UPDATE tallies SET present = present - 1 WHERE what = 'delivery' AND name = old.channel
    AND state = old.state AND reason = coalesce(old.reason, '');
END;
CREATE TRIGGER deliveries_moved AFTER UPDATE OF channel, state, reason ON deliveries
WHEN old.state IS NOT new.state OR old.reason IS NOT new.reason OR old.channel IS NOT new.channel
BEGIN
    UPDATE tallies SET present = present - 1 WHERE what = 'delivery' AND name = old.channel
    AND state = old.state AND reason = coalesce(old.reason, '');
    INSERT INTO tallies VALUES
    ('delivery', new.channel, new.state, coalesce(new.reason, ''), 1, 1)
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE TRIGGER attempts_added AFTER INSERT ON attempts BEGIN
    INSERT INTO tallies
    SELECT 'attempt', channel, CASE new.ok WHEN 1 THEN 'sent' ELSE 'failed' END,
        coalesce(new.reason, ''), 1, 1
    FROM deliveries WHERE id = new.delivery_id
    ON CONFLICT DO UPDATE SET present = present + 1, ever = ever + 1;
END;
CREATE VIEW naming AS
SELECT n.article_id, a.received, a.story, coalesce(a.agency, a.source) AS outlet, a.language,
    n.gazetteer, n.entry, count(*) AS times
FROM mentions n JOIN articles a ON a.id = n.article_id
WHERE a.current = 1 AND a.status NOT IN ('canceled', 'withheld')
GROUP BY n.article_id, n.gazetteer, n.entry;
CREATE VIEW reports AS
SELECT r.story, r.outlet, r.received, r.article_id,
    row_number() OVER (PARTITION BY r.story ORDER BY r.received, r.article_id) AS place
FROM (SELECT a.story, coalesce(a.agency, a.source) AS outlet, min(a.received) AS received,
          min(a.id) AS article_id
      FROM articles a GROUP BY a.story, outlet) r;
CREATE VIEW receipts AS
SELECT d.id, d.channel, al.rule, al.severity, al.id AS alert_id, al.article_id, d.key,
    al.created, d.finished AS sent, d.attempts, al.acknowledged, al.acknowledged_by,
    round((julianday(d.finished) - julianday(al.created)) * 86400, 3) AS seconds
FROM deliveries d JOIN alerts al ON al.id = d.alert_id
WHERE d.state = 'sent';
CREATE VIEW firsts AS
SELECT a.id AS article_id,
    CASE WHEN length(a.published) >= 7 AND substr(a.published, 1, 7) < substr(a.received, 1, 7)
        THEN substr(a.published, 1, 7) ELSE substr(a.received, 1, 7) END AS month
FROM (SELECT min(id) AS id FROM articles WHERE guid NOT IN (SELECT guid FROM retired)
      GROUP BY guid) f
CROSS JOIN articles a ON a.id = f.id;
CREATE VIEW months_counted AS
SELECT n.gazetteer, f.month, n.entry, count(DISTINCT n.article_id) AS articles
FROM firsts f CROSS JOIN mentions n ON n.article_id = f.article_id
GROUP BY 1, 2, 3;
CREATE VIEW pairs_counted AS
SELECT n.gazetteer, f.month, n.entry, o.entry AS other, count(DISTINCT n.article_id) AS articles
FROM firsts f CROSS JOIN mentions n ON n.article_id = f.article_id
CROSS JOIN mentions o
    ON o.article_id = n.article_id AND o.gazetteer = n.gazetteer AND o.entry > n.entry
WHERE (SELECT count(DISTINCT c.entry) FROM mentions c
       WHERE c.article_id = n.article_id AND c.gazetteer = n.gazetteer) <= 40
GROUP BY 1, 2, 3, 4;
CREATE VIEW delays_counted AS
SELECT channel, substr(finished, 1, 10) AS day,
    (SELECT coalesce(min(ms), 1000000000) FROM steps
     WHERE ms >= round((julianday(finished) - julianday(created)) * 86400000)) AS ms,
    count(*) AS deliveries
FROM deliveries WHERE state = 'sent'
GROUP BY 1, 2, 3;
CREATE TRIGGER deliveries_sent AFTER UPDATE OF state ON deliveries
WHEN new.state = 'sent' AND old.state <> 'sent' AND new.finished IS NOT NULL BEGIN
    INSERT INTO delays VALUES (new.channel, substr(new.finished, 1, 10),
        (SELECT coalesce(min(ms), 1000000000) FROM steps
         WHERE ms >= round((julianday(new.finished) - julianday(new.created)) * 86400000)), 1)
    ON CONFLICT DO UPDATE SET deliveries = deliveries + 1;
END;
CREATE INDEX articles_foreign ON articles (id) WHERE irregular = 2;
