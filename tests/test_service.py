"""The daemon whole: real files, real watching, a real store, and a real receiver of alerts."""

import gzip
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import PATIENCE, STORY, Receiver, Site
from wirewatch import life
from wirewatch.clock import utc_now
from wirewatch.deployment import load_deployment
from wirewatch.errors import StoreError, Unreadable
from wirewatch.formats import Reading
from wirewatch.pipeline.balance import report
from wirewatch.pipeline.examine import Limits
from wirewatch.pipeline.parsing import parse_quickly
from wirewatch.service import Service
from wirewatch.states import FileState
from wirewatch.store.database import Store, open_reader
from wirewatch.store.lock import StoreLock

MakeService = Callable[[], Service]


class Log(logging.Handler):
    """What the daemon logs, and a wait for a line of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []
        self._changed = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self._changed:
            self.lines.append((record.levelno, record.getMessage()))
            self._changed.notify_all()

    def wait_for(self, part: str, count: int = 1) -> tuple[int, str]:
        """Wait until so many lines hold a part, and give the last of them."""

        def found() -> list[tuple[int, str]]:
            return [line for line in self.lines if part in line[1]]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, PATIENCE), self.lines
            return found()[-1]


@pytest.fixture
def log() -> Iterator[Log]:
    handler, logger = Log(), logging.getLogger("wirewatch")
    before = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def make(site: Site) -> Iterator[MakeService]:
    """Give what makes a daemon for the site; the sockets of one that never ran are closed."""
    made = []

    def one() -> Service:
        made.append(Service(site.config, load_deployment(site.config), utc_now))
        return made[-1]

    yield one
    for service in made:
        for server in service.servers.values():
            server.close()


@contextmanager
def running(service: Service, log: Log) -> Iterator[list[int]]:
    """Run a daemon in a thread until the end of the block; its exit code is in the list then."""
    codes: list[int] = []
    starts = sum("ready " in line for _, line in log.lines)
    thread = threading.Thread(target=lambda: codes.append(service.run()))
    thread.start()
    try:
        log.wait_for("ready ", starts + 1)
        yield codes
    finally:
        service.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def rows(site: Site, table: str) -> list[dict[str, object]]:
    reader = open_reader(site.database)
    found = list(reader[table].rows)
    reader.close()
    return found


def test_a_file_renamed_in_is_stored_and_told(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """A file that an agency renames into the inbox is stored, and the channel is told of it."""
    service = make()
    with running(service, log) as codes:
        site.deliver("story.txt", STORY)
        [got] = receiver.wait_for("/hook")
    assert codes == [0]
    [delivery] = rows(site, "deliveries")
    assert delivery["state"] == "sent"
    assert str(delivery["key"]) in got.body
    assert "»Majilis«" in json.loads(got.body)["message"]
    assert [row["path"] for row in rows(site, "files")] == ["story.txt"]
    balance = report(site.database, load_deployment(site.config).inboxes.values()).balance
    assert balance.conserved
    assert balance.counts[FileState.STORED] == balance.seen == 1


def test_a_restart_finds_what_came_meanwhile(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """Files that came while the daemon was stopped are taken in by the next, the others not again."""
    with running(make(), log):
        site.deliver("first.txt", STORY)
        receiver.wait_for("/hook")
    site.deliver("second.txt", STORY.replace("joint sitting", "common law"))
    with running(make(), log):
        _, second = receiver.wait_for("/hook", 2)
    assert "common law" in second.body
    assert len(receiver.at("/hook")) == 2
    assert [row["state"] for row in rows(site, "files")] == ["stored", "stored"]


def test_a_bad_file_is_put_aside_loudly_and_the_rest_goes_on(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """A file that is no text is quarantined with one warning that names it; the next is told of."""
    with running(make(), log):
        for _ in range(2):
            (site.inbox / "bad.txt").write_bytes(b"\x7fELF\x02\x01\x01\x00")
            level, line = log.wait_for("bad.txt")
        site.deliver("good.txt", STORY)
        receiver.wait_for("/hook")
    assert len([said for _, said in log.lines if "bad.txt" in said]) == 1
    assert level == logging.WARNING
    assert "quarantined" in line
    assert "reason=binary" in line
    assert "inbox=wires" in line


def test_a_compressed_file_is_read_apart_and_told(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """A file that is heavy to read goes to a process of its own, and its alert arrives."""
    service = make()
    with running(service, log):
        partial = site.inbox / ".story.gz.part"
        partial.write_bytes(gzip.compress(STORY.encode()))
        partial.rename(site.inbox / "story.gz")
        receiver.wait_for("/hook")
    [row] = rows(site, "files")
    assert (row["state"], row["format"]) == ("stored", "gzip/wire")


def test_a_worker_process_that_hangs_stops_neither_the_wires_nor_the_daemon(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """While a page hangs wires are told of, the daemon stops at once, and the page waits on."""
    service = make()
    with pytest.raises(Unreadable):
        service._parser.parse_apart(b"", service.arrivals.examiner.limits)
    assert service._parser._worker is not None
    os.kill(service._parser._worker._process.pid, signal.SIGSTOP)
    with running(service, log):
        (site.inbox / "page.gz").write_bytes(gzip.compress(b"ASTANA, March 2. A page."))
        log.wait_for("ready")
        site.deliver("story.txt", STORY)
        receiver.wait_for("/hook")
    states = {row["path"]: (row["state"], row["reason"]) for row in rows(site, "files")}
    assert states["story.txt"] == ("stored", None)
    assert states.get("page.gz", ("pending", "parsing"))[0] == "pending"


@pytest.mark.parametrize("worker", ["intake", "commit", "scan", "deliver", "digest"])
def test_a_worker_that_dies_ends_the_daemon(
    make: MakeService, log: Log, site: Site, worker: str
) -> None:
    """When one worker dies the whole daemon stops in order, with code 1 and the reason."""

    def die() -> None:
        raise MemoryError("no room")

    service = make()
    service._workers[worker] = die
    assert service.run() == 1
    assert (logging.CRITICAL, 'died error=MemoryError said="no room"') in log.lines
    log.wait_for(f"worker-died worker={worker}")
    assert StoreLock.holder(site.database) is None
    assert not [thread for thread in threading.enumerate() if thread in service._threads]


def test_what_says_itself_what_is_wrong_has_no_trace(
    make: MakeService, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that ends by an error of ours says so in lines for people."""

    def end() -> None:
        raise StoreError("this desk lacks entries; build it anew")

    service = make()
    service._workers["deliver"] = end
    assert service.run() == 1
    assert any("build it anew" in line for _, line in log.lines)
    [died] = [one for one in caplog.records if "worker-died" in one.getMessage()]
    assert not died.exc_info


