"""What desks propose comes out of the log once more, or late, or beside what others proposed."""

from pathlib import Path

from conftest import START, ManualClock
from desks import desks
from wirewatch.alerts.alarms import SEVERITIES
from wirewatch.model import Alarm
from wirewatch.pipeline.acts import SettleAlarms
from wirewatch.states import AlarmKind
from wirewatch.store.alarms import Listeners, standing


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
