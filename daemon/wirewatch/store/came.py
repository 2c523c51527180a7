"""The articles that came in a batch so far, and the rules that rang for them.

A rule rang where somebody was told of it, or will be by the time that the next one would be: not
where that was silenced or withdrawn unheard, or waits for an embargo.
"""

from datetime import datetime
from typing import NamedTuple

from wirewatch.clock import iso
from wirewatch.embargo import lift_of
from wirewatch.model import Alert, Found, Mention
from wirewatch.states import WITHDRAWN

IS_WITHDRAWN = (
    "EXISTS (SELECT 1 FROM articles k WHERE k.guid = a.guid AND k.current = 1 AND k.status IN ('"  # noqa: S608 - our own words
    + "', '".join(sorted(WITHDRAWN))
    + "'))"
)
"""In SQL, whether the newest version of the article `a` is withdrawn."""

HEARD = (
    "max(CASE WHEN d.state IN ('sent', 'sending') THEN 2 WHEN d.state = 'failed'"
    " OR (d.state = 'pending' AND (d.reason IS NOT NULL OR d.due <= :until)) THEN 1 ELSE 0 END)"
)
"""In SQL, whether an alert with deliveries `d` was told (2), or will be by `:until` (1)."""


class Came(NamedTuple):
    """An article that came, with the rules that are true of it, and when its embargo lifts."""

    id: int
    guid: str
    story: int
    outlet: str
    received: str
    rules: frozenset[str]
    mentions: tuple[Mention, ...]
    lift: str
    is_withdrawn: bool


class Rang(NamedTuple):
    """A rule that rang, and when that is due; empty where a route will tell of it later."""

    id: int
    guid: str
    received: str
    due: str


def came(article_id: int, story: int, source: str, received: str, found: Found) -> Came:
    """Note an article that comes by an inbox."""
    article = found.article
    lift = lift_of(article.embargo)
    return Came(
        article_id,
        article.guid,
        story,
        article.agency or source,
        received,
        frozenset(match.rule for match in found.matches),
        found.mentions,
        iso(lift) if lift else "",
        article.status in WITHDRAWN,
    )


class Batch:
    """The articles of a batch that is taken in at a moment, in order."""

    def __init__(self, now: datetime) -> None:
        self._now = iso(now)
        self.articles: list[Came] = []
        self._rang: dict[str, list[Rang]] = {}
        self._withdrawn: dict[str, bool] = {}

    def add(self, one: Came, *, current: bool) -> None:
        """Add an article; `current` where it is the newest version."""
        self.articles.append(one)
        if current:
            self._withdrawn[one.guid] = one.is_withdrawn

    def ring(self, alert: Alert, one: Came) -> None:
        """Note that a rule rings for an article."""
        late = any(planned.reason for planned in alert.deliveries)
        due = "" if late else min(iso(planned.due) for planned in alert.deliveries)
        rang = Rang(one.id, one.guid, one.received, due)
        self._rang.setdefault(alert.match.rule, []).append(rang)

    def until(self, one: Came) -> str:
        """Give by when others must have been told of what an article would tell."""
        return max(one.lift, self._now)

    def is_gone(self, guid: str, *, stored: object = False) -> bool:
        """Tell whether an article is withdrawn: as this batch says, else as it is `stored`."""
        return self._withdrawn.get(guid, bool(stored))

    def rang(self, rule: str, one: Came) -> Rang | None:
        """Give for what a rule last rang here, heard before an article would be."""
        heard = (
            rang
            for rang in reversed(self._rang.get(rule, []))
            if rang.due <= self.until(one) and not self.is_gone(rang.guid)
        )
        return next(heard, None)

    def unheard(self, rule: str, one: Came) -> set[int]:
        """Give the articles for which a rule rang here, of which an article would tell sooner."""
        return {rang.id for rang in self._rang.get(rule, []) if rang.due > self.until(one)}
