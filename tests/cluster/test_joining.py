"""A desk more on a real broker: nothing is missing behind its backup; a cut is never passed by."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cluster.conftest import PATIENCE, until
from wirewatch.broker.access import Access
from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.broker.local import LocalBroker
from wirewatch.broker.topology import Settings, of_desk
from wirewatch.clock import utc_now
from wirewatch.cluster.entry import entry_of, written
from wirewatch.cluster.following import Following
from wirewatch.cluster.joining import begin, forget, refuse_unfit
from wirewatch.cluster.relay import Relay
from wirewatch.cluster.unbroken import GapError, Unbroken
from wirewatch.pipeline.acts import EndSilence
from wirewatch.pulse import Pulses
from wirewatch.store.backup import back_up
from wirewatch.store.database import Store
from wirewatch.store.desks import position
from wirewatch.store.digest import content_digest
from wirewatch.store.restore import restore

SMALL = 3_000  # bytes that a desk's queue may grow to, where it is to be cut


@contextmanager
def linked(broker: LocalBroker, settings: Settings, name: str) -> Iterator[Link]:
    """Have a desk's link, and all that it declares."""
    stands = of_desk(settings, name)
    link = Link(Access(broker.addresses, heartbeat=1.0), name, stands)
    link.open()
    try:
        assert link.wait(PATIENCE), link.trouble
        yield link
    finally:
        link.close()


@contextmanager
def desk(link: Link, settings: Settings, name: str, store: Path) -> Iterator[Following]:
    """Let a desk follow the log, and copy it to all."""
    opened = Store.open(store)
    following = Following(link, settings.desk(name), opened, utc_now, Pulses())
    following.check = Unbroken(link, settings, name).check
    relay = Relay(link, settings.log, settings.desks, Pulses())
    threads = [threading.Thread(target=part.run) for part in (following, relay)]
    for thread in threads:
        thread.start()
    try:
        yield following
    finally:
        following.stop()
        relay.stop()
        for thread in threads:
            thread.join(PATIENCE)
        opened.close()


def write(link: Link, settings: Settings, entries: int) -> None:
    """Write entries into the log."""
    for _ in range(entries):
        entry = entry_of(EndSilence(utc_now(), 1))
        link.publish("", settings.log, [Letter(entry.id, entry.kind, written(entry))], PATIENCE)


def test_a_desk_joins_from_a_backup(broker: LocalBroker, tmp_path: Path) -> None:
    """What the backup lacks lies in the queue: the new desk comes to the same place and rows."""
    settings = Settings(prefix=f"test-{uuid.uuid4().hex[:8]}")
    old, new = tmp_path / "astana.db", tmp_path / "tokyo.db"
    with (
        linked(broker, settings, "astana") as link,
        desk(link, settings, "astana", old) as astana,
    ):
        write(link, settings, 5)
        assert until(lambda: astana.at.number == 5)
        with linked(broker, settings, "tokyo") as other:
            begin(other, settings, "tokyo", new, utc_now())
            write(link, settings, 5)
            assert until(lambda: astana.at.number == 11)
            made = back_up(old, tmp_path, utc_now())
            write(link, settings, 5)
            refuse_unfit(other, settings, "tokyo", new, made.path)
            restore(new, made.path, utc_now() + timedelta(hours=1), lambda _, __: None)
            with desk(other, settings, "tokyo", new) as tokyo:
                assert until(lambda: tokyo.at.number == astana.at.number == 16)
                assert tokyo.at == astana.at
        stores = [Store.open(path, checkpoints=False) for path in (old, new)]
        assert len({(position(one.db), content_digest(one.db)) for one in stores}) == 1
        for one in stores:
            one.close()


def test_a_queue_that_was_cut_is_refused_and_forgotten(broker: LocalBroker, tmp_path: Path) -> None:
    """A letter tells of the cut: the desk performs nothing, until its queues are deleted."""
    settings = Settings(prefix=f"test-{uuid.uuid4().hex[:8]}", desk_bytes=SMALL)
    queue, cut = settings.desk("astana"), settings.cut("astana")
    with linked(broker, settings, "astana") as link:
        letters = [Letter(str(n), "accept", b"x" * 500) for n in range(20)]
        link.publish(settings.desks, "", letters, PATIENCE)
        assert until(lambda: link.depths([cut])[cut] == (1, 0))
        store = Store.open(tmp_path / "astana.db")
        following = Following(link, queue, store, utc_now, Pulses())
        following.check = Unbroken(link, settings, "astana").check
        with pytest.raises(GapError, match="were cut off"):
            following.run()
        store.close()
    with linked(broker, settings, "brussels") as link:
        assert until(lambda: (link.depths([queue])[queue] or (0, 1))[1] == 0)
        assert forget(link, settings, "astana") > 0
        assert link.depths([queue, cut]) == {queue: None, cut: None}
