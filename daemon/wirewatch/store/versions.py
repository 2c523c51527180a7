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
from wirewatch.store.recalls import Told, recalled


@dataclass
class Versions:
    """The stored versions of some guids, and the rules that have alerted of any of them."""

    stored: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    alerted: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: defaultdict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    counted: set[str] = field(default_factory=set)

    def know(
        self,
        versions: Iterable[tuple[str, int]],
        alerts: Iterable[tuple[str, str]],
        told: Iterable[tuple[str, Told]],
    ) -> None:
        """Take in what the store has of some guids: versions, rules that alerted, who was told."""
        for guid, version in versions:
            self.stored[guid].add(version)
            self.counted.add(guid)
        for guid, rule in alerts:
            self.alerted[guid].add(rule)
        for guid, one in told:
            self.told[guid].append(one)

    def claim(self, article: Article) -> bool:
        """Tell whether this version of an article is new, and take it."""
        new = article.version not in self.stored[article.guid]
        self.stored[article.guid].add(article.version)
        return new

    def counts(self, article: Article) -> bool:
        """Tell whether it is the first version that came; call it once for each in their order."""
        first = article.guid not in self.counted
        self.counted.add(article.guid)
        return first

    def is_current(self, article: Article) -> bool:
        """Tell whether no newer version is known."""
        return article.version == max(self.stored[article.guid])

    def raised(self, found: Found) -> tuple[Alert, ...]:
        """Give the alerts of a version that are worth raising.

        Only those of rules that no earlier version was told of; none of a version that is not
        current, or withdrawn.
        """
        article = found.article
        if not found.alerts or article.status in WITHDRAWN or not self.is_current(article):
            return ()
        told = self.alerted[article.guid]
        return tuple(alert for alert in found.alerts if alert.match.rule not in told)

    def tell(self, article: Article, one: Told) -> None:
        """Remember that a channel will be told of a version."""
        self.told[article.guid].insert(0, one)

    def recalls(self, article: Article) -> dict[int, list[Told]]:
        """Give whom a version must be told to that takes an earlier one back, by its alert."""
        return recalled(article, self.told[article.guid]) if self.is_current(article) else {}


def replace(db: Database, guids: Iterable[str]) -> None:
    """Leave only the newest version of some guids current. Call it inside the transaction."""
    db.conn.executemany(
        "UPDATE articles SET current = 0 WHERE guid = ?1 AND current = 1"
        " AND version < (SELECT max(version) FROM articles WHERE guid = ?1)",
        [(guid,) for guid in guids],
    )
