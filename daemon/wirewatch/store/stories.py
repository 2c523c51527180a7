"""Stories: which articles say the same, and which of their alerts have been given already.

Candidates are articles that share a long sentence, found in the table `sentences`; what two texts
share then decides (see text/likeness). A story is known by the number of its first article.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.model import Alert, Article, Found
from wirewatch.states import WITHDRAWN
from wirewatch.store.known import chunked
from wirewatch.text.likeness import Gist, Thresholds, gist, joined, shared
from wirewatch.text.sentences import sentences

_COMMON = 32  # articles that share a sentence: what everybody says tells nothing
_CANDIDATES = 8  # articles that are compared with a new one, those that share most first
_MEMBERS = 20  # articles of a story, its latest, that a new one is held against


@dataclass(frozen=True, slots=True)
class Telling:
    """How stories are told apart, and for how long a copy may follow; with no time, none does."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    within: timedelta = timedelta(days=3)


class _Member(NamedTuple):
    """An article that others are compared with."""

    id: int
    story: int
    received: str
    body: str


class Stories:
    """The stories that a batch of articles belongs to."""

    def __init__(self, db: Database, telling: Telling, now: datetime) -> None:
        self._db = db
        self._telling = telling
        self._now = iso(now)
        self._since = iso(now - telling.within)
        self._marked: defaultdict[int, list[int]] = defaultdict(list)
        self._guids: dict[str, int] = {}
        self._members: dict[int, _Member] = {}
        self._spoken: dict[tuple[int, bool], dict[str, int]] = {}
        self._gists: dict[int, Gist] = {}

    def look_up(self, found: Iterable[Found]) -> None:
        """Look up what the store has of the sentences and guids of some articles."""
        articles = list(found)
        for marks, values in chunked([one.article.guid for one in articles]):
            rows = self._db.execute(
                f"SELECT guid, story FROM articles WHERE guid IN ({marks})",  # noqa: S608 - marks
                values,
            )
            self._guids.update(rows)
        if self._telling.within:
            wanted = list(dict.fromkeys(mark for one in articles for mark in one.marks))
            for marks, numbers in chunked(wanted):
                rows = self._db.execute(
                    f"SELECT mark, article_id FROM sentences WHERE mark IN ({marks})",  # noqa: S608
                    numbers,
                )
                for mark, article_id in rows:
                    self._marked[mark].append(article_id)

    def place(self, article_id: int, found: Found, received: str) -> int:
        """Give the story of a new article: one that is known, or its own."""
        article = found.article
        story = self._guids.get(article.guid) or self._nearest(found) or article_id
        self._guids[article.guid] = story
        self._members[article_id] = _Member(article_id, story, received, article.body)
        return story

    def _nearest(self, found: Found) -> int | None:
        """Give the story of the article that shares most, if that is enough."""
        counts: Counter[int] = Counter()
        for mark in found.marks:
            if len(self._marked[mark]) < _COMMON:
                counts.update(self._marked[mark])
        if not counts:
            return None
        own = gist(found.article.body)
        nearest = max(
            (
                (shared(own, self._gist_of(member), self._telling.thresholds), -member.story)
                for article_id, _ in counts.most_common(_CANDIDATES)
                if (member := self._member(article_id)) and member.received >= self._since
            ),
            default=(0.0, 0),
        )
        return -nearest[1] if nearest[0] else None

    def sentences(self, article_id: int, found: Found) -> Iterator[tuple[int, int]]:
        """Give the rows by which later copies find an article, without what everybody says."""
        for mark in found.marks if self._telling.within else ():
            known = self._marked[mark]
            if len(known) < _COMMON:
                known.append(article_id)
                yield mark, article_id

    def _member(self, article_id: int) -> _Member | None:
        """Give an article to compare with, of this batch or the store."""
        if article_id not in self._members:
            row = self._db.execute(
                "SELECT id, story, received, body FROM articles WHERE id = ?", [article_id]
            ).fetchone()
            if row is None:
                return None
            self._members[article_id] = _Member(*row)
        return self._members[article_id]

    def _gist_of(self, member: _Member) -> Gist:
        """Give what an article is compared by."""
        if member.id not in self._gists:
            self._gists[member.id] = gist(member.body)
        return self._gists[member.id]

    def echoes(self, article_id: int, story: int, found: Found) -> dict[str, int]:
        """Give the rules whose alert on a story has been given, each with that alert.

        None of them says anything new: every sentence in which the rule matched was there before.
        """
        if story == article_id or not found.alerts:
            return {}
        spoken = self._alerts_of(story, found.article)
        heard = [alert for alert in found.alerts if alert.match.rule in spoken]
        if not heard:
            return {}
        before = self._before(article_id, story)
        return {
            alert.match.rule: spoken[alert.match.rule]
            for alert in heard
            if not self._is_new(alert, found.article, before)
        }

    def note(self, story: int, article: Article, rule: str, alert: int) -> None:
        """Remember that an alert is given in this batch; one under embargo keeps nobody waiting."""
        for embargoed in (True, False):
            if embargoed or not article.embargo:
                self._spoken.setdefault((story, embargoed), {}).setdefault(rule, alert)

    def _alerts_of(self, story: int, article: Article) -> dict[str, int]:
        """Give the first alert of each rule on a story.

        Those on what was withdrawn since do not count, nor those that an embargo holds while the
        new article is free.
        """
        withdrawn = "', '".join(sorted(WITHDRAWN))
        known = (story, bool(article.embargo))
        if known not in self._spoken:
            rows = self._db.execute(
                "SELECT al.rule, min(al.id) FROM articles a JOIN alerts al ON al.article_id = a.id"  # noqa: S608 - our own words
                " WHERE a.story = ? AND al.recalls IS NULL"
                " AND (? OR coalesce(a.embargo, '') <= ?)"
                " AND NOT EXISTS (SELECT 1 FROM articles k WHERE k.guid = a.guid AND k.current = 1"
                f" AND k.status IN ('{withdrawn}')) GROUP BY al.rule",
                [*known, self._now],
            )
            self._spoken[known] = dict(rows)
        return self._spoken[known]

    def _before(self, article_id: int, story: int) -> Gist:
        """Give what the articles of a story said before this one."""
        for row in self._db.execute(
            "SELECT id, story, received, body FROM articles WHERE story = ? ORDER BY id DESC"
            " LIMIT ?",
            [story, _MEMBERS],
        ):
            self._members.setdefault(row[0], _Member(*row))
        members = [
            member
            for member in self._members.values()
            if member.story == story and member.id != article_id
        ]
        return joined(self._gist_of(member) for member in members[-_MEMBERS:])

    def _is_new(self, alert: Alert, article: Article, before: Gist) -> bool:
        """Tell whether a sentence in which a rule matched was in no earlier article."""
        places = [span.start for span in alert.match.spans if span.zone == "body"]
        for start, end in sentences(article.body):
            if any(start <= place < end for place in places):
                said = gist(article.body[start:end])
                if not shared(said, before, self._telling.thresholds):
                    return True
        return False


def forget(db: Database, before: str) -> int:
    """Forget the sentences of articles received before a moment; give how many.

    Call it inside a transaction. Numbers of articles grow with time, so that the first one to be
    kept is found by halving.
    """
    low, high = 1, db.execute("SELECT coalesce(max(id), 0) + 1 FROM articles").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        row = db.execute(
            "SELECT id, received FROM articles WHERE id >= ? ORDER BY id LIMIT 1", [middle]
        ).fetchone()
        if row[1] < before:
            low = row[0] + 1
        else:
            high = middle
    return db.conn.execute("DELETE FROM sentences WHERE article_id < ?", [low]).rowcount
