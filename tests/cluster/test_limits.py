"""At its limits a cluster waits, says so, and loses nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster.conftest import until
from cluster.control import control
from cluster.limits_house import SmallHouse, small_house
from wirewatch.broker.local import LocalBroker
from wirewatch.broker.topology import Settings

_FILES = 60
_MANY = 500
_SMALL = 200_000  # bytes, of which each of many files takes some 1,600
_LARGE = 1_000_000_000
_ALARMS = {
    "memory": tuple(
        ("set_vm_memory_high_watermark", "absolute", size) for size in ("1MB", "512MB")
    ),
    "disk": tuple(("set_disk_free_limit", size) for size in ("1000000GB", "50MB")),
}


@dataclass
class Alarm:
    """A broker with a node that has no room left, of one kind or the other."""

    broker: LocalBroker
    ends: Callable[[], None]


@pytest.fixture(params=["memory", "disk"])
def alarm(broker: LocalBroker, request: pytest.FixtureRequest) -> Iterator[Alarm]:
    """Give the broker with a node that has no room left; afterwards it has."""
    begins, ends = _ALARMS[request.param]
    control(broker, *begins)
    alarm = Alarm(broker, lambda: control(broker, *ends))
    yield alarm
    alarm.ends()


def settings(test: str, *, arrivals: int = _LARGE, desk: int = _LARGE) -> Settings:
    """Give queues of a test's own."""
    return Settings(test, arrivals_bytes=arrivals, desk_bytes=desk)


def is_waiting(house: SmallHouse) -> bool:
    """Tell whether the intake says that nothing can be handed over."""
    intake = house.member("intake")
    return "not-handed-over" in intake.log and intake.ready()[0] == 503


def test_files_wait_while_the_broker_has_no_room(tmp_path: Path, alarm: Alarm) -> None:
    """Files stay in the inbox, the intake says why, and goes on when there is room again."""
    with small_house(tmp_path, alarm.broker, settings("room"), "desk0") as house:
        house.start("desk0", "intake")
        house.deliver(range(_FILES))
        assert until(lambda: "broker-blocked" in house.member("intake").log)
        assert until(lambda: is_waiting(house))
        assert "the broker takes nothing" in house.member("intake").ready()[1]
        assert house.lies_in(house.settings.arrivals) == 0
        assert len(list(house.inbox.iterdir())) == _FILES
        alarm.ends()
        house.start("worker")
        assert house.has_all("desk0", _FILES)
        assert until(lambda: not list(house.inbox.iterdir()))
        assert until(lambda: house.member("intake").ready()[0] == 200)


def test_files_wait_while_too_much_waits_for_workers(tmp_path: Path, broker: LocalBroker) -> None:
    """A full queue of work takes no more; what it refuses stays in the inbox, till it is taken."""
    with small_house(tmp_path, broker, settings("full", arrivals=_SMALL), "desk0") as house:
        house.start("desk0", "intake")
        house.deliver(range(_MANY))
        assert until(lambda: is_waiting(house))
        assert list(house.inbox.iterdir())
        house.start("worker")
        assert house.has_all("desk0", _MANY)
        assert until(lambda: not list(house.inbox.iterdir()))
        assert until(lambda: house.member("intake").ready()[0] == 200)


def test_the_queue_of_a_desk_that_is_away_too_long_is_cut(
    tmp_path: Path, broker: LocalBroker
) -> None:
    """A letter says that it was cut; the other desk has all."""
    queues = settings("cut", desk=_SMALL)
    with small_house(tmp_path, broker, queues, "desk0", "desk1") as house:
        house.start("desk0", "worker", "intake")
        house.deliver(range(_MANY))
        assert house.has_all("desk0", _MANY)
        assert until(lambda: house.lies_in(queues.cut("desk1")) == 1)
        assert house.lies_in(queues.cut("desk0")) == 0


def test_arrivals_wait_while_all_workers_are_away(tmp_path: Path, broker: LocalBroker) -> None:
    """They are handed over and archived, and taken up when a worker comes."""
    with small_house(tmp_path, broker, settings("away"), "desk0") as house:
        house.start("desk0", "intake")
        house.deliver(range(_FILES))
        assert until(lambda: house.lies_in(house.settings.arrivals) == _FILES)
        assert until(lambda: not list(house.inbox.iterdir()))
        assert house.member("intake").ready()[0] == 200
        house.start("worker")
        assert house.has_all("desk0", _FILES)


def test_a_dead_receiver_holds_up_no_article(tmp_path: Path, broker: LocalBroker) -> None:
    """While nobody can be told, articles come in at both desks, and alerts wait."""
    with small_house(tmp_path, broker, settings("dead"), "desk0", "desk1") as house:
        house.start("desk0", "desk1", "worker", "intake")
        for first in (0, _FILES):
            house.deliver(range(first, first + _FILES))
            assert house.has_all("desk0", first + _FILES)
            assert house.has_all("desk1", first + _FILES)
        waits = "SELECT count(*) FROM deliveries WHERE state != 'sent'"
        tried = "SELECT count(*) FROM attempts"
        for desk in ("desk0", "desk1"):
            assert house.member(desk).number(waits) == 2 * _FILES
            assert until(lambda desk=desk: house.member(desk).number(tried) > 0)  # type: ignore[misc]
