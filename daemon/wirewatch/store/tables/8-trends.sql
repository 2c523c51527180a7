-- What trends are drawn from, so that no article is read for them. `months` and `pairs` are written
-- by the transaction that accepts an article, `delays` by a trigger; retention takes none of it.
-- The views count the same anew, from what the store still holds.

CREATE TABLE months (
    gazetteer TEXT NOT NULL,
    month TEXT NOT NULL,
    entry TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (gazetteer, month, entry)
) WITHOUT ROWID;
CREATE TABLE pairs (
    gazetteer TEXT NOT NULL,
    month TEXT NOT NULL,
    entry TEXT NOT NULL,
    other TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (gazetteer, month, entry, other)
) WITHOUT ROWID;
CREATE TABLE delays (
    channel TEXT NOT NULL,
    day TEXT NOT NULL,
    ms INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (channel, day, ms)
) WITHOUT ROWID;
CREATE TABLE steps (
    ms INTEGER PRIMARY KEY
);

-- Ten to a decade, each a quarter more: the preferred numbers R10 of ISO 3, to eleven days.
INSERT INTO steps VALUES
    (1), (2), (3), (4), (5), (6), (8), (10), (13), (16), (20), (25), (32), (40), (50), (63),
    (80), (100), (125), (160), (200), (250), (315), (400), (500), (630), (800), (1000), (1250),
    (1600), (2000), (2500), (3150), (4000), (5000), (6300), (8000), (10000), (12500), (16000),
    (20000), (25000), (31500), (40000), (50000), (63000), (80000), (100000), (125000), (160000),
    (200000), (250000), (315000), (400000), (500000), (630000), (800000), (1000000), (1250000),
    (1600000), (2000000), (2500000), (3150000), (4000000), (5000000), (6300000), (8000000),
    (10000000), (12500000), (16000000), (20000000), (25000000), (31500000), (40000000),
    (50000000), (63000000), (80000000), (100000000), (125000000), (160000000), (200000000),
    (250000000), (315000000), (400000000), (500000000), (630000000), (800000000), (1000000000);

-- Versions count once, as the first that came; of what retention has let go in part, nothing.
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

INSERT INTO months SELECT gazetteer, month, entry, articles FROM months_counted;
INSERT INTO pairs SELECT gazetteer, month, entry, other, articles FROM pairs_counted;
INSERT INTO delays SELECT channel, day, ms, deliveries FROM delays_counted;

CREATE TRIGGER deliveries_sent AFTER UPDATE OF state ON deliveries
WHEN new.state = 'sent' AND old.state <> 'sent' AND new.finished IS NOT NULL BEGIN
    INSERT INTO delays VALUES (new.channel, substr(new.finished, 1, 10),
        (SELECT coalesce(min(ms), 1000000000) FROM steps
         WHERE ms >= round((julianday(new.finished) - julianday(new.created)) * 86400000)), 1)
    ON CONFLICT DO UPDATE SET deliveries = deliveries + 1;
END;
