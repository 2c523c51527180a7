"""A desk that is watched over: what tests of its alarms share."""

from conftest import ManualClock
from wirewatch.alerts.alarms import Tolerance
from wirewatch.clock import iso
from wirewatch.model import Message
from wirewatch.notify.send import Channel
from wirewatch.pipeline.alarming import Alarming, Outlook
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.hours import Tally


def watching(
    store: Store, clock: ManualClock, host: str = "127.0.0.1:9", **parts: object
) -> Alarming:
    """Give a watch over two inboxes, of whose alarms `ops` and `boss` hear, whatever the disk has."""
    channels = {name: Channel(name, f"json://{host}/{name}") for name in ("ops", "boss", "desk")}
    outlook = Outlook(
        Tolerance(free=0), listening=("ops", "boss"), channels=channels, inboxes=("wires", "feeds")
    )
    watch = Alarming(store.sibling(), outlook, clock, **parts)  # type: ignore[arg-type]
    watch.monotonic = lambda: clock().timestamp()
    return watch


def claimed(store: Store, clock: ManualClock, *channels: str) -> list[Message]:
    """Claim what is due."""
    with store.write() as db:
        return claim(db, clock(), dict.fromkeys(channels or ("ops", "boss"), 16))


def heard(
    store: Store,
    count: int,
    clock: ManualClock,
    agency: str | None = "Kazinform",
    inbox: str = "wires",
) -> None:
    """Note that so many articles came of an agency, by an inbox."""
    tally = Tally()
    for _ in range(count):
        tally.hear(inbox, agency, iso(clock()))
    with store.write() as db:
        tally.write(db)
