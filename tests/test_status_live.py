"""`wirewatch status --watch`: the figures live, as `/metrics` has them."""

import io

import pytest
from rich.console import Console

from conftest import START, ManualClock, Site, Wirewatch, told
from wirewatch.cli.board import board, size
from wirewatch.cli.status import show_live
from wirewatch.model import Alarm, Attempt, JobRun
from wirewatch.pipeline.figures import figures
from wirewatch.states import AlarmKind, DeliveryReason, Severity
from wirewatch.store.accept import accept
from wirewatch.store.alarms import Listeners, settle
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.jobs import note_runs
from wirewatch.store.lock import StoreLock
from wirewatch.store.outbox import record

DAEMON = "`wirewatch run`, pid 7"


def live_through(store: Store) -> None:
    """Let an alert fail, an alarm stand, and a job fail."""
    accept(store, [told("a.txt", "Story begins.")], START)
    with store.write() as db:
        [message] = claim(db, START, {"desk": 1})
        failed = Attempt(
            message.delivery_id, "desk", START, False, 1.0, DeliveryReason.TIMEOUT,
            error="no \x1b[2Janswer",
        )  # fmt: skip
        record(db, [failed], lambda *_: START - START, START - START.replace(year=2020))
        settle(
            db,
            START,
            [Alarm(AlarmKind.DISK, "store", "it is full")],
            Listeners((), {AlarmKind.DISK: Severity.CRITICAL}),
        )
        note_runs(db, [JobRun("rescan", START, 2500.0, "ValueError: [b]\x1b[31m", START)])


def drawn(store: Store, clock: ManualClock, daemon: str | None = DAEMON) -> str:
    """Draw the board as text."""
    console = Console(file=io.StringIO(), width=120)
    known = figures(store.db, store.path, clock(), (["wires", "[red]"], ["desk"]))
    console.print(board(known, daemon))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def line(text: str, begin: str) -> list[str]:
    """Give the words of the line that begins so."""
    return next(one for one in text.splitlines() if one.startswith(begin)).split()


def test_the_board_shows_what_the_metrics_have(store: Store, clock: ManualClock) -> None:
    """Files, queues, channels, jobs, alarms, store and disk stand on it, with ages."""
    live_through(store)
    clock.advance(90)
    shown = drawn(store, clock)
    assert DAEMON in shown
    assert "ALARM disk-low" in shown
    assert "1 articles, 2 alerts (1 critical, 1 high)" in shown
    assert line(shown, "wires ") == ["wires", "0", "1", "0", "0", "0", "0"]
    desk = " ".join(line(shown, "desk "))
    assert desk == "desk 1 1 min 30 s 0 1 0 0 failed 1×: no [2Janswer"
    assert " ".join(line(shown, "rescan ")) == (
        "rescan 1 min 30 s ago 2500.0 ms in 0 s ValueError: [b][31m"
    )
    assert "free " in shown


def test_nothing_on_the_board_commands_a_terminal(store: Store, clock: ManualClock) -> None:
    """What services and names say is text: no escape gets through, and no markup is obeyed."""
    live_through(store)
    shown = drawn(store, clock)
    assert "\x1b" not in shown
    assert "[red]" in shown


def test_jobs_are_shown_of_a_daemon_only(store: Store, clock: ManualClock) -> None:
    """Without a daemon nothing runs, and the board says so."""
    live_through(store)
    shown = drawn(store, clock, None)
    assert "daemon not running" in shown
    assert "rescan" not in shown


def test_in_a_pipe_it_is_shown_once(wirewatch: Wirewatch, site: Site, clock: ManualClock) -> None:
    """Where nobody looks on, the figures are printed once, without anything for terminals."""
    assert "no store yet" in wirewatch("status", "--watch").out
    store = Store.open(site.database)
    live_through(store)
    store.close()
    lock = StoreLock(site.database, "run", clock)
    lock.acquire()
    ran = wirewatch("status", "--watch")
    lock.release()
    assert ran.code == 0
    assert "ALARM disk-low" in ran.out
    assert "\x1b" not in ran.out


def test_it_is_drawn_anew_until_somebody_has_seen_enough() -> None:
    """On a terminal the board is drawn again and again, and Ctrl-C ends it in order."""
    rounds = iter(range(3))

    def wait() -> None:
        if next(rounds) == 2:
            raise KeyboardInterrupt

    boards = iter(["first", "second", "third"])
    console = Console(file=io.StringIO(), force_terminal=True, width=40, height=5)
    show_live(console, lambda: next(boards), wait)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert all(word in shown for word in ("first", "second", "third"))
    assert "\x1b[?1049l" in shown


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (5_000_000_000_000, "5.0 TB")],
)
def test_sizes_are_for_people(number: int, said: str) -> None:
    """Bytes are told in the unit that suits them, as the configuration has them."""
    assert size(number) == said


def test_a_wait_is_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless told otherwise a second passes between two looks."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    show_live(Console(file=io.StringIO(), force_terminal=True), lambda: "board")
    assert waited == [1.0]
