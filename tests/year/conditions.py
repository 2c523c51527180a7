"""Conditions over time: each match of a rule with `when` counted again, one after the other."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from wirewatch.clock import from_iso
from wirewatch.states import WITHDRAWN
from year.books import Books, Delivery
from year.desk import when_of

_MATCHES = """
SELECT m.id, m.rule, a.id, a.guid, a.story, a.received, m.echoes, m.unmet, al.id, al.created,
    a.embargo
FROM matches m JOIN articles a ON a.id = m.article_id LEFT JOIN alerts al ON al.match_id = m.id
ORDER BY a.id
"""
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


class Seen(NamedTuple):
    """A match, with what became of it."""

    id: int
    rule: str
    article: int
    guid: str
    story: int
    received: datetime
    echoes: int | None
    unmet: str | None
    alert: int | None
    rang: datetime | None
    embargo: str | None


@dataclass(frozen=True)
class Conditions:
    """Holds what rang, and what did not, against what had come."""

    books: Books

    def doubted(self) -> Iterator[str]:
        """Find matches that have more than one of an alert, an echo and what was not enough."""
        for one in self._matches():
            if sum(end is not None for end in (one.echoes, one.unmet, one.rang)) > 1:
                yield f"more than one end: {one}"

    def misjudged(self) -> Iterator[str]:
        """Find matches that rang without enough, or did not though there was."""
        by_rule: defaultdict[str, list[Seen]] = defaultdict(list)
        for one in self._matches():
            by_rule[one.rule].append(one)
        for rule, found in by_rule.items():
            when = _parsed(when_of(int(rule[1:4])))
            for number, one in enumerate(found):
                if not when and one.unmet is not None:
                    yield f"nothing had to hold: {one}"
                at_once = one.rang == one.received
                if when and (at_once or one.unmet is not None):
                    last = self._last(found[:number], one)
                    if last is not None and self._holds(when, found[: number + 1], last) != at_once:
                        yield f"{when} held: {not at_once}: {one}"

    def _last(self, before: list[Seen], now: Seen) -> int | None:
        """Give the article for which a rule last rang, heard by then; None where that is not known.

        A copy that rang in place of what was withdrawn did so later than it came.
        """
        for one in reversed(before):
            if one.rang and (one.rang == one.received or one.rang < now.received):
                heard = self._was_heard(one, now)
                if heard is None:
                    return None
                if heard:
                    return one.article
        return 0

    def _was_heard(self, one: Seen, now: Seen) -> bool | None:
        """Tell whether anybody was told of what rang, or would be; None where that is not known.

        A person may have sent it again, an embargo may hold it, and of what happened at that very
        moment nobody knows what came first.
        """
        firsts = self.books.of_alert[one.alert or 0]
        if one.embargo or any(first.id in self.books.lived.diary.by_hand for first in firsts):
            return None
        at = now.received
        if any(at in (first.finished, *self.books.tried(first.id)) for first in firsts):
            return None
        if any(self._was_told(first, at) for first in firsts):
            return True
        waits = any(first.finished is None or first.finished > at for first in firsts)
        return waits and not self._is_gone(one.guid, now)

    def _was_told(self, one: Delivery, at: datetime) -> bool:
        """Tell whether a delivery had been sent by then, or was under way."""
        tries = [each for each in self.books.tries[one.id] if each.at < at]
        claims = [claim for claim in self.books.claims[one.id] if claim.at <= at]
        ended = one.finished is not None and one.finished < at
        if (tries and tries[-1].ok) or not claims or ended:
            return bool(tries and tries[-1].ok)
        return not tries or claims[-1].at >= tries[-1].at

    def _is_gone(self, guid: str, now: Seen) -> bool:
        """Tell whether a story was withdrawn when an article came."""
        [row] = self.books.lived.store.db.execute(
            "SELECT status, max(version) FROM articles WHERE guid = ? AND id <= ?",
            [guid, now.article],
        )
        return row[0] in WITHDRAWN

    def _holds(self, when: dict[str, str], known: list[Seen], last: int) -> bool:
        """Tell whether all that must hold did, at the last of some matches of a rule."""
        now = known[-1]
        begin = now.received - _time(when.get("within", "1h"))
        since = [one for one in known if one.article > last and one.received > begin
                 and not self._is_gone(one.guid, now)]  # fmt: skip
        return (
            len({one.guid for one in since}) >= int(when.get("articles", 0))
            and len({one.story for one in since}) >= int(when.get("stories", 0))
            and self._outlets(now) >= int(when.get("outlets", 0))
        )

    def _outlets(self, now: Seen) -> int:
        """Count who had brought a story when an article of it came, and had not withdrawn it."""
        rows = self.books.lived.store.db.execute(
            "SELECT DISTINCT coalesce(agency, source), guid FROM articles"
            " WHERE story = ? AND id <= ?",
            [now.story, now.article],
        )
        return len({outlet for outlet, guid in rows if not self._is_gone(guid, now)})

    def _matches(self) -> Iterator[Seen]:
        """Read all matches."""
        for row in self.books.lived.store.db.execute(_MATCHES):
            seen = Seen(*row)
            rang = from_iso(row[9]) if row[9] else None
            yield seen._replace(received=from_iso(row[5]), rang=rang)


def _parsed(when: str) -> dict[str, str]:
    """Read what must hold, as the desk writes it."""
    return dict(re.findall(r"(\w+) = '?(\w+)'?", when))


def _time(said: str) -> timedelta:
    """Read a time as `4d`."""
    return int(said[:-1]) * _UNITS[said[-1]]
