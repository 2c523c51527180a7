"""The whole outbox of one channel: claimed, sent by its lane through Apprise, and written down."""

from dataclasses import dataclass
from datetime import timedelta

from conftest import ManualClock
from wirewatch.notify.send import Channel
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.patience import Patience
from wirewatch.store.channels import next_due
from wirewatch.store.database import Store

SECRET = "s3cret-Tok3n"  # noqa: S105 - it opens nothing
FIRST, MOST = timedelta(seconds=2.5), timedelta(seconds=5)  # what the first retry waits
REPEAT = "may be a repeat"


@dataclass
class Desk:
    """The outbox of one channel, and what its store says of the one alert in it."""

    store: Store
    clock: ManualClock
    url: str
    timeout: float = 5.0

    def outbox(self) -> Deliveries:
        """Make the outbox as a new process does."""
        channel = Channel("desk", self.url, self.timeout)
        deliveries = Deliveries(self.store, {"desk": channel}, Patience(), self.clock)
        deliveries.start()
        return deliveries

    def drain(self) -> None:
        self.outbox().drain()

    def row(self) -> dict[str, object]:
        """Give the delivery as its table has it."""
        [row] = self.store.db["deliveries"].rows
        return dict(row)

    def attempts(self) -> list[dict[str, object]]:
        return [dict(row) for row in self.store.db["attempts"].rows]

    def due_in(self) -> timedelta:
        """Tell after what time, from now, it goes again."""
        due = next_due(self.store.db, ["desk"])
        assert due is not None
        return due - self.clock()
