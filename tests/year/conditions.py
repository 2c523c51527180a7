"""Conditions over time: each match of a rule with `when` counted again, one after the other."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from wirewatch.clock import from_iso
from year.books import Books
from year.desk import when_of

_MATCHES = """
SELECT m.id, m.rule, a.id, a.guid, a.story, a.received, m.echoes, m.unmet,
    (SELECT al.created FROM alerts al WHERE al.match_id = m.id)
FROM matches m JOIN articles a ON a.id = m.article_id ORDER BY a.id
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
    rang: datetime | None


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
                    holds = self._holds(when, found[: number + 1])
                    if holds != at_once:
                        yield f"{when} held: {holds}: {one}"

    def _holds(self, when: dict[str, str], known: list[Seen]) -> bool:
        """Tell whether all that must hold did, at the last of some matches of a rule.

        A copy that rang in place of what was withdrawn did so later than it came.
        """
        now = known[-1]
        begin = now.received - _time(when.get("within", "1h"))
        rang = [one.article for one in known[:-1] if one.rang
                and (one.rang == one.received or one.rang < now.received)]  # fmt: skip
        since = [one for one in known if one.article > max(rang, default=0)
                 and one.received > begin]  # fmt: skip
        return (
            len({one.guid for one in since}) >= int(when.get("articles", 0))
            and len({one.story for one in since}) >= int(when.get("stories", 0))
            and self._outlets(now) >= int(when.get("outlets", 0))
        )

    def _outlets(self, now: Seen) -> int:
        """Count who had brought a story when an article of it came."""
        [(number,)] = self.books.lived.store.db.execute(
            "SELECT count(DISTINCT coalesce(agency, source)) FROM articles"
            " WHERE story = ? AND id <= ?",
            [now.story, now.article],
        )
        return int(number)

    def _matches(self) -> Iterator[Seen]:
        """Read all matches."""
        for row in self.books.lived.store.db.execute(_MATCHES):
            number, rule, article, guid, story, received, echoes, unmet, rang = row
            moment = from_iso(rang) if rang else None
            came = from_iso(received)
            yield Seen(number, rule, article, guid, story, came, echoes, unmet, moment)


def _parsed(when: str) -> dict[str, str]:
    """Read what must hold, as the desk writes it."""
    return dict(re.findall(r"(\w+) = '?(\w+)'?", when))


def _time(said: str) -> timedelta:
    """Read a time as `4d`."""
    return int(said[:-1]) * _UNITS[said[-1]]
