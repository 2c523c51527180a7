-- What tells of which articles a query can be true: words of scripts that full text parts otherwise
-- than matching does, and with which lists the names in articles were found.

CREATE INDEX articles_foreign ON articles (id) WHERE irregular = 2;

CREATE TABLE list_runs (
    first_article INTEGER PRIMARY KEY,
    lists TEXT NOT NULL
);
