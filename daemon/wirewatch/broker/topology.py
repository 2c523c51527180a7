"""What stands on the broker: queues, exchanges and how they are bound. Pure values.

Every quorum queue names all that matters to it itself, so that no broker's own choice makes two
clusters differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT_PREFIX = "wirewatch"
UNLIMITED = 1_000_000_000
"""A limit of returns that nothing reaches.

From RabbitMQ 4.0 on a queue without a limit has one of 20. -1, which lifts it there, makes 3.10
throw away what comes back for the first time; a large number means the same to all of them.
"""
_LEAD_MS = 5_000  # milliseconds that a word from the one who leads is of use
_LEAD_MOST = 16  # words of the one who leads
_CUT_MOST = 1  # one letter tells that a desk's queue was cut


class Kind(StrEnum):
    """How a queue is kept."""

    QUORUM = "quorum"  # on several nodes, on disk
    TRANSIENT = "transient"  # of one connection, gone with it; each connection has its own


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue by its name, with the arguments that it is declared with."""

    name: str
    arguments: Mapping[str, str | int | bool] = field(default_factory=dict)
    kind: Kind = Kind.QUORUM


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange by its name; it outlives a broker's restart."""

    name: str
    kind: str = "fanout"


@dataclass(frozen=True, slots=True)
class Binding:
    """What comes to an exchange goes to a queue."""

    exchange: str
    queue: str


Declared = Queue | Exchange | Binding


@dataclass(frozen=True, slots=True)
class Settings:
    """What a cluster's queues are like; all who declare them have to agree.

    `replicas` is on how many nodes each lies, `tries` how often work may come back before it is
    put aside. Sizes are bytes; 0 is no limit.
    """

    prefix: str = DEFAULT_PREFIX
    replicas: int = 3
    tries: int = 5
    arrivals_bytes: int = 0
    desk_bytes: int = 0

    @property
    def arrivals(self) -> str:
        """Name the queue of work."""
        return f"{self.prefix}.arrivals"

    @property
    def failed(self) -> str:
        """Name the queue of work that came back too often."""
        return f"{self.prefix}.failed"

    @property
    def unreadable(self) -> str:
        """Name the queue of what was put on the queue of work and is no arrival."""
        return f"{self.prefix}.unreadable"

    @property
    def log(self) -> str:
        """Name the queue that is the one order of everything."""
        return f"{self.prefix}.log"

    @property
    def lead(self) -> str:
        """Name the queue whose one taker leads."""
        return f"{self.prefix}.lead"

    @property
    def desks(self) -> str:
        """Name the exchange from which every desk has a copy."""
        return f"{self.prefix}.desks"

    @property
    def asks(self) -> str:
        """Name the exchange by which all processes are asked."""
        return f"{self.prefix}.asks"

    def desk(self, name: str) -> str:
        """Name the queue of a desk."""
        return f"{self.prefix}.desk.{name}"

    def cut(self, name: str) -> str:
        """Name the queue in which a letter tells that a desk's queue was cut."""
        return f"{self.prefix}.cut.{name}"

    def asked(self, name: str) -> str:
        """Name the queue in which a process of a machine finds what it is asked."""
        return f"{self.prefix}.asked.{name}"


def of_intake(settings: Settings) -> tuple[Declared, ...]:
    """Give what must stand where arrivals are put on the queue of work."""
    return _failed(settings), _arrivals(settings)


def of_worker(settings: Settings) -> tuple[Declared, ...]:
    """Give what must stand where work is taken, the log is kept, and desks are told and asked."""
    return (
        *of_intake(settings),
        Queue(settings.unreadable, _quorum(settings)),
        _log(settings),
        _lead(settings),
        Exchange(settings.desks),
        Exchange(settings.asks),
    )


def of_joining(settings: Settings, name: str) -> tuple[Declared, ...]:
    """Give what must stand so that a desk's copy gathers for it."""
    return (
        *of_worker(settings),
        _cut(settings, name),
        _desk(settings, name),
        Binding(settings.desks, settings.desk(name)),
    )


def of_desk(settings: Settings, name: str) -> tuple[Declared, ...]:
    """Give what must stand where a desk takes its copy, keeps the log, and is asked."""
    return (*of_joining(settings, name), *of_answering(settings, name))


def of_asking(settings: Settings) -> tuple[Declared, ...]:
    """Give what must stand where processes are asked how they are."""
    return (Exchange(settings.asks),)


def of_answering(settings: Settings, name: str) -> tuple[Declared, ...]:
    """Give what must stand where a process of a machine is asked: a queue for each connection."""
    return (
        *of_asking(settings),
        Queue(settings.asked(name), kind=Kind.TRANSIENT),
        Binding(settings.asks, settings.asked(name)),
    )


def _quorum(settings: Settings, returns: int = UNLIMITED) -> dict[str, str | int | bool]:
    """Give the arguments that all quorum queues have."""
    return {
        "x-queue-type": "quorum",
        "x-quorum-initial-group-size": settings.replicas,
        "x-delivery-limit": returns,
    }


def _arrivals(settings: Settings) -> Queue:
    """Give the queue of work: what comes back too often is put aside, and never lost on the way.

    That it is never lost takes a queue that refuses what is too much, instead of dropping it.
    """
    arguments = _quorum(settings, settings.tries) | {
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": settings.failed,
        "x-dead-letter-strategy": "at-least-once",
    }
    if settings.arrivals_bytes:
        arguments["x-max-length-bytes"] = settings.arrivals_bytes
    return Queue(settings.arrivals, arguments)


def _failed(settings: Settings) -> Queue:
    """Give the queue of work that was put aside."""
    return Queue(settings.failed, _quorum(settings))


def _log(settings: Settings) -> Queue:
    """Give the one order of everything: it is handed to one taker, and to the next as it was.

    It is, as long as whoever takes from it takes as much in advance as any other, and never ends
    a subscription but with its channel.
    """
    return Queue(settings.log, _quorum(settings) | {"x-single-active-consumer": True})


def _lead(settings: Settings) -> Queue:
    """Give the queue whose one taker leads; what lies there too long is of no use."""
    arguments = _quorum(settings) | {
        "x-single-active-consumer": True,
        "x-message-ttl": _LEAD_MS,
        "x-max-length": _LEAD_MOST,
        "x-overflow": "drop-head",
    }
    return Queue(settings.lead, arguments)


def _desk(settings: Settings, name: str) -> Queue:
    """Give the queue of a desk; where it may grow to a size only, its oldest are cut off."""
    arguments = _quorum(settings)
    if settings.desk_bytes:
        arguments |= {
            "x-max-length-bytes": settings.desk_bytes,
            "x-overflow": "drop-head",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": settings.cut(name),
        }
    return Queue(settings.desk(name), arguments)


def _cut(settings: Settings, name: str) -> Queue:
    """Give the queue that tells of a cut: the last letter that was cut off lies in it."""
    arguments = _quorum(settings) | {"x-max-length": _CUT_MOST, "x-overflow": "drop-head"}
    return Queue(settings.cut(name), arguments)
