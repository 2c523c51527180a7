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
from wirewatch.embargo import lift_of
from wirewatch.model import Alert, Article, Found
from wirewatch.states import WITHDRAWN
from wirewatch.store.known import chunked
from wirewatch.text.likeness import Gist, Thresholds, gist, is_known, joined, marks, shared
from wirewatch.text.sentences import sentences

_COMMON = 8  # stories that share a sentence: what everybody says tells nothing
_FEW = 7  # one sentence of so many must be shared, before texts are compared at all
_CANDIDATES = 3  # stories that are compared with a new article, those that share most first
_UNIT = "\x1f"  # what parts names in a list that SQLite joins
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


class _Spoken(NamedTuple):
    """An alert on a story: by which rule, on what, for whom, and when it is due if it still is."""

    alert: int
    rule: str
    guid: str
    channels: frozenset[str]
    due: str


class Stories:
    """The stories that a batch of articles belongs to."""

    def __init__(self, db: Database, telling: Telling, now: datetime) -> None:
        self._db = db
        self._telling = telling
        self._at, self._now = now, iso(now)
        self._since = iso(now - telling.within)
        self._marked: defaultdict[int, list[int]] = defaultdict(list)
        self._guids: dict[str, int] = {}
        self._members: dict[int, list[_Member]] = {}
        self._spoken: dict[int, list[_Spoken]] = {}
        self._gists: dict[int, Gist] = {}

    def look_up(self, found: Iterable[Found]) -> None:
        """Look up what the store has of the guids and sentences of some articles."""
        articles = list(found)
        for places, guids in chunked([one.article.guid for one in articles]):
            query = f"SELECT guid, story FROM articles WHERE guid IN ({places})"  # noqa: S608
            self._guids.update(self._db.execute(query, guids))
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
        if story == article_id:
            self._members[story], self._spoken[story] = [], []
        self._members[story] = [
            *self._members_of(story),
            _Member(article_id, received, article.body),
        ]
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
        until = iso(lift_of(found.article.embargo) or self._at)
        echoes = {}
        for alert in found.alerts:
            spoken = self._spoken_of(story, alert, max(until, self._now))
            if spoken and not self._is_new(alert, found.article, article_id, story):
                echoes[alert.match.rule] = spoken.alert
        return echoes

    def note(self, story: int, article: Article, alert: Alert, alert_id: int) -> None:
        """Remember that an alert is given in this batch."""
        self._alerts_of(story).append(
            _Spoken(
                alert_id,
                alert.match.rule_hash,
                article.guid,
                frozenset(planned.channel for planned in alert.deliveries),
                min(iso(planned.due) for planned in alert.deliveries),
            )
        )

    def withdraw(self, story: int, guid: str) -> None:
        """Forget the alerts of an article that is withdrawn: what says the same is told again."""
        self._spoken[story] = [one for one in self._alerts_of(story) if one.guid != guid]

    def _spoken_of(self, story: int, alert: Alert, until: str) -> "_Spoken | None":
        """Give the first alert that tells an alert's channels of a story, at `until` the latest.

        What an embargo holds for longer does not count, nor what another rule of the name told.
        """
        channels = {planned.channel for planned in alert.deliveries}
        return next(
            (
                one
                for one in self._alerts_of(story)
                if one.rule == alert.match.rule_hash and channels <= one.channels
                and one.due <= until
            ),
            None,
        )  # fmt: skip

    def _alerts_of(self, story: int) -> "list[_Spoken]":
        """Give the alerts on a story, first to last, that somebody is or will be told of.

        Those on what was withdrawn since do not count. What only an embargo holds has its time:
        who hears of it in a digest, or in the morning, need not hear of each copy too.
        """
        withdrawn = "', '".join(sorted(WITHDRAWN))
        if story not in self._spoken:
            rows = self._db.execute(
                "SELECT al.id, m.rule_hash, a.guid, group_concat(d.channel, char(31)),"  # noqa: S608 - our own words
                " coalesce(min(CASE WHEN d.escalation THEN NULL"
                " WHEN d.state = 'pending' AND d.reason IS NULL THEN d.due ELSE '' END), '')"
                " FROM articles a JOIN alerts al ON al.article_id = a.id"
                " JOIN matches m ON m.id = al.match_id JOIN deliveries d ON d.alert_id = al.id"
                " WHERE a.story = ? AND d.state IN ('pending', 'sending', 'sent', 'failed')"
                " AND NOT EXISTS (SELECT 1 FROM articles k WHERE k.guid = a.guid AND k.current = 1"
                f" AND k.status IN ('{withdrawn}')) GROUP BY al.id ORDER BY al.id",
                [story],
            )
            self._spoken[story] = [
                _Spoken(alert, rule, guid, frozenset(channels.split(_UNIT)), due)
                for alert, rule, guid, channels, due in rows
            ]
        return self._spoken[story]

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
            if not is_known(gist(said), before, self._telling.thresholds):
                return True
        return False

    def _before(self, article_id: int, story: int) -> Gist:
        """Give what the articles of a story said before this one, as far as they are looked at."""
        members = (member for member in self._members_of(story) if member.id != article_id)
        return joined(map(self._gist_of, members))


def forget(db: Database, before: str) -> int:
    """Forget the sentences of stories that began before a moment; give how many.

    Call it inside a transaction.
    """
    first = first_since(db, before)
    return db.conn.execute("DELETE FROM sentences WHERE story < ?", [first]).rowcount


def first_since(db: Database, moment: str) -> int:
    """Give the number of the first article received since a moment, or of the next to come.

    Numbers of articles grow with time, so that it is found by halving.
    """
    low, high = 1, db.execute("SELECT coalesce(max(id), 0) + 1 FROM articles").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        row = db.execute(
            "SELECT id, received FROM articles WHERE id >= ? ORDER BY id LIMIT 1", [middle]
        ).fetchone()
        if row[1] < moment:
            low = row[0] + 1
        else:
            high = middle
    return int(low)
