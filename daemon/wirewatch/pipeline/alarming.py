"""The desk watched over: how things stand is looked at, and its alarms are raised and cleared.

Alarms go through the outbox, as all alerts do. Only where the store itself cannot be written is
the operator told without it.
"""

import logging
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wirewatch.alerts.alarms import (
    SEVERITIES,
    SHORTEST_SILENCE,
    STUCK,
    Heard,
    Situation,
    Tolerance,
    alarms,
    forgotten,
    lasts,
    silence_of,
)
from wirewatch.clock import Clock, iso
from wirewatch.errors import StoreError
from wirewatch.event import Event
from wirewatch.model import Alarm
from wirewatch.notify.markup import plain
from wirewatch.notify.outage import outage_message
from wirewatch.notify.send import Channel, Sender
from wirewatch.pipeline.acts import Alone, Performer, SettleAlarms
from wirewatch.rhythm import MOST_WEEKS, Span, same_hours
from wirewatch.states import AlarmKind
from wirewatch.store import hours
from wirewatch.store.alarms import Listeners, reading, standing, waits
from wirewatch.store.backup import backups, moment_named
from wirewatch.store.channels import health
from wirewatch.store.database import Store, UnstorableError
from wirewatch.store.files import log_bytes
from wirewatch.store.hours import Counted
from wirewatch.store.ledger import quarantined_since
from wirewatch.store.notices import Notice, notices
from wirewatch.tables import BackupTable

_log = logging.getLogger("wirewatch.alarms")

_UTC = ZoneInfo("UTC")
_KNOWN = timedelta(weeks=MOST_WEEKS + 1)
_LONGEST_NAME = 100  # characters: an article may say anything
_LONGEST_REASON = 500
_NOTABLE = timedelta(seconds=2)  # what is less, and a clock is set by that often, is waited for

Stuck = tuple[datetime, str]
"""Since when the store cannot be written, and why."""


