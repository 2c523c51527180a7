-- How many rows of what kind there are, and ever were. Kept by triggers, so that every change is
-- counted, whoever makes it, and counting costs no walk through millions of rows.

CREATE TABLE tallies (
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    present INTEGER NOT NULL,
    ever INTEGER NOT NULL,
    PRIMARY KEY (what, name, state, reason)
) WITHOUT ROWID;
CREATE INDEX files_waiting ON files (reason, first_seen) WHERE state = 'pending';

INSERT INTO tallies SELECT 'file', inbox, state, coalesce(reason, ''), count(*), count(*)
FROM files GROUP BY 2, 3, 4;
INSERT INTO tallies SELECT 'article', source, '', '', count(*), count(*) FROM articles GROUP BY 2;
INSERT INTO tallies SELECT 'match', r.severity, CASE WHEN m.echoes IS NOT NULL THEN 'echo'
    WHEN m.unmet IS NOT NULL THEN 'unmet' ELSE 'alert' END, '', count(*), count(*)
FROM matches m JOIN rules r ON r.hash = m.rule_hash GROUP BY 2, 3;
INSERT INTO tallies SELECT 'alert', severity, CASE WHEN alarm IS NOT NULL THEN 'alarm'
    WHEN recalls IS NOT NULL THEN 'recall' ELSE 'rule' END, '', count(*), count(*)
FROM alerts GROUP BY 2, 3;
INSERT INTO tallies SELECT 'delivery', channel, state, coalesce(reason, ''), count(*), count(*)
FROM deliveries GROUP BY 2, 3, 4;
INSERT INTO tallies SELECT 'attempt', d.channel, CASE t.ok WHEN 1 THEN 'sent' ELSE 'failed' END,
    coalesce(t.reason, ''), count(*), count(*)
FROM attempts t JOIN deliveries d ON d.id = t.delivery_id GROUP BY 2, 3, 4;

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
