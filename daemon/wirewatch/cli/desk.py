"""Whom commands ask to change something: the daemon, and where none runs the store itself."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from wirewatch.cli.app import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wirewatch.control.wishes import Desk


@contextmanager
def desk(context: typer.Context) -> "Iterator[Desk]":
    """Give the daemon of the configuration if it runs, else its store, made if it is not there."""
    from wirewatch.clock import utc_now
    from wirewatch.control.client import Daemon
    from wirewatch.control.wishes import StoreDesk
    from wirewatch.pipeline.acts import Alone
    from wirewatch.store.database import Store

    config = settings(context)
    daemon = Daemon(config.socket)
    if daemon.is_there():
        yield daemon
        return
    store = Store.open(config.store, checkpoints=False)
    try:
        yield StoreDesk(Alone(store), utc_now)
    finally:
        store.close()
