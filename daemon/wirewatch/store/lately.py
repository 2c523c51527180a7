"""What came before an article, in the store and earlier in its batch, as conditions ask for it.

What was withdrawn does not count, nor does a ring that nobody heard (see `came`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.conditions import LEARNING, Facts
from wirewatch.model import Alert, Condition
from wirewatch.rhythm import same_hours
from wirewatch.store import hours
from wirewatch.store.came import HEARD, IS_WITHDRAWN, Batch, Came
from wirewatch.store.hours import HOUR, Counted, Tally
from wirewatch.store.readings import Readings

_UTC = ZoneInfo("UTC")
_FAR = 100  # rows that are passed over, before nothing is expected behind them

_RANG = (
    f"SELECT a.id, a.guid, a.received, (SELECT {HEARD} FROM deliveries d"  # noqa: S608 - our own words
    " WHERE d.alert_id = al.id) FROM alerts al JOIN articles a ON a.id = al.article_id"
    " WHERE al.rule = :rule AND al.recalls IS NULL ORDER BY al.article_id DESC"
)
_MATCHED = (
    f"SELECT a.id, a.guid, a.story, a.received, {IS_WITHDRAWN} FROM matches m"  # noqa: S608 - our own words
    " JOIN articles a ON a.id = m.article_id WHERE m.rule = ? ORDER BY m.article_id DESC"
)
_TELLING = (
    f"SELECT DISTINCT coalesce(a.agency, a.source), a.guid, {IS_WITHDRAWN}"  # noqa: S608 - our own words
    " FROM articles a WHERE a.story = ?"
)


class Lately:
    """What came lately. Add each article before its alerts are judged, and say which rules rang.

    `now` is when the batch is taken in.
    """

    def __init__(self, db: Database, tally: Tally, now: datetime) -> None:
        self._db = db
        self._tally = tally
        self._batch = Batch(now)
        self._readings = Readings(db, self._batch)
        self._counted: set[tuple[str, str]] = set()

    def add(self, one: Came, *, current: bool) -> None:
        """Add an article of the batch; `current` where it is the newest version."""
        self._batch.add(one, current=current)

    def rings(self, alert: Alert, one: Came) -> None:
        """Note that a rule rings for an article of the batch."""
        self._batch.ring(alert, one)

    def is_first(self, rule: str, guid: str, *, again: bool) -> bool:
        """Tell whether a rule is true of an article for the first time: versions count once.

        Call it once for each match; `again` where there are other versions.
        """
        if (rule, guid) in self._counted:
            return False
        self._counted.add((rule, guid))
        if not again:
            return True
        row = self._db.execute(
            "SELECT 1 FROM articles a CROSS JOIN matches m ON m.article_id = a.id AND m.rule = ?"
            " WHERE a.guid = ? LIMIT 1",
            [rule, guid],
        ).fetchone()
        return row is None

    def facts(self, rule: str, when: Condition, one: Came) -> Facts:
        """Give what a condition asks for of an article that was added."""
        now = from_iso(one.received)
        counts = when.articles or when.stories
        last, rang = self._last(rule, one, now - when.within) if counts or when.spike else (0, None)
        counted = list(self._since(rule, last, now, when)) if counts else []
        recent, weeks = self._compared(rule, when, now) if when.spike else (0.0, ())
        filled = self._filled(now) if when.new or when.pair else timedelta()
        knows, read = filled >= LEARNING, self._readings
        return Facts(
            articles=len({guid for guid, _ in counted}),
            stories=len({story for _, story in counted}),
            outlets=len(self._outlets(one, when.outlets)) if when.outlets else 0,
            recent=recent,
            weeks=weeks,
            rang_ago=max(timedelta(), now - from_iso(rang)) if rang else None,
            names=tuple(read.new_names(rule, when, one)) if when.new and knows else (),
            pairs=tuple(read.new_pairs(rule, when, one)) if when.pair and knows else (),
            filled=filled,
        )

    def _last(self, rule: str, one: Came, begin: datetime) -> tuple[int, str | None]:
        """Give the article for which a rule last rang, and when that came; 0 where it never did.

        What rang before `begin` does not matter. Of what a clock that was ahead puts in future
        nobody knows when it came.
        """
        since, end = iso(begin), iso(from_iso(one.received) + HOUR)
        rang = self._batch.rang(rule, one)
        if rang:
            return rang.id, rang.received if rang.received <= end else None
        rows = self._db.execute(_RANG, {"rule": rule, "until": self._batch.until(one)})
        for article, guid, received, heard in islice(rows, _FAR):
            if heard and (heard > 1 or not self._batch.is_gone(guid)):
                return article, received if received <= end else None
            if received <= since:
                break
        return 0, None

    def _since(
        self, rule: str, last: int, now: datetime, when: Condition
    ) -> Iterator[tuple[str, int]]:
        """Give guid and story of the articles of a rule after one and within a time, newest first.

        Ends when there are enough of them. One that was committed late hides none before it.
        """
        guids, stories, passed = set(), set(), 0
        begin, end = iso(now - when.within), iso(now + HOUR)
        for article, guid, story, received, withdrawn in self._of(rule):
            if article <= last or passed > _FAR:
                return
            if not begin < received <= end or self._batch.is_gone(guid, stored=withdrawn):
                passed += 1
                continue
            guids.add(guid)
            stories.add(story)
            yield guid, story
            if len(guids) >= when.articles and len(stories) >= when.stories:
                return

    def _of(self, rule: str) -> Iterator[tuple[int, str, int, str, int]]:
        """Give the articles of which a rule is true, newest first, and whether they are gone."""
        for one in reversed(self._batch.articles):
            if rule in one.rules:
                yield one.id, one.guid, one.story, one.received, one.is_withdrawn
        yield from self._db.execute(_MATCHED, [rule])

    def _outlets(self, one: Came, least: int) -> set[str]:
        """Name the outlets that have an article's story; of a large one, as many as are asked."""
        found = {
            other.outlet
            for other in self._batch.articles
            if other.story == one.story and not self._batch.is_gone(other.guid)
        }
        rows = self._db.execute(_TELLING, [one.story])
        for number, (outlet, guid, withdrawn) in enumerate(rows):
            if number > _FAR and len(found) >= least:
                break
            if not self._batch.is_gone(guid, stored=withdrawn):
                found.add(outlet)
        return found

    def _compared(
        self, rule: str, when: Condition, now: datetime
    ) -> tuple[float, tuple[float, ...]]:
        """Count a rule's articles in the last hours, and in the same hours of past weeks.

        Whole hours are counted, with the one that has begun as the last. Weeks count from when the
        store has been filled: one in which the rule was never true had none.
        """
        end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
        begin = end - max(HOUR, when.within)
        [recent] = hours.articles(self._db, Counted.RULE, rule, [(begin, end)])
        recent += self._tally.counted(Counted.RULE, rule, iso(begin))
        filled = hours.first(self._db)
        spans = same_hours((begin, end), _UTC, filled) if filled else []
        return recent, tuple(hours.articles(self._db, Counted.RULE, rule, spans))

    def _filled(self, now: datetime) -> timedelta:
        """Tell for how long the store has been filled."""
        row = self._db.execute("SELECT received FROM articles ORDER BY id LIMIT 1").fetchone()
        return max(timedelta(), now - from_iso(row[0])) if row else timedelta()
