"""`wirewatch ingest`: take files in once, without the daemon."""

import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wirewatch.deployment import Deployment
    from wirewatch.pipeline.commit import Committer
    from wirewatch.pipeline.readers import Readers
    from wirewatch.store.accept import Accepted
    from wirewatch.store.database import Store


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders with all below them.")],
    source: Annotated[
        str, typer.Option(help="The source of files that lie in no inbox.")
    ] = "ingest",
    deliver: Annotated[
        bool, typer.Option(help="Send alerts that are due; else they wait for the daemon.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Take files in once: store, match, tell. Files in an inbox count as that inbox's.

    Exits with 1 when a file was quarantined or could not be read yet.
    """
    from wirewatch.deployment import load_deployment

    missing = [path for path in paths if not path.exists()]
    if missing:
        raise typer.BadParameter(f"there is no {missing[0]}", param_hint="PATHS")
    deployment = load_deployment(config_path(context))
    counts = _ingest(deployment, paths, source, deliver=deliver)
    if as_json:
        print_json(counts)
    else:
        said = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        print(said or "nothing to do")
    if counts["quarantined"] or counts["pending"]:
        raise typer.Exit(1)


def _ingest(
    deployment: "Deployment", paths: list[Path], source: str, *, deliver: bool
) -> dict[str, int]:
    """Take files in, and deliver what is due unless a daemon does; give counts by outcome."""
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.bulk import examining
    from wirewatch.pipeline.commit import Committer
    from wirewatch.pipeline.parsing import Parser
    from wirewatch.pipeline.readers import Readers

    inboxes = deployment.inboxes
    examiner = replace(deployment.examiner(utc_now), parse=Parser().read)
    examine = examining(examiner, inboxes.values(), source)
    with Readers(examine) as readers, _opened(deployment.config.store) as (store, alone):
        committer = Committer(store, inboxes, utc_now, _pause, telling=deployment.telling)
        counts = _commit(readers, paths, committer)
        if deliver and alone:
            _deliver(deployment, store)
    return counts


@contextmanager
def _opened(path: Path) -> "Iterator[tuple[Store, bool]]":
    """Open a store to write to it; say whether it is ours alone, or a daemon has it and delivers.

    Raises StoreError where it cannot be opened, or is that of a desk of several.
    """
    from wirewatch.clock import utc_now
    from wirewatch.errors import StoreError
    from wirewatch.store.database import Store
    from wirewatch.store.desks import refuse_alone
    from wirewatch.store.lock import StoreLock

    with ExitStack() as held:
        lock = StoreLock(path, "ingest", utc_now)
        held.callback(lock.release)
        alone = True
        try:
            lock.acquire()
        except StoreError:
            alone = False
        store = Store.open(path, checkpoints=alone, bulk=True)
        held.callback(store.close)
        refuse_alone(store.db)
        yield store, alone


def _commit(readers: "Readers", paths: list[Path], committer: "Committer") -> dict[str, int]:
    """Commit what readers make of files, and show how far it is; give counts by outcome."""
    from wirewatch.pipeline.bulk import files_below, ingest
    from wirewatch.states import FileState

    counts = Counter({state.value: 0 for state in FileState} | {"alerts": 0})

    with _progress() as bar:
        task = bar.add_task("ingesting", total=None) if bar else None

        def progress(accepted: "list[Accepted]") -> None:
            for done in accepted:
                counts[done.state.value] += 1
                counts["alerts"] += done.alerts
                if done.state.value == "quarantined":
                    path = done.outcome.arrival.path
                    reason = done.reason or done.outcome.reason or "as before"
                    typer.echo(f"quarantined: {path!r}: {reason}: {done.outcome.detail}", err=True)
            if bar and task is not None:
                bar.advance(task, len(accepted))

        outcomes = readers.examined(files_below(paths))
        ingest(outcomes, committer, progress)
    return dict(counts)


def _pause(seconds: float) -> bool:
    """Wait while the store cannot be written, and go on."""
    time.sleep(seconds)
    return False


def _deliver(deployment: "Deployment", store: "Store") -> None:
    """Send what is due."""
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.deliveries import Deliveries

    deliveries = Deliveries(store, deployment.channels, deployment.patience, utc_now)
    deliveries.start()
    deliveries.drain()


def _progress() -> Any:  # noqa: ANN401 - a progress bar, or nothing where nobody looks
    """Make a progress bar on a terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} files"),
        TimeElapsedColumn(),
        console=Console(file=sys.__stderr__),  # it commands the terminal by right
    )
