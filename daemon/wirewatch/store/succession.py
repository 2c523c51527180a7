"""What follows an article whose format gives no identity: leads, corrections, kills by their slug.

The old wires know a story of the day by its slug alone. What says of itself that it follows takes
the identity of the latest article of that slug, as its next version. An update must also tell the
same story, for a slug may come again, and a new story taken for an old one would ring nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.keys import NAMELESS, delivery_key
from wirewatch.model import Article, Found, Outcome
from wirewatch.store.recalls import CORRECTING
from wirewatch.text.likeness import Thresholds, gist, shared

_FOLLOWING = CORRECTING | {"update", "repeat", "refile"}
_WITHIN = timedelta(hours=36)  # a night's cycle, and the day before it
_AFTER_COMMA = "-"  # sorts behind the comma that begins what a slug adds to its keyword


class _Earlier(NamedTuple):
    """An article that others may follow."""

    guid: str
    version: int
    title: str
    body: str
    agency: str | None


_Slug = tuple[str, str]
"""An inbox, and the keyword by which a story of the day is known there."""


def followed(
    db: Database, outcomes: Sequence[Outcome], thresholds: Thresholds, now: datetime
) -> Sequence[Outcome]:
    """Give outcomes whose articles have the identity of what they follow, if they follow any.

    Call it inside the transaction. `now` is when they are taken in.
    """
    slugs = {
        _slug(outcome, found.article)
        for outcome in outcomes
        for found in outcome.found
        if _follows(found.article)
    }
    if not slugs:
        return outcomes
    known = _Known(db, slugs, thresholds, iso(now - _WITHIN))
    return [
        outcome._replace(found=tuple(known.take(outcome, found) for found in outcome.found))
        for outcome in outcomes
    ]


def _follows(article: Article) -> bool:
    """Tell whether an article says that it follows another, and cannot say which."""
    return article.signal in _FOLLOWING and _is_nameless(article)


def _is_nameless(article: Article) -> bool:
    """Tell whether a slug is all that an article is known by."""
    return bool(article.slugline) and article.guid.startswith(NAMELESS)


def _slug(outcome: Outcome, article: Article) -> _Slug:
    """Give what an article's story is known by."""
    return outcome.arrival.inbox, _keyword(str(article.slugline))


def _keyword(slugline: str) -> str:
    """Give the keyword of a slug, to which versions add theirs (`BC-Clocks, Bjt`)."""
    return slugline.partition(",")[0].strip()


class _Known:
    """The articles of some slugs, stored or of this batch, in the order in which they came."""

    def __init__(
        self, db: Database, slugs: Iterable[_Slug], thresholds: Thresholds, since: str
    ) -> None:
        self._thresholds = thresholds
        self._earlier: defaultdict[_Slug, list[_Earlier]] = defaultdict(list)
        for inbox, keyword in slugs:
            rows = db.execute(
                "SELECT slugline, guid, version, title, body, agency FROM articles"
                " WHERE source = ? AND slugline >= ? AND slugline < ? AND received >= ?"
                " ORDER BY id",
                [inbox, keyword, keyword + _AFTER_COMMA, since],
            )
            self._earlier[inbox, keyword] = [
                _Earlier(guid, *rest)
                for slugline, guid, *rest in rows
                if _keyword(slugline) == keyword and guid.startswith(NAMELESS)
            ]

    def take(self, outcome: Outcome, found: Found) -> Found:
        """Give an article the identity of what it follows, and remember it for those that come."""
        article = found.article
        if not _is_nameless(article):
            return found
        slug = _slug(outcome, article)
        if _follows(article):
            article = self._after(self._earlier[slug], article)
        if slug in self._earlier:
            self._earlier[slug].append(
                _Earlier(article.guid, article.version, article.title, article.body, article.agency)
            )
        return found if article is found.article else _renamed(found, article)

    def _after(self, earlier: Sequence[_Earlier], article: Article) -> Article:
        """Give an article as the next version of the latest one that it follows."""
        before = [one for one in earlier if None in (one.agency, article.agency)
                  or one.agency == article.agency]  # fmt: skip
        for one in before:
            if (one.title, one.body) == (article.title, article.body):
                return article._replace(guid=one.guid, version=one.version)
        for one in reversed(before):
            if article.signal in CORRECTING or self._is_like(one.body, article.body):
                versions = {each.version for each in before if each.guid == one.guid}
                return article._replace(guid=one.guid, version=_next(article, versions))
        return article

    def _is_like(self, one: str, other: str) -> bool:
        """Tell whether two texts tell the same story."""
        return shared(gist(one), gist(other), self._thresholds) > 0


def _next(article: Article, versions: set[int]) -> int:
    """Give the version of what follows: its lead's number if that is free, else the next."""
    numbered = article.signal not in CORRECTING and article.version not in versions
    return article.version if numbered and article.version > 1 else max(versions) + 1


def _renamed(found: Found, article: Article) -> Found:
    """Give an article another identity, from which its deliveries' keys follow."""
    alerts = (
        alert._replace(
            deliveries=tuple(
                planned._replace(key=delivery_key(article, alert.match.rule, planned.channel))
                for planned in alert.deliveries
            )
        )
        for alert in found.alerts
    )
    return found._replace(article=article, alerts=tuple(alerts))
