"""What operators ask for: `/metrics`, `/health` and `/ready`."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus

from wirewatch.clock import Clock
from wirewatch.model import JobRun
from wirewatch.pipeline.families import FAMILIES, Family, Kind, Reading, read
from wirewatch.pipeline.figures import Figures, figures
from wirewatch.pipeline.vitals import VITALS, Living
from wirewatch.store.alarms import reading
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.web.exposition import exposition
from wirewatch.web.visit import JSON, Answer, Request, Route

Source = Callable[[], Iterable[Reading]]
"""Gives metrics, as they are when they are asked for."""

READABLE: Family[bool] = Family(
    "wirewatch_store_readable",
    Kind.GAUGE,
    "1 when the store could be read for these figures; else 0, and those that it keeps are missing",
    (),
    lambda readable: {(): float(readable)},
)


class StoreFigures:
    """The metrics that a store keeps; `names` gives inboxes and channels, `jobs` their last runs.

    Asked for by any thread.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        names: Callable[[], tuple[Iterable[str], Iterable[str]]],
        jobs: Callable[[], Sequence[JobRun]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._names = names
        self._jobs = jobs
        self._turn = threading.Lock()  # a connection serves one visitor at a time

    def __call__(self) -> list[Reading]:
        """Read them, as far as the store can be read."""
        known = self._figures()
        return read([READABLE], known is not None) + (read(FAMILIES, known) if known else [])

    def _figures(self) -> Figures | None:
        """Read the store's figures; None where it cannot be read."""
        try:
            with self._turn, reading(self._store):
                return figures(
                    self._store.db, self._store.path, self._clock(), self._names(), self._jobs()
                )
        except StoreUnavailableError:
            return None


class FiguresPages:
    """The pages for operators on one process; `sources` give what is shown beside its vitals."""

    def __init__(self, living: Living, *sources: Source) -> None:
        self._living = living
        self._sources = sources

    @property
    def routes(self) -> tuple[Route, ...]:
        """Give where the pages lie."""
        return (
            Route(re.compile("/metrics"), {"GET": self._metrics}),
            Route(re.compile("/health"), {"GET": self._health}),
            Route(re.compile("/ready"), {"GET": self._ready}),
        )

    def _metrics(self, request: Request) -> Answer:
        """Show all figures in the text format that is asked for."""
        found = read(VITALS, self._living) + [one for source in self._sources for one in source()]
        text, kind = exposition(found, request.headers.get("accept", ""))
        return Answer(text, HTTPStatus.OK, kind)

    def _health(self, _request: Request) -> Answer:
        """Say whether a new start may help."""
        return _verdict(self._living.ailments())

    def _ready(self, _request: Request) -> Answer:
        """Say whether all is at work as it should be."""
        return _verdict(self._living.shortcomings())


def _verdict(wrong: Sequence[str]) -> Answer:
    """Say that all is well, or what is not."""
    said = {"ok": not wrong, "reasons": list(wrong)}
    status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
    return Answer(f"{json.dumps(said)}\n".encode(), status, JSON)
