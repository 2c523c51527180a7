"""A damaged store: the operator is told past it, with the command that restores a backup."""

import logging

from wirewatch.clock import Clock, iso
from wirewatch.config import Config
from wirewatch.notify.markup import plain
from wirewatch.notify.outage import outage_message
from wirewatch.notify.send import Sender
from wirewatch.pipeline.alarming import Outlook
from wirewatch.store.backup import backups, moment_named

_log = logging.getLogger("wirewatch.alarms")


def tell_of_damage(config: Config, outlook: Outlook, why: str, clock: Clock) -> None:
    """Tell everybody who hears of alarms, past the outbox, and the log how to restore a backup.

    A message names only the time of the backup: what messages do to text, so that nothing in it is
    acted on, would spoil a command. What cannot be told is logged.
    """
    now, folder = clock(), config.backup.folder
    known = backups(config.store, folder) if folder else []
    newest = f"`wirewatch db restore {known[0]}`" if known else "no backup is known"
    _log.critical("stopped, nothing more is accepted: %s; %s", plain(why), newest)
    made = iso(moment_named(known[0])) if known else ""
    backup = f"The newest backup is of {made}." if known else "No backup is known."
    said = f"since {iso(now)}: {plain(why)}. Nothing more is accepted. {backup}"
    for name in outlook.listening:
        channel = outlook.channels.get(name)
        if channel:
            attempt = Sender(channel, clock).send(outage_message(name, now, said))
            if not attempt.ok:
                _log.error("channel %s was not told of it: %s", name, attempt.error)
