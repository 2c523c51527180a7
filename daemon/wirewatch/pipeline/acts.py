"""Acts: what changes those parts of a store that desks have in common, as values.

Each is a function of the store and of what it holds itself, the time and chance included: who
performs the same acts in the same order comes to the same rows. A machine by itself performs them
on its own store; past one machine the broker hands them to every desk, in one order (cluster/).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

from wirewatch.alerts.policy import Policy
from wirewatch.clock import iso
from wirewatch.model import Alarm, Attempt, Message, Outcome
from wirewatch.pipeline.patience import Patience
from wirewatch.states import AlarmKind
from wirewatch.store import acknowledgements, silences
from wirewatch.store.accept import Accepted, accept_in
from wirewatch.store.alarms import Listeners, note_outage, settle
from wirewatch.store.archive import deliveries_to_retry
from wirewatch.store.channels import let_try
from wirewatch.store.claims import claim, room
from wirewatch.store.database import Store, Transaction
from wirewatch.store.desks import is_news, leading
from wirewatch.store.digests import tell_of_nothing
from wirewatch.store.outbox import record, recover, release, retire, revive
from wirewatch.store.retention import still_may_go
from wirewatch.store.retiring import forget_hours
from wirewatch.store.retiring import retire as let_go
from wirewatch.store.set_back import set_back
from wirewatch.store.silences import Silence
from wirewatch.store.stories import Telling, forget

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Act(Protocol[R_co]):
    """Something to be done in one transaction."""

    @property
    def now(self) -> datetime:
        """Give when it was decided."""

    def perform(self, db: Transaction) -> R_co:
        """Do it; call it inside a transaction."""


class Performer(Protocol):
    """Who makes acts durable."""

    def perform(self, act: Act[R]) -> R:
        """Make an act durable, and give what it came to.

        Raises StoreUnavailableError where that is not possible just now.
        """


class Alone:
    """Performs acts on one store, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def perform(self, act: Act[R]) -> R:
        """Perform an act. Raises StoreUnavailableError, or UnstorableError."""
        with self._store.write() as db:
            return act.perform(db)


class Accept(NamedTuple):
    """What became of arrivals is taken in."""

    now: datetime
    outcomes: tuple[Outcome, ...]
    telling: Telling

    def perform(self, db: Transaction) -> list[Accepted]:
        """Give for each outcome, in order, what the ledger says afterwards."""
        return accept_in(db, self.outcomes, self.now, self.telling)


class TakeUp(NamedTuple):
    """The outbox is taken up, as whoever kept it before left it."""

    now: datetime
    channels: tuple[str, ...]

    def perform(self, db: Transaction) -> None:
        """Make due again what was being sent, and give up what is for channels that are gone."""
        recover(db, self.now)
        retire(db, self.channels, self.now)


class OutboxTurn(NamedTuple):
    """What came of sending is recorded, what was not begun given back, what is due claimed.

    `channels` are those that there are, `changed` those that are not what they were, None where
    none can have gone. Claims are made until each channel is sending `ahead` messages.

    Where several desks could send, `epoch` is that of the one that does. After its end nothing of
    the turn holds, but for what was told: that is so, whoever told it.
    """

    now: datetime
    patience: Patience
    channels: tuple[str, ...]
    attempts: tuple[Attempt, ...] = ()
    seed: int = 0
    unsent: tuple[int, ...] = ()
    changed: tuple[str, ...] | None = None
    ahead: int = 0
    epoch: int | None = None

    def perform(self, db: Transaction) -> list[Message]:
        """Give the messages that are claimed."""
        turn = self if self.epoch is None else self._as_it_holds(db, self.epoch)
        return _taken(turn, db)

    def _as_it_holds(self, db: Transaction, epoch: int) -> "OutboxTurn":
        """Give what still holds of the turn of a desk, which may come late or twice."""
        now = leading(db)
        fresh = tuple(one for one in self.attempts if is_news(db, one, epoch))
        if now and now.epoch == epoch:
            return self._replace(attempts=fresh)
        told = tuple(one for one in fresh if one.ok)
        return self._replace(attempts=told, unsent=(), changed=None, ahead=0)


