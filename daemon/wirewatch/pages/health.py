"""How the desk stands: the books of files, queues, channels, alarms, jobs, and who is silent."""

import re
from collections import Counter
from typing import Any

from wirewatch.pages.page import Page, Visit
from wirewatch.pipeline.balance import report
from wirewatch.pipeline.expected import expected
from wirewatch.pipeline.figures import Figures, figures
from wirewatch.states import DeliveryState, FileState
from wirewatch.store.alarms import standing_alarms
from wirewatch.store.channels import Health
from wirewatch.store.database import Reader
from wirewatch.store.lock import StoreLock
from wirewatch.store.notices import Notice
from wirewatch.store.tallies import Tallied, Tried

_SMALL = 20_000  # files of which the folders may be listed without being asked to
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED)


def values(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give the figures, and where it is cheap or asked for, the ledger held against the folders."""
    deployment = visit.deployment
    config = deployment.config
    names = [inbox.name for inbox in config.inboxes], [one.name for one in config.channels]
    known = figures(db, config.store, visit.now, names)
    files = _files(known)
    seen = sum(files.values())
    is_held = seen <= _SMALL or "books" in visit.query
    return {
        "now": visit.now,
        "daemon": StoreLock.holder(config.store),
        "files": files,
        "seen": seen,
        "books": report(config.store, deployment.inboxes.values()).balance if is_held else None,
        "reasons": _reasons(known),
        "waiting": known.waiting,
        "alarms": standing_alarms(db),
        "fault": known.notices.get(Notice.RELOAD_FAULT),
        "rules": known.notices.get(Notice.RULES),
        "articles": sum(one.present for one in known.of(Tallied.ARTICLE)),
        "channels": [_channel(known, name) for name in known.channels],
        "sources": expected(db, deployment.inboxes, config.alarms.zone, visit.now),
        "jobs": known.jobs,
        "room": known.room,
    }


def _files(known: Figures) -> dict[str, int]:
    """Count files by state."""
    found: Counter[str] = Counter()
    for one in known.of(Tallied.FILE):
        found[one.state] += one.present
    return {state.value: found[state] for state in FileState}


def _reasons(known: Figures) -> list[tuple[str, str, int]]:
    """Say why files wait or were put aside: state, reason, how many; the most first."""
    found: Counter[tuple[str, str]] = Counter()
    for one in known.of(Tallied.FILE):
        if one.state in {FileState.PENDING, FileState.QUARANTINED} and one.present:
            found[one.state, one.reason] += one.present
    return [(*key, number) for key, number in found.most_common()]


def _channel(known: Figures, name: str) -> dict[str, Any]:
    """Say what a channel is told, and how it fares."""
    states: Counter[str] = Counter()
    for one in known.of(Tallied.DELIVERY):
        if one.name == name:
            states[one.state] += one.present
    failed = sum(
        one.ever
        for one in known.of(Tallied.ATTEMPT)
        if one.name == name and one.state == Tried.FAILED
    )
    fares = known.fares.get(name, Health())
    return {
        "name": name,
        "waiting": sum(states[state] for state in _OPEN),
        "due": known.due.get(name),
        "sent": states[DeliveryState.SENT],
        "failed": failed,
        "dead": states[DeliveryState.DEAD],
        "suppressed": states[DeliveryState.SUPPRESSED],
        "fares": fares,
        "rests": known.rests(name),
    }


PAGE = Page("health", re.compile(r"/health$"), values)
