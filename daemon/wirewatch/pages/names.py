"""The names of gazetteers' entries, as people read them and type them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from wirewatch.deployment import Deployment
from wirewatch.rules.gazetteer.gazetteer import Gazetteer


@dataclass(frozen=True)
class Names:
    """What entries are called, with the country where there is one; and who is meant by a name."""

    labels: Mapping[str, str]
    typed: Mapping[str, str]

    def label(self, entry: str) -> str:
        """Give an entry's name; its id where no list knows it any more."""
        return self.labels.get(entry, entry)

    def entry(self, said: str) -> str:
        """Give the entry that somebody means: by id, or by its name in any case."""
        return self.typed.get(said.strip().casefold(), said.strip())


def names_of(deployment: Deployment) -> Names:
    """Give the names of a configuration's lists, put together once for each state of these."""
    return _names(tuple(_Same(one) for one in deployment.gazetteers.values()))


@dataclass(frozen=True, eq=False)
class _Same:
    """A list, known by its name and digest alone: to compare all its names takes long."""

    gazetteer: Gazetteer

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str]:
        """Give what tells it from others."""
        return self.gazetteer.name, self.gazetteer.digest


@lru_cache(maxsize=2)
def _names(lists: tuple[_Same, ...]) -> Names:
    """Put the names of lists together."""
    labels = {}
    for one in lists:
        for entry in one.gazetteer.entries:
            labels[entry.id] = f"{entry.name} ({entry.country})" if entry.country else entry.name
    typed = {label.casefold(): entry for entry, label in labels.items()}
    return Names(labels, typed | {entry.casefold(): entry for entry in labels})
