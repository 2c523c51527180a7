"""The newsrooms of the world: what they write over a year, at which hours, and what follows it.

Copies by other outlets, newer versions, corrections, kills, embargoes, files that come twice. All
from one seed.
"""

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from wirewatch.clock import iso
from wirewatch.model import Article
from year.desk import INBOXES, RULES, phrase_of

_FILLERS = [
    a + b + c
    for a in ("tra", "ple", "cho", "gru", "sti", "bla", "fro", "kne", "dwo", "sma", "vri", "hou")
    for b in ("ck", "nd", "mp", "rt", "ll", "sh", "ng", "st", "lk", "rn")
    for c in ("ed", "ing", "er", "al", "ous", "y", "ion", "ive", "ful", "ary")
]
_HOURS = (2, 2, 2, 3, 4, 6, 9, 12, 14, 14, 13, 13, 12, 13, 14, 14, 13, 12, 10, 8, 6, 5, 4, 3)
_WEEKDAYS = (1.1, 1.2, 1.2, 1.15, 1.0, 0.5, 0.45)
_AGENCIES = ("AFP", "Reuters", "Kazinform", "dpa", None)
_PLACES = ("Astana", "Baku", "London", None, None)
_LANGUAGES = ("en", "en-GB", "kk", "ru", "de", None, None, None)
_HITS = 0.065  # of articles hold words of a rule
_TALK = 0.25  # of those hold the words of the rule of which everybody speaks
_TURNS = 0.02  # of the times another rule becomes that
_BURST = 0.004  # of the hours bring ten times as much
_AT_ONCE = 12  # articles that come together, in the mean
_BASE = 0.834  # of all articles follow none


class Piece(NamedTuple):
    """A file with one article, as it comes into an inbox."""

    inbox: str
    path: str
    digest: str
    article: Article


class _Follower(NamedTuple):
    """Something that follows an article."""

    at: datetime
    number: int
    make: Callable[[], Piece]


