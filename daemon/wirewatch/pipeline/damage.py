"""A damaged store: the operator is told past it, with the command that restores a backup."""

import logging
from pathlib import Path

from wirewatch.clock import Clock, iso
from wirewatch.config import Config
from wirewatch.event import Event
from wirewatch.notify.markup import plain
from wirewatch.notify.outage import outage_message
from wirewatch.notify.send import Sender
from wirewatch.pipeline.alarming import Outlook
from wirewatch.store.backup import backups, moment_named
from wirewatch.store.database import is_damage

_log = logging.getLogger("wirewatch.alarms")


def is_damaged(store: Path, error: BaseException | None) -> bool:
    """Tell whether an error says that the store is damaged, and not that its disk fails.

    Of a disk that gives nothing but errors SQLite may say either.
    """
    if not is_damage(error):
        return False
    try:
        with store.open("rb", buffering=0) as file:
            return bool(file.read(1))
    except OSError:
        return False


def tell_of_damage(config: Config, outlook: Outlook, why: str, clock: Clock) -> None:
    """Tell everybody who hears of alarms, past the outbox, and the log how to restore a backup.

    A message names only the time of the backup: what messages do to text, so that nothing in it is
    acted on, would spoil a command. What cannot be told is logged.
    """
    now, folder = clock(), config.backup.folder
    known = backups(config.store, folder) if folder else []
    mend = f"wirewatch db restore {known[0]}" if known else None
    _log.critical(Event("damaged", error=why, then="nothing more is accepted", mend=mend))
    made = iso(moment_named(known[0])) if known else ""
    backup = f"The newest backup is of {made}." if known else "No backup is known."
    said = f"since {iso(now)}: {plain(why)}. Nothing more is accepted. {backup}"
    for name in outlook.listening:
        channel = outlook.channels.get(name)
        if channel:
            attempt = Sender(channel, clock).send(outage_message(name, now, said))
            if not attempt.ok:
                _log.error(Event("not-told", channel=name, error=attempt.error))
