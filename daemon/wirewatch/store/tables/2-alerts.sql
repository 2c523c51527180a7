-- What the rules said of it, and who is told.

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
    unmet TEXT,
    echoes INTEGER REFERENCES alerts (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX matches_rule ON matches (article_id, rule);
CREATE INDEX matches_by_rule ON matches (rule, article_id);
CREATE INDEX matches_echoes ON matches (echoes) WHERE echoes IS NOT NULL;

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
CREATE INDEX alerts_article ON alerts (article_id);
CREATE INDEX alerts_rule ON alerts (rule, article_id);
CREATE INDEX alerts_alarm ON alerts (alarm) WHERE alarm IS NOT NULL;

CREATE TABLE alarms (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    said TEXT NOT NULL,
    raised TEXT NOT NULL,
    cleared TEXT
);
CREATE UNIQUE INDEX alarms_standing ON alarms (kind, subject) WHERE cleared IS NULL;

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

CREATE TABLE ways (
    agency TEXT NOT NULL,
    source TEXT NOT NULL,
    hour TEXT NOT NULL,
    PRIMARY KEY (agency, source)
) WITHOUT ROWID;

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