def test_what_brings_work_stops_first(
    make: MakeService, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop goes with the stream: jobs and watching, then intake, then the outbox, then the lock."""
    order: list[str] = []
    service = make()
    parts = {
        "scheduler": (service._scheduler, "stop"),
        "watcher": (service.watcher, "stop"),
        "intake": (service.arrivals, "stop"),
        "outbox": (service.deliveries, "stop"),
        "lock": (service._lock, "release"),
    }

    def noting(name: str, plain: Callable[[], None]) -> Callable[[], None]:
        def noted() -> None:
            order.append(name)
            plain()

        return noted

    for name, (part, method) in parts.items():
        monkeypatch.setattr(part, method, noting(name, getattr(part, method)))
    with running(service, log):
        assert order == []
    assert order == ["scheduler", "watcher", "intake", "outbox", "lock"]


def test_a_second_daemon_refuses(make: MakeService, log: Log) -> None:
    """A second daemon on the same store does not start, says who holds it, and harms nobody."""
    with running(make(), log):
        with pytest.raises(StoreError, match=rf"`wirewatch run`, pid {os.getpid()} on "):
            make()
        log.wait_for("ready ")
    with running(make(), log) as codes:
        pass
    assert codes == [0]


def test_a_signal_stops_the_daemon(make: MakeService, log: Log) -> None:
    """SIGTERM and Ctrl-C end the daemon in order, with code 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        service = make()
        rescue = threading.Timer(PATIENCE, service.stop)
        rescue.start()
        starts = sum("ready " in line for _, line in log.lines)

        def interrupt(awaited: int = starts + 1, sent: signal.Signals = number) -> None:
            log.wait_for("ready ", awaited)
            os.kill(os.getpid(), sent)

        sender = threading.Thread(target=interrupt)
        sender.start()
        service.handle_signals()
        try:
            assert service.run() == 0
        finally:
            signal.signal(number, before)
        assert rescue.is_alive()
        rescue.cancel()
        sender.join(PATIENCE)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Give the socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def test_the_service_manager_is_kept_informed(
    make: MakeService, log: Log, manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systemd hears that the daemon is ready, that it lives, and that it stops."""
    monkeypatch.setattr(life, "_LOOK", 0.01)
    with running(make(), log):
        heard = [manager.recv(100), manager.recv(100)]
    heard += iter(lambda: manager.recv(100), b"STOPPING=1")
    assert heard[0] == b"READY=1"
    assert set(heard[1:]) == {b"WATCHDOG=1"}


def test_a_stuck_worker_is_not_hidden_from_the_service_manager(
    make: MakeService, manager: socket.socket, log: Log
) -> None:
    """The watchdog is petted while all workers move or rest, not when one has ended nothing for long."""
    service = make()
    now = time.monotonic()
    service.pulses._monotonic = lambda: now
    for worker in service.pulses.patience:
        service.pulses.rests(worker)
    service.pulses.works("intake")
    service._pet_watchdog()
    assert manager.recv(100) == b"WATCHDOG=1"
    now += 59
    for worker in ("commit", "deliver", "heavy"):
        service.pulses.rests(worker)
    service.pulses.works("intake")
    now += 2
    service._pet_watchdog()
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)
    assert log.lines[-1] == (
        logging.CRITICAL,
        'stuck worker=intake said="working for 61 s without an end"',
    )
    service._wakeup.close()
    service._store.close()
    service._lock.release()


def test_a_worker_that_hangs_is_found_while_others_rest(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """A file over which the daemon hangs makes it ill for as long as it does, by what it ends."""
    service, begun, release = make(), threading.Event(), threading.Event()
    ahead = 0.0
    service.pulses._monotonic = lambda: time.monotonic() + ahead

    def hang(data: bytes, limits: Limits) -> Reading | None:
        begun.set()
        release.wait(PATIENCE)
        return parse_quickly(data, limits)

    service.arrivals.examiner = replace(service.arrivals.examiner, parse=hang)
    with running(service, log):
        assert service.running.ailments() == []
        site.deliver("story.txt", STORY)
        assert begun.wait(PATIENCE)
        ahead = 61.0
        found = [one for one in service.running.ailments() if one.startswith("intake")]
        assert found == ["intake is stuck: working for 61 s without an end"]
        release.set()
        receiver.wait_for("/hook")
        assert not [one for one in service.running.ailments() if "intake" in one]


def test_a_daemon_that_cannot_start_holds_nothing(site: Site, make: MakeService) -> None:
    """When the store cannot be opened, the lock is free again for whoever can."""
    Store.open(site.database).close()
    site.database.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="not a database"):
        make()
    assert StoreLock.holder(site.database) is None


def test_a_daemon_in_trouble_tells_the_operator(
    site: Site, make: MakeService, log: Log, receiver: Receiver
) -> None:
    """An alarm that the running daemon raises goes out at once to the channel that hears of them."""
    site.write(
        f"json://{receiver.host}/hook", '[alarms]\nchannels = ["desk"]\nfree = "1000000GB"\n'
    )
    service = make()
    with running(service, log):
        service._alarming.look()
        [got] = receiver.wait_for("/hook")
    assert "disk-low" in json.loads(got.body)["title"]
