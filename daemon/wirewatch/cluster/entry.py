"""Entries of the log that desks have in common: acts, as they travel.

JSON of the act's own fields, checked against its type when it is read: what comes from elsewhere is
never run. The kind of a letter names the act.
"""

import uuid
import zlib
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from wirewatch.cluster.join import Join
from wirewatch.cluster.lead import Lead
from wirewatch.cluster.measure import Measure
from wirewatch.errors import WirewatchError
from wirewatch.pipeline.acts import (
    Accept,
    Act,
    BeginSilence,
    EndSilence,
    ForgetHours,
    ForgetSentences,
    LetGo,
    OutboxTurn,
    SettleAlarms,
    TakeOn,
    TellOfNothing,
    TryAgain,
)

_ACTS: dict[str, type[Any]] = {
    "accept": Accept,
    "lead": Lead,
    "measure": Measure,
    "join": Join,
    "turn": OutboxTurn,
    "take-on": TakeOn,
    "try-again": TryAgain,
    "begin-silence": BeginSilence,
    "end-silence": EndSilence,
    "settle-alarms": SettleAlarms,
    "tell-of-nothing": TellOfNothing,
    "forget-sentences": ForgetSentences,
    "let-go": LetGo,
    "forget-hours": ForgetHours,
}
_NAMES = {act: name for name, act in _ACTS.items()}
_SHAPES: dict[str, TypeAdapter[Any]] = {}
QUICK = 1
"""How zlib packs: a third of the room in a tenth of the time of its best."""

KINDS = tuple(_ACTS)
"""What an entry can be."""


class EntryError(WirewatchError):
    """Something in the log is no entry that this program knows."""


class Entry(NamedTuple):
    """An act in the log, with a name by which it is known when it comes again."""

    id: str
    act: Act[Any]

    @property
    def kind(self) -> str:
        """Name the act."""
        return name_of(type(self.act))

    @property
    def now(self) -> datetime:
        """Give when it was written."""
        moment: datetime = self.act.now
        return moment


def name_of(act: type[Any]) -> str:
    """Name a kind of act, as letters do."""
    return _NAMES[act]


def entry_of(act: Act[Any]) -> Entry:
    """Make a new entry."""
    return Entry(uuid.uuid4().hex, act)


def written(entry: Entry) -> bytes:
    """Write an entry's act for its way."""
    return zlib.compress(_shape(entry.kind).dump_json(entry.act), QUICK)


def read(entry: str, kind: str, body: bytes) -> Entry:
    """Read an entry. Raises EntryError where it is none."""
    if kind not in _ACTS:
        remedy = "bring this machine to the newest version of those at work"
        raise EntryError(f"entry {entry} is of an unknown kind {kind!r}; {remedy}")
    try:
        return Entry(entry, _shape(kind).validate_json(zlib.decompress(body)))
    except (ValidationError, zlib.error) as error:
        problem = str(error).splitlines()[0]
        raise EntryError(
            f"entry {entry} ({kind}) cannot be read: {problem}; are all machines of one version?"
        ) from error


def _shape(kind: str) -> TypeAdapter[Any]:
    """Give what writes and reads one kind of act, made when it is first needed."""
    if kind not in _SHAPES:
        _SHAPES[kind] = TypeAdapter(_ACTS[kind])
    return _SHAPES[kind]
