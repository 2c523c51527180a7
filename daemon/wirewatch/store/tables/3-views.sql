-- What people ask for most.

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
