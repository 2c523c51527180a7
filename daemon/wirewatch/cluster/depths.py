"""How much waits at the broker, queue by queue."""

from collections.abc import Iterable
from typing import NamedTuple

from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings


class Depth(NamedTuple):
    """How many letters wait in a queue, and how many take from it."""

    ready: int
    takers: int


def depths(link: Link, settings: Settings, desks: Iterable[str]) -> dict[str, Depth]:
    """Count what waits in each queue that there is: those of all, and those of some desks.

    Raises BrokerUnavailableError.
    """
    names = [settings.arrivals, settings.failed, settings.unreadable, settings.log]
    for desk in desks:
        names += [settings.desk(desk), settings.cut(desk)]
    return {name: Depth(*found) for name, found in link.depths(names).items() if found}
