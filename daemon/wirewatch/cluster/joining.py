"""A new desk: first its queue, then a backup of another desk that was taken after that.

In between the name of an entry lies beside the store. Whatever was in the log before that entry a
backup has that knows it; whatever came after it lies in the queue. What both have is known by its
name, and passed over.
"""

from datetime import datetime
from pathlib import Path

from wirewatch.broker.access import BrokerError
from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings
from wirewatch.cluster.entry import entry_of, written
from wirewatch.cluster.join import Join
from wirewatch.errors import StoreError
from wirewatch.store.database import opened_as_it_is
from wirewatch.store.desks import follows_log, position_of
from wirewatch.store.files import beside, unwritable

_MARK = ".joining"
_CONFIRMING = 10.0  # seconds


def begin(link: Link, settings: Settings, name: str, store: Path, now: datetime) -> None:
    """Let a desk's queue, which stands, gather from now on.

    Raises BrokerError where the desk is at work, or its queue was cut; StoreError where nothing
    can be written beside its store.
    """
    _refuse_at_work(link, settings, name)
    cut = settings.cut(name)
    if (found := link.depths([cut])[cut]) and found[0]:
        remedy = f"`wirewatch cluster forget {name}` first"
        raise BrokerError(f"the queue of the desk {name} was cut ({cut}); {remedy}")
    entry = entry_of(Join(now, name))
    _leave_mark(store, entry.id)
    link.publish("", settings.log, [Letter(entry.id, entry.kind, written(entry))], _CONFIRMING)


def _leave_mark(store: Path, entry: str) -> None:
    """Note beside the store the entry that a backup has to know. Raises StoreError."""
    folder = store.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside(store, _MARK).write_text(entry, encoding="ascii")
    except OSError as error:
        raise unwritable(store, error) from error


def refuse_unfit(link: Link, settings: Settings, name: str, store: Path, backup: Path) -> None:
    """Raise BrokerError or StoreError where a desk cannot be made of a backup."""
    mark = beside(store, _MARK)
    queue = settings.desk(name)
    if not mark.is_file() or link.depths([queue])[queue] is None:
        raise BrokerError(f"nothing gathers for the desk {name} yet: wirewatch cluster join")
    _refuse_at_work(link, settings, name)
    if not backup.is_file():
        raise StoreError(f"there is no backup {backup}")
    db = opened_as_it_is(backup)
    try:
        known = follows_log(db) and position_of(db, mark.read_text(encoding="ascii"))
    finally:
        db.close()
    if not known:
        raise StoreError(
            f"{backup} is no backup of a desk, taken since `wirewatch cluster join`: entries"
            " would be missing; take another now, of a desk that is at work"
        )


def end(store: Path) -> None:
    """Forget that a desk is about to join."""
    beside(store, _MARK).unlink(missing_ok=True)


def forget(link: Link, settings: Settings, name: str) -> int:
    """Delete a desk's queues; give how many entries lay there.

    Raises BrokerError where the desk is at work, or there is none.
    """
    _refuse_at_work(link, settings, name)
    queues = (settings.desk(name), settings.cut(name))
    found = link.depths(queues)
    if not any(found.values()):
        raise BrokerError(f"there is no desk {name}: no queue {queues[0]}")
    link.delete(queues)
    return (found[queues[0]] or (0, 0))[0]


def _refuse_at_work(link: Link, settings: Settings, name: str) -> None:
    """Raise BrokerError where a desk takes from its queue."""
    queue = settings.desk(name)
    if (found := link.depths([queue])[queue]) and found[1]:
        raise BrokerError(f"the desk {name} is at work; stop it first")
