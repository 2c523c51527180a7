-- What arrived, and the articles that it held.

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
CREATE INDEX files_due ON files (due)
    WHERE state = 'pending' AND reason <> 'parsing';
CREATE INDEX files_oldest ON files (modified, due)
    WHERE state = 'pending' AND reason <> 'parsing';
CREATE INDEX files_quarantined ON files (finished) WHERE state = 'quarantined';
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
