"""`wirewatch db check`: is the store whole, and do its books balance?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, print_json, settings
from wirewatch.cli.db import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wirewatch.config import Config
    from wirewatch.store.verification import Finding


@db.command("check")
def check(
    context: typer.Context,
    backup: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A backup to check instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check pages, references, full text, version, summaries and books; says what is to be done.

    While the daemon runs the full text is checked by its rows, else word by word. Exits with 1
    when anything is wrong.
    """
    from wirewatch.errors import StoreError
    from wirewatch.store.verification import faults_of_file

    config = settings(context)
    if backup is not None and not backup.is_file():
        raise StoreError(f"there is no file {backup}")
    found = faults_of_file(backup) if backup else list(_faults(config))
    if as_json:
        print_json(
            [{"subject": f.subject, "problem": f.problem, "remedy": f.remedy} for f in found]
        )
    for finding in found if not as_json else ():
        print("".join(char for char in str(finding) if char.isprintable()))
    if found:
        raise typer.Exit(1)
    if not as_json:
        print(f"{backup or config.store}: whole")


def _faults(config: "Config") -> "Iterator[Finding]":
    """Find what is wrong with the store, and with its books where it can be read at all."""
    from wirewatch.store.database import open_reader
    from wirewatch.store.files import refuse_unfinished
    from wirewatch.store.recount import faults_of_summaries
    from wirewatch.store.verification import faults_of

    refuse_unfinished(config.store)
    db = open_reader(config.store)
    damaged = False
    for finding in faults_of(db):
        damaged |= finding.subject in {"file", "version"}
        yield finding
    if not damaged:
        yield from faults_of_summaries(db)
    db.close()
    if not damaged:
        yield from _word_by_word(config)
        yield from _of_books(config)


def _word_by_word(config: "Config") -> "Iterator[Finding]":
    """Check the full text's index, if nobody has to wait for it."""
    from wirewatch.clock import utc_now
    from wirewatch.errors import StoreError
    from wirewatch.store.database import Store
    from wirewatch.store.lock import StoreLock
    from wirewatch.store.verification import faults_of_index

    lock = StoreLock(config.store, "db check", utc_now)
    try:
        lock.acquire()
    except StoreError:
        return
    store = Store.open(config.store, checkpoints=False)
    try:
        yield from faults_of_index(store.db)
    finally:
        store.close()
        lock.release()


def _of_books(config: "Config") -> "Iterator[Finding]":
    """Hold the ledger against the inboxes."""
    from wirewatch.pipeline.balance import report
    from wirewatch.pipeline.inboxes import inboxes_of
    from wirewatch.store.verification import Finding

    found = report(config.store, inboxes_of(config.inboxes).values())
    for line in found.balance.broken:
        yield Finding("ledger", line, "please report it")
    missing = len(found.balance.unaccounted)
    if missing:
        problem = f"{missing} files lie in inboxes that it does not know as they are"
        remedy = "wait a moment" if found.daemon else "start the daemon: it takes them in"
        yield Finding("ledger", problem, f"{remedy}; `wirewatch status` names them")
