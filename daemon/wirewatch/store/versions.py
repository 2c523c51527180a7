"""The versions of articles: which one is current, and what is worth an alert in the next.

An agency sends a story again under the same guid with a higher version. The newest is current,
whenever it comes; a late older one is kept beside it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlite_utils import Database

from wirewatch.model import Alert, Article, Found
from wirewatch.states import WITHDRAWN


@dataclass
class Versions:
    """The stored versions of some guids, and the rules that have alerted of any of them."""

    stored: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    alerted: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def know(self, versions: Iterable[tuple[str, int]], alerts: Iterable[tuple[str, str]]) -> None:
        """Take in what the store has: guids with versions, and guids with the rules told of."""
        for guid, version in versions:
            self.stored[guid].add(version)
        for guid, rule in alerts:
            self.alerted[guid].add(rule)

    def claim(self, article: Article) -> bool:
        """Tell whether this version of an article is new, and take it."""
        new = article.version not in self.stored[article.guid]
        self.stored[article.guid].add(article.version)
        return new

    def is_current(self, article: Article) -> bool:
        """Tell whether no newer version is known."""
        return article.version == max(self.stored[article.guid])

    def raised(self, found: Found) -> tuple[Alert, ...]:
        """Give the alerts of a version that are worth raising, and remember them.

        Only those of rules that no earlier version was told of; none of a version that is not
        current, or withdrawn.
        """
        article = found.article
        if not found.alerts or article.status in WITHDRAWN or not self.is_current(article):
            return ()
        told = self.alerted[article.guid]
        fresh = tuple(alert for alert in found.alerts if alert.match.rule not in told)
        told.update(alert.match.rule for alert in fresh)
        return fresh


def replace(db: Database, guids: Iterable[str]) -> None:
    """Leave only the newest version of some guids current. Call it inside the transaction."""
    db.conn.executemany(
        "UPDATE articles SET current = 0 WHERE guid = ?1 AND current = 1"
        " AND version < (SELECT max(version) FROM articles WHERE guid = ?1)",
        [(guid,) for guid in guids],
    )
