"""What came before an article, in the store and earlier in its batch, as conditions ask for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.conditions import Facts
from wirewatch.model import Condition, Found, Mention
from wirewatch.rhythm import same_hours
from wirewatch.store import hours
from wirewatch.store.hours import HOUR, Counted, Tally

_UTC = ZoneInfo("UTC")


class Came(NamedTuple):
    """An article that came, with the rules that are true of it."""

    id: int
    guid: str
    story: int
    outlet: str
    received: str
    rules: frozenset[str]
    mentions: tuple[Mention, ...]


def came(article_id: int, story: int, source: str, received: str, found: Found) -> Came:
    """Note an article that comes by an inbox."""
    article = found.article
    rules = frozenset(match.rule for match in found.matches)
    outlet = article.agency or source
    return Came(article_id, article.guid, story, outlet, received, rules, found.mentions)


class Lately:
    """What came lately. Add each article before its alerts are judged, and say which rules rang."""

    def __init__(self, db: Database, tally: Tally) -> None:
        self._db = db
        self._tally = tally
        self._batch: list[Came] = []
        self._rang: dict[str, tuple[int, str]] = {}

    def add(self, one: Came) -> None:
        """Add an article of the batch."""
        self._batch.append(one)

    def rings(self, rule: str, one: Came) -> None:
        """Note that a rule rings for an article of the batch."""
        self._rang[rule] = one.id, one.received

    def facts(self, rule: str, when: Condition, one: Came) -> Facts:
        """Give what a condition asks for of an article that was added."""
        now = from_iso(one.received)
        last, rang = self._last(rule)
        counted = list(self._since(rule, last, now - when.within, when))
        recent, weeks = self._compared(rule, when, now) if when.spike else (0.0, ())
        return Facts(
            articles=len({guid for guid, _ in counted}),
            stories=len({story for _, story in counted}),
            outlets=len(self._outlets(one)) if when.outlets else 0,
            recent=recent,
            weeks=weeks,
            rang_ago=now - from_iso(rang) if rang else None,
            names=tuple(self._new_names(when, one, now)) if when.new else (),
            pairs=tuple(self._new_pairs(when, one, now)) if when.pair else (),
            filled=self._filled(now) if when.new or when.pair else timedelta(),
        )

    def _last(self, rule: str) -> tuple[int, str | None]:
        """Give the article for which a rule last rang, and when that came; 0 where it never did."""
        if rule in self._rang:
            return self._rang[rule]
        row = self._db.execute(
            "SELECT a.id, a.received FROM alerts al JOIN articles a ON a.id = al.article_id"
            " WHERE al.rule = ? AND al.recalls IS NULL ORDER BY al.article_id DESC LIMIT 1",
            [rule],
        ).fetchone()
        return row or (0, None)

    def _since(
        self, rule: str, last: int, begin: datetime, when: Condition
    ) -> Iterator[tuple[str, int]]:
        """Give guid and story of the articles of a rule after one and since a moment, newest first.

        Ends when there are enough of them.
        """
        guids, stories = set(), set()
        for article, guid, story, received in self._of(rule):
            if article <= last or received <= iso(begin):
                return
            guids.add(guid)
            stories.add(story)
            yield guid, story
            if len(guids) >= when.articles and len(stories) >= when.stories:
                return

    def _of(self, rule: str) -> Iterator[tuple[int, str, int, str]]:
        """Give the articles of which a rule is true, newest first."""
        for one in reversed(self._batch):
            if rule in one.rules:
                yield one.id, one.guid, one.story, one.received
        yield from self._db.execute(
            "SELECT a.id, a.guid, a.story, a.received FROM matches m"
            " JOIN articles a ON a.id = m.article_id WHERE m.rule = ? ORDER BY m.article_id DESC",
            [rule],
        )

    def _outlets(self, one: Came) -> set[str]:
        """Name the outlets that have an article's story."""
        known = self._db.execute(
            "SELECT DISTINCT coalesce(agency, source) FROM articles WHERE story = ?", [one.story]
        )
        return {outlet for (outlet,) in known} | {
            other.outlet for other in self._batch if other.story == one.story
        }

    def _compared(
        self, rule: str, when: Condition, now: datetime
    ) -> tuple[float, tuple[float, ...]]:
        """Count a rule's articles in the last hours, and in the same hours of past weeks.

        Whole hours are counted, with the one that has begun as the last.
        """
        end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
        begin = end - max(HOUR, when.within)
        [recent] = hours.articles(self._db, Counted.RULE, rule, [(begin, end)])
        recent += self._tally.counted(Counted.RULE, rule, iso(begin))
        first = hours.first(self._db)
        spans = same_hours((begin, end), _UTC, first) if first else []
        return recent, tuple(hours.articles(self._db, Counted.RULE, rule, spans))

    def _new_names(self, when: Condition, one: Came, now: datetime) -> Iterator[str]:
        """Give the names that an article mentions and no other did."""
        for entry, spelling in _entries(one, when.new).items():
            if not self._read_before(when, one, now, entry):
                yield f"{spelling} ({entry})"

    def _new_pairs(self, when: Condition, one: Came, now: datetime) -> Iterator[tuple[str, str]]:
        """Give the pairs that an article mentions and no other did together."""
        entries = _entries(one, when.pair)
        for first, second in combinations(sorted(entries), 2):
            if not self._read_before(when, one, now, first, second):
                yield entries[first], entries[second]

    def _read_before(self, when: Condition, one: Came, now: datetime, *entries: str) -> bool:
        """Tell whether another article mentions some entries, as long ago as it counts."""
        gazetteer = when.new if len(entries) == 1 else when.pair
        since = iso(now - when.known_for) if when.known_for else ""
        others = (other for other in self._batch if other.guid != one.guid)
        if any(_entries(other, gazetteer).keys() >= set(entries) for other in others):
            return True
        first, *rest = entries
        also = "".join(
            " AND EXISTS (SELECT 1 FROM mentions o WHERE o.entry = ? AND o.article_id ="
            " n.article_id AND o.gazetteer = n.gazetteer)"
            for _ in rest
        )
        row = self._db.execute(
            "SELECT 1 FROM mentions n JOIN articles a ON a.id = n.article_id"  # noqa: S608 - our own words
            f" WHERE n.entry = ? AND n.gazetteer = ? AND a.received > ? AND a.guid <> ?{also}"
            " ORDER BY n.article_id DESC LIMIT 1",
            [first, gazetteer, since, one.guid, *rest],
        ).fetchone()
        return row is not None

    def _filled(self, now: datetime) -> timedelta:
        """Tell for how long the store has been filled."""
        row = self._db.execute("SELECT received FROM articles ORDER BY id LIMIT 1").fetchone()
        return max(timedelta(), now - from_iso(row[0])) if row else timedelta()


def _entries(one: Came, gazetteer: str) -> dict[str, str]:
    """Give the entries of a gazetteer that an article mentions, each as it is first spelled."""
    found: dict[str, str] = {}
    for mention in one.mentions:
        if mention.gazetteer == gazetteer:
            found.setdefault(mention.entry, mention.spelling)
    return found
