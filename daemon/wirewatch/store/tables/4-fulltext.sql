-- Full text is written by `accept`, all rows of a batch at once: an insert trigger would flush the
-- index for each row and halve the speed of intake. Changes made by hand are followed by triggers.

CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, dateline, body, content='articles', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2"
);
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

-- A large batch's words are written at once, not in parts that are merged later; and single commits
-- merge less often, which takes the longest of them from 2.5 to 1.5 ms.
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 8388608);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 8);
