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
    """Give the daemon of the configuration if it runs, else its store, made if it is not there.

    Raises StoreError for the store of a desk of several whose daemon does not run.
    """
    from wirewatch.clock import utc_now
    from wirewatch.control.client import Daemon
    from wirewatch.control.wishes import StoreDesk
    from wirewatch.pipeline.acts import Alone
    from wirewatch.store.database import Store
    from wirewatch.store.desks import refuse_alone

    config = settings(context)
    daemon = Daemon(config.socket)
    if daemon.is_there():
        yield daemon
        return
    store = Store.open(config.store, checkpoints=False)
    try:
        refuse_alone(store.db)
        yield StoreDesk(Alone(store), utc_now)
    finally:
        store.close()
