"""The books of a trial: what was delivered and told, beside what intakes and desks say of it."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster.house import House, Member
from cluster.phone import Phone
from cluster.wire import Feeder
from wirewatch.store.database import open_reader
from wirewatch.store.desks import Position, position
from wirewatch.store.digest import content_digest, table_digests

_TOKEN = re.compile(r"Docket (\S+) came")
_SHOWN = 5  # examples of what is wrong
_KEYS = "SELECT key FROM deliveries"
_INTERRUPTED = (
    "SELECT DISTINCT d.key FROM attempts a JOIN deliveries d ON d.id = a.delivery_id"
    " WHERE a.reason = 'interrupted'"
)


@dataclass
class Books:
    """All that there is to compare at the end of a trial."""

    house: House
    feeder: Feeder
    phone: Phone
    _agreed: bool = False

    def is_settled(self) -> bool:
        """Tell whether all is dealt with, and all desks stand at the same place."""
        total = self.feeder.total
        if len(self.feeder.delivered) < total or self.house.done() < total:
            return False
        open_ones = "SELECT count(*) FROM deliveries WHERE state <> 'sent'"
        if any(desk.number(open_ones) for desk in self.house.desks):
            return False
        held = {_held(desk.store) for desk in self.house.desks}
        self._agreed = len(held) == 1
        return self._agreed

    def wrong(self) -> list[str]:
        """Say all that is wrong, once all processes have ended."""
        said = [line for number in range(len(self.house.intakes)) for line in self._intake(number)]
        for desk in self.house.desks:
            said += [f"{desk.name}: {line}" for line in self._desk(desk)]
        said += [] if self._agreed else ["desks never stood at the same position with the same"]
        return [*said, *self._digests(), *self._calls()]

    def closed(self) -> list[str]:
        """End all processes, and say all that is wrong."""
        codes = self.house.stop()
        said = [f"{name} ended with {code}" for name, code in codes.items()]
        complaints = [line for member in self.house for line in member.complaints()]
        return [*said, *complaints, *self.wrong()]

    def figures(self) -> str:
        """Give what was counted."""
        window = len(self.house.desks[0].rows(_INTERRUPTED))
        keys = len(self.phone.by_key())
        return f"{keys} messages, {window} being sent at a take-over, {self.repeats()} repeated"

    def repeats(self) -> int:
        """Count the messages that came again."""
        return sum(len(calls) - 1 for calls in self.phone.by_key().values())

    def found(self) -> str:
        """Say how far everything is."""
        total, delivered = self.feeder.total, len(self.feeder.delivered)
        lines = [f"{delivered} of {total} files delivered, {len(self.phone.calls)} calls"]
        for intake in self.house.intakes:
            states = intake.rows("SELECT state, reason, count(*) FROM files GROUP BY 1, 2")
            lines.append(f"{intake.name}: {states}")
        for desk in self.house.desks:
            states = desk.rows("SELECT state, count(*) FROM deliveries GROUP BY 1")
            files = desk.number("SELECT max(id) FROM files")
            lines.append(f"{desk.name}: {files} files, at {place(desk)}, deliveries {states}")
        return "\n".join([*lines, self.house.last_words()])

    def _intake(self, number: int) -> list[str]:
        """Say what is wrong with an intake: each file is handed over, and lies where it should."""
        intake, inbox = self.house.intakes[number], self.house.inboxes[number]
        sent = {file.name: file for place, file in self.feeder.delivered if place == inbox}
        said = []
        states = Counter(str(state) for (state,) in intake.rows("SELECT state FROM files"))
        if states != {"handed": len(sent)}:
            said.append(f"{intake.name}: of {len(sent)} files the ledger says {states}")
        kept = _digests_of(intake.root / "archive") if number else _digests_of(inbox)
        wanted = Counter(hashlib.sha256(one.data).hexdigest() for one in sent.values())
        if kept != wanted:
            lost, more = (wanted - kept).total(), (kept - wanted).total()
            said.append(f"{intake.name}: {lost} files lie nowhere, {more} are strange or doubled")
        if number and (left := _digests_of(inbox)):
            said.append(f"{intake.name}: {left.total()} files are left in the inbox")
        return said

    def _desk(self, desk: Member) -> list[str]:
        """Say what is wrong with a desk: each file, each article and each alert is there once."""
        files = Counter((str(i), str(p)) for i, p in desk.rows("SELECT inbox, path FROM files"))
        sent = Counter((place.name, file.name) for place, file in self.feeder.delivered)
        bodies = (str(body) for (body,) in desk.rows("SELECT body FROM articles"))
        tokens = Counter(found[1] for body in bodies if (found := _TOKEN.search(body)))
        wanted = Counter(file.token for _, file in self.feeder.delivered if file.token)
        bad = {file.name for _, file in self.feeder.delivered if file.bad}
        rows = desk.rows("SELECT path FROM files WHERE state = 'quarantined'")
        quarantined = {str(path) for (path,) in rows}
        keys = {str(key) for (key,) in desk.rows(_KEYS)}
        return [
            *_unlike("files", files, sent),
            *_unlike("articles", tokens, wanted),
            *_unlike("quarantined files", Counter(quarantined), Counter(bad)),
            *_unlike("keys that were told", Counter(set(self.phone.by_key())), Counter(keys)),
        ]

    def _digests(self) -> list[str]:
        """Say where desks differ; who ended last may have come further by a turn of the outbox."""
        held = {desk.name: _held(desk.store)[1] for desk in self.house.desks}
        if len(set(held.values())) == 1:
            return []
        tables = [dict(_tables(desk.store)) for desk in self.house.desks]
        unlike = [name for name, value in tables[0].items() if value != tables[-1][name]]
        return [f"desks differ: {held}; tables {unlike}"]

    def _calls(self) -> list[str]:
        """Say what is wrong with what was told: repeats come from the window, and are marked."""
        said = list(self.phone.trouble)
        rows = self.house.desks[0].rows(_INTERRUPTED)
        window = {str(key) for (key,) in rows}
        for key, calls in self.phone.by_key().items():
            if len(calls) > 1 and key not in window:
                said.append(f"{key} came again, and was not being sent at a take-over: {calls}")
            if sum(not one.marked for one in calls) > 1:
                said.append(f"{key} came again, and does not say that it may be a repeat: {calls}")
            if any(one.marked for one in calls) and key not in window:
                said.append(f"{key} says that it may be a repeat, and cannot be: {calls}")
        return said


def place(desk: Member) -> Position:
    """Tell how far a desk is in the log."""
    query = "SELECT position, digest FROM cluster_log ORDER BY position DESC LIMIT 1"
    rows = desk.rows(query)
    return Position(*rows[0]) if rows else Position()


def _held(store: Path) -> tuple[Position, str]:
    """Give how far a desk is, and the digest of what it holds."""
    reader = open_reader(store)
    try:
        return position(reader), content_digest(reader)
    finally:
        reader.close()


def _tables(store: Path) -> list[tuple[str, str]]:
    """Give the digests of a desk's tables."""
    reader = open_reader(store)
    try:
        return list(table_digests(reader))
    finally:
        reader.close()


def _digests_of(folder: Path) -> Counter[str]:
    """Digest what lies in a folder."""
    found = (one.read_bytes() for one in folder.rglob("*") if one.is_file())
    return Counter(hashlib.sha256(data).hexdigest() for data in found)


def _unlike(what: str, held: Counter[Any], wanted: Counter[Any]) -> list[str]:
    """Say what is missing and what is too much."""
    missing, more = wanted - held, held - wanted
    said = [f"{missing.total()} {what} missing: {list(missing)[:_SHOWN]}"] if missing else []
    return said + ([f"{more.total()} {what} too many: {list(more)[:_SHOWN]}"] if more else [])
