"""The metrics of a process's part in a cluster."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings
from wirewatch.cluster.account import Account, Follows
from wirewatch.cluster.depths import Depth, depths
from wirewatch.pipeline.families import Family, Kind
from wirewatch.pipeline.samples import Samples

_COUNTER, _GAUGE = Kind.COUNTER, Kind.GAUGE


class Sighting(NamedTuple):
    """What a process says of itself, and queues by name; none where the broker cannot be asked."""

    account: Account
    queues: Mapping[str, Depth]


def sighting(link: Link, settings: Settings, account: Account) -> Sighting:
    """Look at what waits at the broker: in the queues of all, and those of the desk that asks."""
    desks = [account.name] if account.follows else []
    try:
        return Sighting(account, depths(link, settings, desks) if link.connected else {})
    except BrokerUnavailableError:
        return Sighting(account, {})


def _of_desk(read: Callable[[Follows], float]) -> Callable[[Sighting], Samples]:
    """Give what is read of a desk; nothing of others."""

    def samples(seen: Sighting) -> Samples:
        follows = seen.account.follows
        return {(): read(follows)} if follows else {}

    return samples


CLUSTER: tuple[Family[Sighting], ...] = (
    Family(
        "wirewatch_cluster_broker_usable",
        _GAUGE,
        "1 while the broker is reached and takes what it is given, else 0",
        (),
        lambda seen: {(): float(not seen.account.trouble)},
    ),
    Family(
        "wirewatch_cluster_done_total",
        _COUNTER,
        "arrivals that an intake handed over or a worker worked on, entries that a desk copied,"
        " since the start",
        ("role",),
        lambda seen: {(seen.account.role.value,): seen.account.done},
    ),
    Family(
        "wirewatch_cluster_queue_letters",
        _GAUGE,
        "letters that wait in a queue of the broker for somebody to take them; of the desks' queues"
        " each desk counts its own",
        ("queue",),
        lambda seen: {(name,): depth.ready for name, depth in seen.queues.items()},
    ),
    Family(
        "wirewatch_cluster_queue_takers",
        _GAUGE,
        "how many take from a queue of the broker",
        ("queue",),
        lambda seen: {(name,): depth.takers for name, depth in seen.queues.items()},
    ),
    Family(
        "wirewatch_cluster_position",
        _GAUGE,
        "how many entries of the log a desk has performed",
        (),
        _of_desk(lambda follows: follows.position),
    ),
    Family(
        "wirewatch_cluster_lag_seconds",
        _GAUGE,
        "how old the entry was that a desk last performed, from its writing on",
        (),
        _of_desk(lambda follows: follows.lag),
    ),
    Family(
        "wirewatch_cluster_leads",
        _GAUGE,
        "1 when this desk sends, else 0",
        (),
        _of_desk(lambda follows: float(follows.leads)),
    ),
    Family(
        "wirewatch_cluster_epoch",
        _GAUGE,
        "how often a desk took the lead, as far as this desk knows",
        (),
        _of_desk(lambda follows: follows.leading.epoch if follows.leading else 0),
    ),
)
"""All metrics of a process in a cluster."""