class Newsroom:
    """Everybody who writes."""

    def __init__(self, rng: random.Random, begin: datetime, days: int, articles: int) -> None:
        self._rng = rng
        self._begin = begin
        self._days = days
        self._articles = articles * _BASE
        self._numbers = itertools.count(1)
        self._followers: list[_Follower] = []
        self._urgent: list[_Follower] = []
        self._hot = 0
        self._current: dict[str, Article] = {}

    def drops(self) -> Iterator[tuple[datetime, list[Piece]]]:
        """Give what comes at each moment, in order."""
        for moment, count in self._moments():
            while self._urgent and self._urgent[0].at < moment:
                follower = heapq.heappop(self._urgent)
                yield follower.at, [follower.make()]
            pieces = [self._fresh(moment) for _ in range(count)]
            while self._followers and self._followers[0].at <= moment:
                pieces.append(heapq.heappop(self._followers).make())
            yield moment, pieces

    def _moments(self) -> Iterator[tuple[datetime, int]]:
        """Give when so many new articles come, over all hours."""
        weekly = sum(_HOURS) * sum(_WEEKDAYS)
        usual = self._articles / (self._days / 7 * weekly * (1 + 9 * _BURST))
        last = self._begin
        for hour in range(self._days * 24):
            begin = self._begin + timedelta(hours=hour)
            burst = 10 if self._rng.random() < _BURST else 1
            expected = usual * _HOURS[begin.hour] * _WEEKDAYS[begin.weekday()] * burst
            drops = math.floor(expected / (_AT_ONCE * burst) + self._rng.random())
            for seconds in sorted(self._rng.uniform(0, 3600) for _ in range(drops)):
                count = math.floor(
                    _AT_ONCE * burst * self._rng.uniform(0.5, 1.5) + self._rng.random()
                )
                last = max(last + timedelta(seconds=40), begin + timedelta(seconds=int(seconds)))
                yield last, count

    def _piece(self, article: Article, inbox: str = "") -> Piece:
        """Make a file of an article."""
        number = next(self._numbers)
        place = inbox or INBOXES[number % len(INBOXES)]
        return Piece(place, f"{number}.xml", f"{number:064x}", article)

    def _later(self, at: datetime, make: Callable[[], Piece]) -> None:
        """Let something follow, with what comes next then."""
        heapq.heappush(self._followers, _Follower(at, next(self._numbers), make))

    def _sentence(self) -> str:
        """Make a sentence that nobody has made before."""
        words = self._rng.choices(_FILLERS, k=12)
        return f"{' '.join(words).capitalize()} {self._rng.randrange(10**6)}."

    def _told(self) -> str:
        """Make a sentence of which a rule is true, some more often than others, one of them now."""
        if self._rng.random() < _TURNS:
            self._hot = self._rng.randrange(RULES)
        others = int(RULES * self._rng.random() ** 1.5)
        rule = self._hot if self._rng.random() < _TALK else others
        return f"{self._sentence()[:-1]} {phrase_of(rule)} it said."

    def _fresh(self, at: datetime) -> Piece:
        """Write an article, and what will follow it."""
        rng = self._rng
        hit = rng.random() < _HITS
        body = " ".join([self._told()] * hit + [self._sentence() for _ in range(2)])
        number = next(self._numbers)
        article = Article(
            f"urn:{number}",
            title="",
            headline=body[:60],
            body=body,
            place=rng.choice(_PLACES),
            agency=rng.choice(_AGENCIES),
            language=rng.choice(_LANGUAGES),
        )
        if rng.random() < (0.03 if hit else 0.001):
            lift = at + timedelta(minutes=rng.choice((20, 60, 600, 2_880)) * rng.uniform(0.5, 1))
            article = article._replace(embargo=iso(lift))
        self._current[article.guid] = article
        piece = self._piece(article)
        self._follow(at, piece, hit=hit)
        return piece

    def _follow(self, at: datetime, piece: Piece, *, hit: bool) -> None:
        """Decide what follows an article."""
        rng = self._rng
        guid = piece.article.guid
        if rng.random() < 0.13:
            self._later(at + self._soon(), lambda: self._copy(piece.article))
        if rng.random() < 0.03:
            self._later(at + self._soon(), lambda: piece._replace(path=f"again/{piece.path}"))
        if rng.random() < 0.01:
            self._later(at + self._soon(), lambda: self._piece(piece.article, piece.inbox))
        for _ in range(rng.choice((0, 0, 0, 1, 2)) if rng.random() < 0.12 else 0):
            self._later(at + self._soon(), lambda: self._version(guid, "update"))
        if rng.random() < (0.05 if hit else 0.005):
            self._later(at + self._soon(), lambda: self._version(guid, "correction"))
        if rng.random() < (0.05 if hit else 0.002):
            self._let_kill(at, guid)
        elif rng.random() < 0.003:
            self._later(at + self._soon(), lambda: self._older(guid))
        elif rng.random() < 0.01:
            self._current.pop(guid)

    def _let_kill(self, at: datetime, guid: str) -> None:
        """Let a story be withdrawn: later, or within seconds, while it is being told."""
        if self._rng.random() < 0.3:
            at += timedelta(seconds=self._rng.uniform(0.01, 20))
            follower = _Follower(at, next(self._numbers), lambda: self._killed(guid))
            heapq.heappush(self._urgent, follower)
        else:
            at += self._soon()
            self._later(at, lambda: self._killed(guid))
        if self._rng.random() < 0.2:
            self._later(at + self._soon(), lambda: self._version(guid, "update"))

    def _soon(self) -> timedelta:
        """Give how long it takes until something follows: seconds to two days."""
        return timedelta(
            minutes=self._rng.choice((0.1, 2, 15, 60, 300, 2_000)) * self._rng.uniform(0.3, 1.4)
        )

    def _copy(self, article: Article) -> Piece:
        """Let another outlet bring a story: as it was, cut, or with more."""
        sentences = article.body.split(". ")
        kind = self._rng.random()
        body = article.body
        if kind < 0.3:
            body = ". ".join(sentences[:2])
        elif kind < 0.4:
            body = f"{body} {self._told()}"
        copied = article._replace(
            guid=f"urn:{next(self._numbers)}", body=body, agency="Outlet", embargo=None
        )
        return self._piece(copied)

    def _version(self, guid: str, signal: str) -> Piece:
        """Send a story again, with more in it."""
        article = self._current.get(guid)
        if article is None:
            return self._fresh_version(guid)
        more = self._told() if self._rng.random() < 0.3 else self._sentence()
        kept = self._rng.random() < 0.8
        embargo = article.embargo if self._rng.random() < 0.8 else None
        return self._next(article, body=f"{article.body} {more}" if kept else more,
                          signal=signal, status="usable", embargo=embargo)  # fmt: skip

    def _fresh_version(self, guid: str) -> Piece:
        """Send a version of a story that nobody knows any more."""
        return self._piece(Article(guid, "", "", self._sentence(), version=9))

    def _killed(self, guid: str) -> Piece:
        """Withdraw a story."""
        article = self._current.get(guid)
        if article is None:
            return self._fresh_version(guid)
        return self._next(article, body="Kill this story.", signal="kill", status="canceled")

    def _older(self, guid: str) -> Piece:
        """Let a newer version come, and the one between after it."""
        article = self._current.get(guid)
        if article is None:
            return self._fresh_version(guid)
        between = article._replace(
            version=article.version + 1, body=f"{article.body} {self._told()}"
        )
        self._later(datetime.min.replace(tzinfo=self._begin.tzinfo), lambda: self._piece(between))
        return self._next(between, signal="update")

    def _next(self, article: Article, **changes: object) -> Piece:
        """Make the next version of an article."""
        newer = article._replace(version=article.version + 1, **changes)  # type: ignore[arg-type]
        self._current[article.guid] = newer
        return self._piece(newer)