@dataclass(frozen=True)
class Outlook:
    """Who hears of the desk's alarms, from when on things are trouble, on whose wall.

    `channels` are all that are configured, `inboxes` the folders that are watched, `backup` says
    how often there is to be one.
    """

    limits: Tolerance = field(default_factory=Tolerance)
    zone: ZoneInfo = _UTC
    listening: tuple[str, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    inboxes: tuple[str, ...] = ()
    backup: BackupTable = field(default_factory=BackupTable)


class Alarming:
    """Looks at how things stand: call `look` now and then, always from one thread at a time.

    `stuck` tells whether arrivals wait for the store, `told` is called when there is something to
    deliver. Replace `outlook` to go on with another one.
    """

    def __init__(
        self,
        store: Store,
        outlook: Outlook,
        clock: Clock,
        stuck: Callable[[], Stuck | None] = lambda: None,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.outlook = outlook
        self._store = store
        self.performer: Performer = Alone(store)
        self._clock = clock
        self._stuck = stuck
        self._told = told
        self.monotonic = time.monotonic
        self._started = clock()
        self._seen: tuple[datetime, float] | None = None
        self._ahead = timedelta()  # by how much the clock was set back, and nothing knows of it yet
        self._outage: Stuck | None = None
        self._informed: set[str] = set()
        self._quiet: dict[str, datetime] = {}  # until when an inbox has said nothing for an hour

    def look(self) -> list[Alarm]:
        """Look at how things stand, raise and clear alarms; give those that stand.

        Where the store can be neither read nor written the operator is told past it. Raises
        UnstorableError where it refuses what is written.
        """
        found: list[Alarm] = []
        try:
            with reading(self._store):
                situation = self._situation()
            found = list(alarms(situation, self.outlook.limits))
            for alarm in found:
                _log.debug(Event("alarm", kind=alarm.kind, said=alarm.said))
            self._settle(situation, found)
        except UnstorableError:
            self._outage = None
            self._informed.clear()
            raise
        except StoreError as error:
            self._outage = self._outage or self._stuck() or (self._clock(), str(error))
            self._tell_directly()
        return found

    def _settle(self, situation: Situation, found: list[Alarm]) -> None:
        """Write what is new and what is over."""
        changed = self.performer.perform(
            SettleAlarms(
                situation.now,
                tuple(found),
                Listeners(self.outlook.listening, SEVERITIES),
                tuple(forgotten(situation, self.outlook.limits)),
                self._outage if self._informed and not situation.stuck else None,
                self._ahead if self._ahead >= _NOTABLE else timedelta(),
            )
        )
        self._ahead = timedelta()
        _tell(found, situation.standing)
        if not situation.stuck:
            self._outage = None
            self._informed.clear()
        if changed:
            self._told()

    def _situation(self) -> Situation:
        """Read how things stand."""
        db, now, outlook = self._store.db, self._clock(), self.outlook
        told = notices(db).get(Notice.RELOAD_FAULT)
        fails = {
            name: (datetime.fromisoformat(one.failing_since), _short(one.error, _LONGEST_REASON))
            for name, one in health(db).items()
            if one.failing_since
        }
        failing = {
            name: how
            for name, how in fails.items()
            if name in outlook.channels and waits(db, name, now)
        }
        since = now - outlook.limits.quarantined.per
        return Situation(
            now,
            self._sources(now),
            quarantined_since(db, since) - quarantined_since(db, now),
            shutil.disk_usage(self._store.path.parent).free,
            failing,
            self._stuck(),
            _short(told[0], _LONGEST_REASON) if told else "",
            self._jumped(now),
            standing(db),
            fails.keys() - failing.keys(),
            self._unsaved(now),
            log_bytes(self._store.path),
        )

    def _unsaved(self, now: datetime) -> datetime | None:
        """Give of when the newest backup is, or since when none was made, where it is overdue."""
        table = self.outlook.backup
        if table.folder is None:
            return None
        known = backups(self._store.path, table.folder)
        last = moment_named(known[0]) if known else self._started
        return last if now - last > table.every * 2 + SHORTEST_SILENCE else None

    def _sources(self, now: datetime) -> dict[str, Heard]:
        """Read when each inbox and agency was last heard, and what is normal at this time.

        Silence begins when the desk began to listen, at the earliest. An agency can be silent only
        while one of its inboxes is heard: else it is the inbox that is silent, and told of.
        """
        self._started = min(self._started, now)
        known = hours.names(self._store.db, Counted.SOURCE, now - _KNOWN, now)
        inboxes = {name: one for name, one in known.items() if name in self.outlook.inboxes}
        found = {}
        for name, (first, last) in inboxes.items():
            if now - last >= SHORTEST_SILENCE:
                self._quiet[name] = now
            span = max(last, self._started), now
            found[f"source {name}"] = self._heard(Counted.SOURCE, name, first, last, span)
        ways = hours.ways(self._store.db, now - _KNOWN)
        agencies = hours.names(self._store.db, Counted.AGENCY, now - _KNOWN, now)
        for name, (first, last) in agencies.items():
            subject = f"agency {_short(name, _LONGEST_NAME)}"
            by = ways.get(name, set()) & inboxes.keys()
            if by and (subject == f"agency {name}" or subject not in found):
                listened = min(self._quiet.get(one, self._started) for one in by)
                until = max(inboxes[one][1] for one in by)
                span = max(last, self._started, listened), until
                found[subject] = self._heard(Counted.AGENCY, name, first, last, span)
        return found

    def _heard(
        self, what: Counted, name: str, first: datetime, last: datetime, silent: Span
    ) -> Heard:
        """Read what is normal for a source in the time in which it was silent."""
        span = silence_of(*silent)
        spans = same_hours(span, self.outlook.zone, first) if span else []
        return Heard(last, tuple(hours.articles(self._store.db, what, name, spans)))

    def _jumped(self, now: datetime) -> timedelta:
        """Tell by how much the clock was set since the last look."""
        before, self._seen = self._seen, (now, self.monotonic())
        if before is None:
            return timedelta()
        jumped = now - before[0] - timedelta(seconds=self._seen[1] - before[1])
        self._ahead = max(timedelta(), self._ahead - jumped)
        return jumped

    def _tell_directly(self) -> None:
        """Tell the operator that nothing can be stored, once on each channel, past the outbox."""
        if self._outage is None or not lasts(self._outage[0], self._clock(), STUCK):
            return
        since, why = self._outage
        said = f"the store is out of order since {iso(since)}, arrivals may wait: {why}"
        for name in self.outlook.listening:
            channel = self.outlook.channels.get(name)
            if channel and name not in self._informed:
                attempt = Sender(channel, self._clock).send(outage_message(name, since, said))
                if attempt.ok:
                    self._informed.add(name)


def _tell(found: Iterable[Alarm], before: Collection[tuple[AlarmKind, str]]) -> None:
    """Log which alarms are new, and which are over."""
    now = {(alarm.kind, alarm.subject) for alarm in found}
    for kind, subject in sorted(now - set(before)):
        _log.warning(Event("alarm-raised", kind=kind, subject=subject))
    for kind, subject in sorted(set(before) - now):
        _log.info(Event("alarm-over", kind=kind, subject=subject))


def _short(text: str | None, longest: int) -> str:
    """Give what others have written without control characters, cut where it is too long."""
    words = plain(text or "").strip()
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
