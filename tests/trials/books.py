"""The suite's own books: the ledger, the folders and the phone held against what was delivered."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from trials.agency import Agency
from trials.receiver import Receipt, Receiver
from trials.site import AFTER, Site
from trials.stock import Stop
from trials.stories import Story
from trials.tally import Fault, Tally

# Each finds rows that must never be there, not even right after a kill.
_NEVER = {
    "one content of one path has two rows": "SELECT inbox, path, sha256 FROM files"
    " WHERE sha256 IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "a path waits twice": "SELECT inbox, path FROM files WHERE state = 'pending'"
    " GROUP BY 1, 2 HAVING count(*) > 1",
    "stored without its article": "SELECT path FROM files f WHERE state = 'stored'"
    " AND NOT EXISTS (SELECT 1 FROM articles WHERE file_id = f.id)",
    "an article of a file that is not stored": "SELECT a.id FROM articles a"
    " JOIN files f ON f.id = a.file_id WHERE f.state <> 'stored'",
    "an article twice": "SELECT guid, version FROM articles GROUP BY 1, 2 HAVING count(*) > 1",
    "a text twice": "SELECT substr(body, 1, 40) FROM articles GROUP BY body HAVING count(*) > 1",
    "an alert twice": "SELECT article_id, rule FROM alerts"
    " WHERE article_id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1",
    "a delivery twice": "SELECT article_id, rule, channel FROM deliveries d"
    " JOIN alerts al ON al.id = d.alert_id WHERE article_id IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "a key twice": "SELECT key FROM deliveries GROUP BY 1 HAVING count(*) > 1",
    "a match without its alert": "SELECT m.id FROM matches m JOIN articles a ON a.id = m.article_id"
    " WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE match_id = m.id) AND a.current = 1",
    "given up": "SELECT key, state FROM deliveries WHERE state IN ('dead', 'suppressed')"
    " AND reason <> 'withdrawn'",
    "withdrawn by nobody": "SELECT d.key FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
    " JOIN articles a ON a.id = al.article_id WHERE d.reason = 'withdrawn' AND a.current = 1",
    "sent without an attempt that went well": "SELECT key FROM deliveries d WHERE state = 'sent'"
    " AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id AND ok)",
    "a reference that leads nowhere": "PRAGMA foreign_key_check",
    "the file is damaged": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
}

_TIMED_OUT = (
    "SELECT key FROM deliveries d JOIN attempts a ON a.delivery_id = d.id"
    " WHERE a.reason = 'timeout'"
)


@dataclass
class Books:
    """Finds what is wrong."""

    site: Site
    agency: Agency
    receiver: Receiver
    may_time_out: bool = False
    """Whether the phone lets messages wait so long that nobody knows whether they arrived."""
    restored: bool = False
    """Whether a backup took the store's place: nobody knows what was told since it was made."""
    _unsure: set[str] = field(default_factory=set)

    def faults(self, stop: Stop) -> list[str]:
        """Find what must not be, whenever the daemon was stopped; then drop the copy."""
        with closing(sqlite3.connect(stop.store)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone():
                return [f"told before anything was stored: {r}" for r in stop.receipts]
            wrong = list(_forbidden(db))
            wrong += self._wrong_rows(db)
            wrong += self._wrong_receipts(db, stop)
            wrong += _lost_content(db, stop)
            self.agency.free = dict(_free_names(db, stop))
        return wrong + self.receiver.trouble

    def _wrong_rows(self, db: sqlite3.Connection) -> Iterator[str]:
        """Find rows that do not follow from what was delivered, or only in part."""
        for path, digest in db.execute("SELECT path, sha256 FROM files WHERE sha256 IS NOT NULL"):
            if digest not in self.agency.planned and digest not in self.agency.strangers:
                yield f"nobody wrote this content of {path}"
        texts = {story.body: story for story in tuple(self.agency.planned.values())}
        told = defaultdict(list)
        rows = db.execute(
            "SELECT article_id, rule, channel FROM deliveries d"
            " JOIN alerts al ON al.id = d.alert_id"
        )
        for article, rule, channel in rows:
            told[article].append((rule, channel))
        kills = self._kills()
        rows = db.execute(
            "SELECT a.id, a.body, f.sha256 FROM articles a JOIN files f ON f.id = a.file_id"
        )
        for article, body, digest in rows:
            if digest in self.agency.strangers:
                continue
            if body not in texts:
                yield f"nobody wrote article {article}: {body[:60]!r}"
            elif not _is_owed(texts[body], told[article], kills):
                yield f"article {article} has the deliveries {told[article]}"

    def _kills(self) -> dict[str, Story]:
        """Give the stories that are withdrawn, by the token of what withdraws them."""
        planned = tuple(self.agency.planned.values())
        return {one.kill.token: one for one in planned if one.kill}

    def _unrecalled(self, received: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
        """Give who was told of a story that was withdrawn, and never of that."""
        delivered = {one.story.token for one in self.agency.delivered}
        return {
            (token, rule, channel)
            for kill, story in self._kills().items()
            if kill in delivered
            for token, rule, channel in received
            if token == story.token and (kill, rule, channel) not in received
        }

    def _wrong_receipts(self, db: sqlite3.Connection, stop: Stop) -> Iterator[str]:
        """Find messages of what was not stored, and repeats outside the one window."""
        states = dict(db.execute("SELECT key, state FROM deliveries"))
        if self.may_time_out:
            self._unsure |= {row[0] for row in db.execute(_TIMED_OUT)}
        for receipt in stop.receipts:
            if receipt.key not in states:
                yield f"told before it was stored: {receipt}"
            if receipt.marked and not self.restored and receipt.key not in self._unsure:
                yield f"called a repeat, but was never interrupted: {receipt}"
        yield from (f"told twice: {receipt}" for receipt in _unmarked_repeats(stop.receipts))
        received = {receipt.key for receipt in stop.receipts}
        for key, state in states.items():
            if state == "sent" and key not in received:
                yield f"noted as sent, but never received: {key}"
        self._unsure |= {key for key, state in states.items() if state == "sending"}

    def tally(self, fault: Fault, point: str, rounds: int) -> Tally:
        """Count what came of all that was delivered."""
        owed = self.owed()
        receipts = self.receiver.receipts
        received = {(r.token, r.rule, r.channel) for r in receipts}
        doubled = list(_unmarked_repeats(receipts))
        withdrawn = self._kills()
        free = set(withdrawn) | {story.token for story in withdrawn.values()}
        too_many = {one for one in received - owed if one[0] not in free}
        repeats = len(receipts) - len(received) - len(doubled)
        return Tally(
            fault,
            point,
            rounds,
            len(self.agency.delivered),
            len(owed),
            len(owed - received) + len(self._unrecalled(received)),
            len(doubled) + len(too_many),
            repeats,
        )

    def owed(self) -> set[tuple[str, str, str]]:
        """List every alert that somebody is to receive."""
        stories = [delivered.story for delivered in self.agency.delivered]
        told = [story for story in stories if not story.kill]
        return {(s.token, rule, channel) for s in told for rule, channel in s.alerts}

    def is_settled(self) -> bool:
        """Tell whether a running daemon has dealt with everything. Does not touch the store."""
        received = {(r.token, r.rule, r.channel) for r in tuple(self.receiver.receipts)}
        if not self.owed() <= received or self._undisposed():
            return False
        uri = f"{self.site.store.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            busy = db.execute(
                "SELECT 1 FROM files WHERE state = 'pending'"
                " UNION ALL SELECT 1 FROM deliveries WHERE state NOT IN ('sent', 'suppressed')"
            ).fetchone()
            if busy:
                return False
            known = set(db.execute("SELECT inbox, path, sha256 FROM files"))
        return {(d.inbox, d.path, d.sha256) for d in self.agency.delivered} <= known

    def _undisposed(self) -> bool:
        """Tell whether a file still lies where it is to be taken away."""
        last = {(d.inbox, d.path): d.story for d in tuple(self.agency.delivered)}
        return any(
            AFTER[inbox] != "leave" and story.body and (self.site.inboxes[inbox] / path).exists()
            for (inbox, path), story in last.items()
        )

    def faults_at_the_end(self, stop: Stop) -> list[str]:
        """Find what is missing once everything had the time to be done."""
        wrong = list(_unbalanced(stop, self.agency.strangers))
        for inbox, after in AFTER.items():
            good = {d.sha256 for d in stop.delivered if d.inbox == inbox and d.story.body}
            names = {d.path for d in stop.delivered if d.inbox == inbox}
            left = {p: d for p, d in stop.inboxes[inbox].items() if not p.startswith("seeds/")}
            wrong += [f"{inbox}: {path} was never delivered" for path in left.keys() - names]
            if after == "leave":
                continue
            wrong += [f"{inbox}: {path} is still there" for path in left if left[path] in good]
            archived = Counter(stop.archives[inbox].values())
            due = good if after == "archive" else set()
            wrong += [f"{inbox}: {d} is not in the archive" for d in due - archived.keys()]
            wrong += [f"{inbox}: archived, but differs: {d}" for d in archived.keys() - due]
        return wrong + list(_misplaced(stop)) + self.faults(stop)


def _is_owed(story: Story, told: list[tuple[str, str]], kills: dict[str, Story]) -> bool:
    """Tell whether an article has the deliveries that it should.

    A story that is withdrawn may come after the version that withdraws it, and then tells nobody;
    that version tells those who were told.
    """
    if story.kill or story.token in kills:
        return set(told) <= (kills.get(story.token) or story).alerts
    return sorted(told) == sorted(story.alerts)


def _forbidden(db: sqlite3.Connection) -> Iterator[str]:
    """Find rows that must never be there, and an index that does not agree with its table."""
    for claim, query in _NEVER.items():
        for row in db.execute(query):
            yield f"{claim}: {row}"
    try:
        db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        yield f"the full text does not agree: {error}"


def _unmarked_repeats(receipts: list[Receipt] | tuple[Receipt, ...]) -> Iterator[Receipt]:
    """Give the messages that repeat an earlier one, and do not say so."""
    seen = set()
    for receipt in receipts:
        alert = (receipt.token, receipt.rule, receipt.channel)
        if alert in seen and not receipt.marked:
            yield receipt
        seen.add(alert)


def _lost_content(db: sqlite3.Connection, stop: Stop) -> Iterator[str]:
    """Find content that is nowhere any more, or was taken away before it was stored."""
    texts = {row[0] for row in db.execute("SELECT body FROM articles")}
    for one in stop.delivered:
        in_place = one.sha256 in stop.inboxes[one.inbox].values()
        stored = one.story.body in texts
        if not in_place and not stored:
            yield f"gone, and not stored: {one.inbox}/{one.path} {one.story.token}"


def _free_names(db: sqlite3.Connection, stop: Stop) -> Iterator[tuple[str, list[str]]]:
    """Give the names under which nothing waits to be read, archived or deleted."""
    query = "SELECT inbox, path, sha256 FROM files WHERE state IN ('stored', 'duplicate')"
    done = set(db.execute(query))
    waiting = set(db.execute("SELECT inbox, path FROM files WHERE state = 'pending'"))
    for inbox, after in AFTER.items():
        there = set(stop.inboxes[inbox].values())  # held files, under whatever name, too
        yield (
            inbox,
            [
                one.path
                for one in stop.delivered
                if (one.inbox, one.path, one.sha256) in done
                and one.inbox == inbox
                and (one.inbox, one.path) not in waiting
                and (after == "leave" or one.sha256 not in there)
            ],
        )


def _unbalanced(stop: Stop, strangers: set[str]) -> Iterator[str]:
    """Hold the ledger against what was delivered: one row each, and no row more."""
    with closing(sqlite3.connect(stop.store)) as db:
        rows = list(db.execute("SELECT inbox, path, sha256, state, reason FROM files"))
    delivered = {(d.inbox, d.path, d.sha256): d for d in stop.delivered}
    found = Counter(row[:3] for row in rows)
    for arrival, one in delivered.items():
        if found[arrival] != 1:
            yield f"{found[arrival]} rows of {one.inbox}/{one.path}"
    for inbox, path, digest, state, reason in rows:
        if digest in strangers:
            continue
        owner = delivered.get((inbox, path, digest))
        if owner is None:
            yield f"a row too many: {inbox}/{path} {state} {reason}"
        elif state not in ({"stored", "duplicate"} if owner.story.body else {"quarantined"}):
            yield f"{inbox}/{path} is {state} {reason}"


def _misplaced(stop: Stop) -> Iterator[str]:
    """Find files of which the ledger does not say rightly where they were put."""
    with closing(sqlite3.connect(stop.store)) as db:
        query = "SELECT inbox, path, sha256, kept FROM files WHERE state IN ('stored', 'duplicate')"
        rows = list(db.execute(query))
    for inbox, path, digest, kept in rows:
        if AFTER[inbox] == "delete" and kept != "deleted":
            yield f"{inbox}/{path} is deleted, the ledger says {kept}"
        places = {place for place, found in stop.archives[inbox].items() if found == digest}
        if AFTER[inbox] == "archive" and not any((kept or "").endswith(p) for p in places):
            yield f"{inbox}/{path} is archived, the ledger says {kept}"
