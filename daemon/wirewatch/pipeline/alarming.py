"""The desk watched over: how things stand is looked at, and its alarms are raised and cleared.

Alarms go through the outbox, as all alerts do. Only where the store itself cannot be written is
the operator told without it.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wirewatch.alerts.alarms import (
    SEVERITIES,
    STUCK,
    Heard,
    Situation,
    Tolerance,
    alarms,
    silence_of,
)
from wirewatch.clock import Clock, iso
from wirewatch.model import Alarm
from wirewatch.notify.outage import outage_message
from wirewatch.notify.send import Channel, Sender
from wirewatch.rhythm import MOST_WEEKS, same_hours
from wirewatch.store import hours
from wirewatch.store.alarms import Listeners, note_outage, settle, standing
from wirewatch.store.channels import health
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.hours import Counted
from wirewatch.store.ledger import quarantined_since
from wirewatch.store.notices import Notice, notices

_log = logging.getLogger("wirewatch.alarms")

_UTC = ZoneInfo("UTC")
_KNOWN = timedelta(weeks=MOST_WEEKS + 1)

Stuck = tuple[datetime, str]
"""Since when the store cannot be written, and why."""


@dataclass(frozen=True)
class Outlook:
    """Who hears of the desk's alarms, from when on things are trouble, on whose wall.

    `channels` are all that are configured, `inboxes` the folders that are watched.
    """

    limits: Tolerance = field(default_factory=Tolerance)
    zone: ZoneInfo = _UTC
    listening: tuple[str, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    inboxes: tuple[str, ...] = ()


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
        self._clock = clock
        self._stuck = stuck
        self._told = told
        self.monotonic = time.monotonic
        self._started = clock()
        self._seen: tuple[datetime, float] | None = None
        self._outage: Stuck | None = None
        self._informed: set[str] = set()

    def look(self) -> list[Alarm]:
        """Look at how things stand, raise and clear alarms; give those that stand."""
        found = list(alarms(self._situation(), self.outlook.limits))
        for alarm in found:
            _log.debug("alarm %s: %s", alarm.kind, alarm.said)
        try:
            self._settle(found)
        except StoreUnavailableError as error:
            self._outage = self._outage or self._stuck() or (self._clock(), str(error))
            self._tell_directly()
        return found

    def _settle(self, found: Iterable[Alarm]) -> None:
        """Write what is new and what is over."""
        now, is_stuck = self._clock(), self._stuck() is not None
        listeners = Listeners(self.outlook.listening, SEVERITIES)
        with self._store.write() as db:
            changed = settle(db, now, found, listeners)
            if self._informed and self._outage and not is_stuck:
                changed += note_outage(db, self._outage, now, listeners)
        if not is_stuck:
            self._outage = None
            self._informed.clear()
        if changed:
            self._told()

    def _situation(self) -> Situation:
        """Read how things stand."""
        db, now, outlook = self._store.db, self._clock(), self.outlook
        told = notices(db).get(Notice.RELOAD_FAULT)
        failing = {
            name: (datetime.fromisoformat(one.failing_since), one.error or "")
            for name, one in health(db).items()
            if one.failing_since and name in outlook.channels
        }
        return Situation(
            now,
            self._sources(now),
            quarantined_since(db, now - outlook.limits.quarantined.per),
            shutil.disk_usage(self._store.path.parent).free,
            failing,
            self._stuck(),
            told[0] if told else "",
            self._jumped(now),
            standing(db),
        )

    def _sources(self, now: datetime) -> dict[str, Heard]:
        """Read when each inbox and agency was last heard, and what is normal at this time.

        Silence begins when the desk began to listen, at the earliest.
        """
        db, found = self._store.db, {}
        for what in (Counted.SOURCE, Counted.AGENCY):
            for name, (first, last) in hours.names(db, what, now - _KNOWN).items():
                if what is Counted.SOURCE and name not in self.outlook.inboxes:
                    continue
                span = silence_of(max(last, self._started), now)
                spans = same_hours(span, self.outlook.zone, first) if span else []
                found[f"{what} {name}"] = Heard(last, tuple(hours.articles(db, what, name, spans)))
        return found

    def _jumped(self, now: datetime) -> timedelta:
        """Tell by how much the clock was set since the last look."""
        before, self._seen = self._seen, (now, self.monotonic())
        if before is None:
            return timedelta()
        return now - before[0] - timedelta(seconds=self._seen[1] - before[1])

    def _tell_directly(self) -> None:
        """Tell the operator that nothing can be stored, once on each channel, past the outbox."""
        if self._outage is None or self._clock() - self._outage[0] < STUCK:
            return
        since, why = self._outage
        said = f"nothing can be stored since {iso(since)}, arrivals wait: {why}"
        for name in self.outlook.listening:
            channel = self.outlook.channels.get(name)
            if channel and name not in self._informed:
                attempt = Sender(channel, self._clock).send(outage_message(name, since, said))
                if attempt.ok:
                    self._informed.add(name)
