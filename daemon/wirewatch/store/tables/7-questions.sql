-- What people ask for most of names, outlets and receipts; docs/query.md asks it.

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