def _taken(turn: OutboxTurn, db: Transaction) -> list[Message]:
    """Take a turn that holds."""
    patience = turn.patience
    delays = patience.delays(turn.seed)
    record(db, turn.attempts, delays, patience.give_up_after, turn.epoch)
    release(db, turn.unsent, turn.now)
    if turn.changed is not None:
        retire(db, turn.channels, turn.now)
        let_try(db, turn.changed, turn.now)
    if not turn.ahead:
        return []
    free = room(db, turn.channels, turn.ahead)
    return claim(db, turn.now, free, patience.policies, patience.gather_after)


class TakeOn(NamedTuple):
    """Somebody takes alerts on, by their numbers or the `ref` of a message."""

    now: datetime
    names: tuple[str, ...]
    by: str

    def perform(self, db: Transaction) -> tuple[list[int], int, list[str]]:
        """Give the alerts, how many of them nobody had taken on, and names that lead to none."""
        found, unknown = acknowledgements.alerts_named(db, self.names)
        return found, acknowledgements.acknowledge(db, found, self.by, self.now), unknown


class TryAgain(NamedTuple):
    """What was not delivered of alerts, or every dead delivery, is made due."""

    now: datetime
    alerts: tuple[int, ...]
    dead: bool

    def perform(self, db: Transaction) -> int:
        """Give the number of deliveries."""
        wanted = deliveries_to_retry(db, list(self.alerts), dead=self.dead)
        return revive(db, wanted, self.now)


class BeginSilence(NamedTuple):
    """A silence begins."""

    now: datetime
    silence: Silence

    def perform(self, db: Transaction) -> int:
        """Give its number."""
        return silences.add(db, self.silence, self.now)


class EndSilence(NamedTuple):
    """A silence ends; what it has kept stays suppressed."""

    now: datetime
    number: int

    def perform(self, db: Transaction) -> bool:
        """Tell whether there was such a one, still at work."""
        return silences.end(db, self.number, self.now)


class SettleAlarms(NamedTuple):
    """Alarms that are new are raised, those that are over cleared.

    An `outage` of the store has been told of without it, `ahead` is by how much the clock was set
    back.
    """

    now: datetime
    alarms: tuple[Alarm, ...]
    listeners: Listeners
    forgotten: tuple[tuple[AlarmKind, str], ...] = ()
    outage: tuple[datetime, str] | None = None
    ahead: timedelta = timedelta()

    def perform(self, db: Transaction) -> int:
        """Give how many things there are to tell."""
        now, listeners = self.now, self.listeners
        changed = note_outage(db, self.outage, now, listeners) if self.outage else 0
        changed += settle(db, now, self.alarms, listeners, self.forgotten)
        if self.ahead:
            set_back(db, self.ahead, now)
            changed += 1
        return changed


class TellOfNothing(NamedTuple):
    """Channels that want to know are told that nothing waited for their digest."""

    now: datetime
    policies: Mapping[str, Policy]

    def perform(self, db: Transaction) -> int:
        """Give how many are told."""
        return tell_of_nothing(db, self.policies, self.now)


class ForgetSentences(NamedTuple):
    """The sentences of stories that began before a moment are forgotten."""

    now: datetime
    before: datetime

    def perform(self, db: Transaction) -> int:
        """Give how many."""
        return forget(db, iso(self.before))


class LetGo(NamedTuple):
    """What has been kept long enough goes, where that still holds of it.

    It was found as older than `before`; `told` is whether stories that an alert speaks of were
    looked for, None where it was something else.
    """

    now: datetime
    kind: str
    ids: tuple[int, ...]
    before: datetime
    told: bool | None = None

    def perform(self, db: Transaction) -> int:
        """Give how many rows went."""
        may_go = still_may_go(db, self.kind, self.ids, self.before, told=self.told)
        let_go(db, self.kind, may_go)
        return len(may_go)


class ForgetHours(NamedTuple):
    """What hours before one brought is forgotten, at most so many rows."""

    now: datetime
    before: str
    most: int

    def perform(self, db: Transaction) -> int:
        """Give how many."""
        return forget_hours(db, self.before, self.most)
