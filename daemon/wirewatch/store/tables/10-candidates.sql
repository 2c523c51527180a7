-- What tells of which articles a query can be true: words of scripts that full text parts otherwise
-- than matching does, and with which lists the names in articles were found.

CREATE INDEX articles_foreign ON articles (id) WHERE irregular = 2;

CREATE TABLE list_runs (
    gazetteer TEXT NOT NULL,
    first_article INTEGER NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (gazetteer, first_article)
) WITHOUT ROWID;
