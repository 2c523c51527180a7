"""Why something was not told, and to whom a kill went: whether what the store says is true."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import NamedTuple

from wirewatch.clock import from_iso
from wirewatch.model import Article, Match
from wirewatch.states import Severity
from year.books import Books, Delivery
from year.receivers import is_bad
from year.wishes import ESCALATED, LEAVING, SEASONAL

_GIVE_UP_AFTER = timedelta(days=3)
_SAME = timedelta(milliseconds=1)  # the store keeps no less
_LONGEST_WELL = timedelta(hours=3)  # between two tries: one that goes well would have been made


class Kill(NamedTuple):
    """A version that withdrew a story, and when that was known."""

    guid: str
    version: int
    at: datetime


class Silence(NamedTuple):
    """A silence, as the store has it."""

    rule: str
    channel: str
    source: str
    begin: datetime
    end: datetime

    def covers(self, one: Delivery, at: datetime) -> bool:
        """Tell whether it keeps a delivery silent at a moment."""
        return (
            self.begin <= at < self.end
            and one.recalls is None
            and fnmatchcase(one.rule, self.rule)
            and fnmatchcase(one.channel, self.channel)
            and fnmatchcase(one.source, self.source)
        )


@dataclass(frozen=True)
class Reasons:
    """Holds reasons against the truth."""

    books: Books

    def buried(self) -> Iterator[str]:
        """Find what was given up without need."""
        for one in self.books.deliveries.values():
            if one.state != "dead" or one.finished is None:
                continue
            if one.reason == "channel-removed":
                if one.channel not in {LEAVING, SEASONAL}:
                    yield f"its channel was never removed: {one}"
            elif one.reason != "gave-up":
                yield f"dead for no reason: {one}"
            else:
                service = self.books.lived.network.services[one.channel]
                well = service.was_well(one.since, one.finished)
                if one.finished - one.since < _GIVE_UP_AFTER or (
                    well > _LONGEST_WELL and not is_bad(one.id)
                ):
                    yield f"given up, though its service was well for {well}: {one}"

    def hushed(self) -> Iterator[str]:
        """Find what was suppressed for a reason that is not true."""
        kills = self._kills()
        silences = self._silences()
        for one in self.books.deliveries.values():
            if one.state != "suppressed" or one.finished is None:
                continue
            if one.reason == "withdrawn":
                if not any(self._withdrew(kill, one) for kill in kills[str(one.guid)]):
                    yield f"nobody withdrew it then: {one}"
            elif one.reason == "acknowledged":
                continue  # the escalations' own
            elif one.silence is None or not silences[one.silence].covers(one, one.finished):
                yield f"no silence kept it: {one}"

    def _withdrew(self, kill: Kill, one: Delivery) -> bool:
        """Tell whether a kill suppressed a delivery: at once, or when what was under way failed."""
        if one.finished is None or kill.version <= one.version or kill.at > one.finished:
            return False
        if kill.at == one.finished or self.books.by_hand(one, one.finished):
            return True
        return any(claim.at <= kill.at + _SAME for claim in self.books.claims[one.id])

    def overheard(self) -> Iterator[str]:
        """Find what a silence should have kept from being told, and did not."""
        silences = list(self._silences().values())
        for one in self.books.deliveries.values():
            claims = self.books.claims[one.id]
            if not claims or one.embargo or one.says_nothing:
                continue
            if one.id in self.books.lived.diary.by_hand:
                continue
            due = one.created + ESCALATED[one.channel] if one.escalation else one.created
            moments = (due, claims[0].at) if one.escalation else (due,)
            if any(all(silence.covers(one, at) for at in moments) for silence in silences):
                yield f"told in spite of a silence: {one}"

    def deceived(self) -> Iterator[str]:
        """Find those who were told of a story after it had been withdrawn."""
        kills = self._kills()
        for one in self.books.deliveries.values():
            if one.recalls is not None or one.id in self.books.lived.diary.by_hand:
                continue
            for kill in kills.get(str(one.guid), ()):
                late = [claim for claim in self.books.claims[one.id] if claim.at > kill.at + _SAME]
                if late and kill.version > one.version:
                    yield f"withdrawn at {kill.at}, and told {late[0].at}: {one}"

    def uninformed(self) -> Iterator[str]:
        """Find kills that did not go to exactly those who were, or may have been, told."""
        stories: defaultdict[str, list[Delivery]] = defaultdict(list)
        for one in self.books.deliveries.values():
            stories[str(one.guid)].append(one)
        for kills in self._kills().values():
            for before, kill in zip([None, *kills], kills, strict=False):
                yield from self._uninformed(stories[kill.guid], before, kill)

    def _uninformed(self, story: list[Delivery], before: Kill | None, kill: Kill) -> Iterator[str]:
        """Hold one kill against who was told since the one before it."""
        told, maybe = set(), set()
        for one in story:
            if one.version >= kill.version:
                continue
            if any(got.at <= kill.at + _SAME for got in self.books.receipts[one.id]):
                told.add(one.channel)
            if any(claim.at <= kill.at + _SAME for claim in self.books.claims[one.id]):
                maybe.add(one.channel)
        recalled = {one.channel for one in story
                    if one.recalls is not None and one.version == kill.version}  # fmt: skip
        if missing := told - recalled:
            yield f"told, and not of the kill {kill}: {missing}"
        if before is None and (others := recalled - maybe):
            yield f"told of the kill alone {kill}: {others}"

    def unexplained(self) -> Iterator[str]:
        """Find matches that raised no alert, and nothing says why."""
        rows = self.books.lived.store.db.execute(
            "SELECT m.id, m.rule, r.severity, r.channels, a.source, a.place, a.language, a.guid"
            " FROM matches m JOIN articles a ON a.id = m.article_id"
            " JOIN rules r ON r.hash = m.rule_hash"
            " WHERE m.echoes IS NULL AND m.unmet IS NULL AND a.status = 'usable'"
            " AND NOT EXISTS (SELECT 1 FROM alerts WHERE match_id = m.id)"
            " AND NOT EXISTS (SELECT 1 FROM articles n WHERE n.guid = a.guid"
            " AND n.version > a.version AND n.id < a.id)"
            " AND NOT EXISTS (SELECT 1 FROM articles e JOIN alerts al ON al.article_id = e.id"
            " WHERE e.guid = a.guid AND e.id < a.id AND al.rule = m.rule)"
        )
        for number, rule, severity, channels, source, place, language, guid in rows:
            match = Match(rule, "", "", Severity(severity), tuple(json.loads(channels)), ())
            article = Article(guid, "", "", "", place=place, language=language)
            told = self.books.lived.router.channels(match, article, source)
            if not {LEAVING, SEASONAL}.issuperset(told):
                yield f"match {number} of {rule} in {guid} raised no alert for {told}"

    def _kills(self) -> dict[str, list[Kill]]:
        """Give the kills of each story, in order; one that came too late to count is none."""
        found: dict[str, list[Kill]] = defaultdict(list)
        rows = self.books.lived.store.db.execute(
            "SELECT a.guid, a.version, f.finished FROM articles a JOIN files f ON f.id = a.file_id"
            " WHERE a.status = 'canceled' ORDER BY a.id"
        )
        for guid, version, at in rows:
            found[guid].append(Kill(guid, version, from_iso(at)))
        return found

    def _silences(self) -> dict[int, Silence]:
        """Give all silences by number."""
        rows = self.books.lived.store.db.execute(
            "SELECT id, rule, channel, source, created, min(until, coalesce(ended, until))"
            " FROM silences"
        )
        return {
            number: Silence(rule, channel, source, from_iso(begin), from_iso(end))
            for number, rule, channel, source, begin, end in rows
        }
