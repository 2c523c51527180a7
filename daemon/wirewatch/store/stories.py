"""Stories: which articles say the same, and which of their alerts have been given already.

A story is known by the number of its first article. Those that share long sentences with a new
article are found in the table `sentences`; what the texts share then decides (text/likeness).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.model import Alert, Article, Found
from wirewatch.states import WITHDRAWN
from wirewatch.store.known import chunked
from wirewatch.text.likeness import Gist, Thresholds, gist, joined, marks, shared
from wirewatch.text.sentences import sentences

_COMMON = 8  # stories that share a sentence: what everybody says tells nothing
_FEW = 7  # one sentence of so many must be shared, before texts are compared at all
_CANDIDATES = 3  # stories that are compared with a new article, those that share most first
_LATEST = 4  # articles of a story that a new one is held against, beside its first


@dataclass(frozen=True, slots=True)
class Telling:
    """How stories are told apart, and for how long copies may follow the first article.

    With no time at all there are no stories.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    within: timedelta = timedelta(days=3)


class _Member(NamedTuple):
    """An article that others are compared with."""

    id: int
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
        self._members: dict[int, list[_Member]] = {}
        self._spoken: dict[tuple[int, bool], dict[str, int]] = {}
        self._gists: dict[int, Gist] = {}

    def look_up(self, found: Iterable[Found]) -> None:
        """Look up what the store has of the guids and sentences of some articles."""
        articles = list(found)
        for places, guids in chunked([one.article.guid for one in articles]):
            self._guids.update(
                self._db.execute(
                    f"SELECT guid, story FROM articles WHERE guid IN ({places})",  # noqa: S608
                    guids,
                )
            )
        if not self._telling.within:
            return
        wanted = list(dict.fromkeys(mark for one in articles for mark in one.marks))
        for places, numbers in chunked(wanted):
            for mark, story in self._db.execute(
                f"SELECT mark, story FROM sentences WHERE mark IN ({places})",  # noqa: S608
                numbers,
            ):
                self._marked[mark].append(story)

    def place(self, article_id: int, found: Found, received: str) -> int:
        """Give the story of a new article: one that is known, or its own."""
        article = found.article
        story = self._guids.get(article.guid) or self._nearest(found) or article_id
        self._guids[article.guid] = story
        known = [] if story == article_id else self._members_of(story)
        self._members[story] = [*known, _Member(article_id, received, article.body)]
        return story

    def _nearest(self, found: Found) -> int | None:
        """Give the story that shares most with an article, if that is enough."""
        nearest = (0.0, 0)
        own: Gist | None = None
        for story in self._candidates(found.marks):
            members = self._members_of(story)
            if members and members[0].received >= self._since:
                own = own or gist(found.article.body)
                for member in members:
                    share = shared(own, self._gist_of(member), self._telling.thresholds)
                    nearest = max(nearest, (share, -story))
        return -nearest[1] if nearest[0] else None

    def _candidates(self, known: Sequence[int]) -> list[int]:
        """Give the stories that may be an article's, those that share most sentences first."""
        counts: dict[int, int] = {}
        for mark in known:
            stories = self._marked.get(mark, ())
            for story in stories if len(stories) < _COMMON else ():
                counts[story] = counts.get(story, 0) + 1
        least = len(known) / _FEW
        most = sorted((-count, story) for story, count in counts.items() if count >= least)
        return [story for _, story in most[:_CANDIDATES]]

    def sentences(self, story: int, found: Found) -> Iterator[tuple[int, int]]:
        """Give the rows by which copies find a story, without what everybody says."""
        for mark in found.marks if self._telling.within else ():
            known = self._marked[mark]
            if not known or (len(known) < _COMMON and story not in known):
                known.append(story)
                yield mark, story

    def _members_of(self, story: int) -> list[_Member]:
        """Give the first article of a story and its latest, in order."""
        if story not in self._members:
            rows = self._db.execute(
                "SELECT id, received, body FROM articles WHERE id = ?1 OR id IN (SELECT id"
                " FROM articles WHERE story = ?1 ORDER BY id DESC LIMIT ?2) ORDER BY id",
                [story, _LATEST],
            )
            self._members[story] = [_Member(*row) for row in rows]
        members = self._members[story]
        return [*members[:1], *members[1:][-_LATEST:]]

    def _gist_of(self, member: _Member) -> Gist:
        """Give what an article is compared by."""
        if member.id not in self._gists:
            self._gists[member.id] = gist(member.body)
        return self._gists[member.id]

    def echoes(self, article_id: int, story: int, found: Found) -> dict[str, int]:
        """Give the rules whose alert on a story has been given, each with that alert.

        None of them says anything new: every sentence in which the rule matched was there before.
        Call it before `sentences`.
        """
        if story == article_id or not found.alerts:
            return {}
        spoken = self._alerts_of(story, found.article)
        heard = [alert for alert in found.alerts if alert.match.rule in spoken]
        return {
            alert.match.rule: spoken[alert.match.rule]
            for alert in heard
            if not self._is_new(alert, found.article, article_id, story)
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

    def _is_new(self, alert: Alert, article: Article, article_id: int, story: int) -> bool:
        """Tell whether a sentence in which a rule matched was in no earlier article of a story."""
        before: Gist | None = None
        places = [span.start for span in alert.match.spans if span.zone == "body"]
        for start, end in sentences(article.body):
            if not any(start <= place < end for place in places):
                continue
            said = article.body[start:end]
            known = marks(said)
            if known and all(story in self._marked[mark] for mark in known):
                continue
            before = before or self._before(article_id, story)
            if not shared(gist(said), before, self._telling.thresholds):
                return True
        return False

    def _before(self, article_id: int, story: int) -> Gist:
        """Give what the articles of a story said before this one."""
        members = (member for member in self._members_of(story) if member.id != article_id)
        return joined(map(self._gist_of, members))


def forget(db: Database, before: str) -> int:
    """Forget the sentences of stories that began before a moment; give how many.

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
    return db.conn.execute("DELETE FROM sentences WHERE story < ?", [low]).rowcount
