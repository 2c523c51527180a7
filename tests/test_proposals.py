"""What desks propose comes out of the log once more, or late, or beside what others proposed."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from conftest import PATIENCE, START, ManualClock
from desks import desks
from wirewatch.alerts.alarms import SEVERITIES
from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.letter import Letter
from wirewatch.cluster.lead import Lead
from wirewatch.model import Alarm
from wirewatch.pipeline.acts import SettleAlarms
from wirewatch.states import AlarmKind
from wirewatch.store.alarms import Listeners, standing
from wirewatch.store.database import StoreUnavailableError


def test_an_alarm_that_has_ended_is_ended_again_by_nobody(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Two looks at the same alarm, as after a log that was slow, end it once and harm no desk."""
    alarm = Alarm(AlarmKind.SOURCE_SILENT, "source wires", "nothing comes")
    key = (alarm.kind, alarm.subject)
    listeners = Listeners(("desk",), SEVERITIES)
    with desks(tmp_path, clock, "astana", "brussels") as [one, other]:
        one.proposals.perform(SettleAlarms(START, (alarm,), listeners))
        over = SettleAlarms(START, (), listeners, (key,))
        assert one.proposals.perform(over) == 0
        assert other.proposals.perform(over) == 0
        assert not standing(one.store.db)


def test_what_was_performed_is_not_lost_with_its_confirmation(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that is performed while its confirmation is lost gives what it came to."""
    with desks(tmp_path, clock, "astana") as [desk]:
        plain, performed = desk.link.publish, threading.Event()
        desk.following.done.append(lambda _: performed.set())

        def unconfirmed(to: str, key: str, letters: Sequence[Letter], patience: float) -> None:
            plain(to, key, letters, patience)
            assert performed.wait(PATIENCE)
            raise BrokerUnavailableError("the connection was lost")

        monkeypatch.setattr(desk.link, "publish", unconfirmed)
        assert desk.proposals.perform(Lead(START, "astana", "i1", ("desk",))).epoch == 1


def test_what_was_not_published_is_not_remembered(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the broker is away, the entry that may come back yet is not forgotten for it."""
    with desks(tmp_path, clock, "astana") as [desk]:
        desk.broker.down = True
        for name, value in (("connected", False), ("blocked", "disk")):
            monkeypatch.setattr(desk.link, name, value)
            with pytest.raises(StoreUnavailableError):
                desk.proposals.perform(Lead(START, "astana", "i1", ("desk",)))
        assert not desk.proposals._given_up
