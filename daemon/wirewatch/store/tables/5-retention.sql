-- What stays of articles that retention has let go.

CREATE TABLE retired (
    guid TEXT NOT NULL,
    version INTEGER NOT NULL,
    file_id INTEGER NOT NULL REFERENCES files (id),
    PRIMARY KEY (guid, version)
) WITHOUT ROWID;
CREATE INDEX retired_file ON retired (file_id);

CREATE TABLE read_before (
    gazetteer TEXT NOT NULL,
    entry TEXT NOT NULL,
    other TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (gazetteer, entry, other)
) WITHOUT ROWID;

-- An alert that goes asks who takes it back.
CREATE INDEX alerts_recalls ON alerts (recalls) WHERE recalls IS NOT NULL;
