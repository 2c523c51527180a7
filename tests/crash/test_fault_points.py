"""The daemon is killed at named points between its commits."""

import threading

import pytest

from trials.receiver import Receipt
from trials.stories import Story
from trials.trial import Trial

_ROUNDS = 3

# What is to happen, and the faults of successive lives, the first of which waits for its n-th time.
_CASES = {
    "after a claim, before sending": ("claimed",),
    "a message about to be sent": ("sending",),
    "sent, not recorded": ("sent",),
    "sent, then killed in recovery before its commit": ("sent", "recovered:1"),
    "sent, then killed in recovery after its commit": ("sent", "after-commit:1"),
    "sent twice without a record": ("sent", "sent:1"),
    "committed, not disposed of": ("before-disposal",),
    "held, not compared": ("held",),
    "compared, not archived": ("archiving",),
    "half copied to another disk": ("copying",),
    "copied to another disk, not removed": ("copied",),
    "archived, not noted": ("archived",),
    "disposed of, not noted": ("disposed",),
    "held, then killed while given back": ("held", "giving-back:1"),
    "held, then killed when given back": ("held", "gave-back:1"),
}


@pytest.mark.fault(
    "killed between commits", "SIGKILL between claim, send, record; hold, copy, remove"
)
@pytest.mark.parametrize("case", _CASES)
def test_killed_between_commits(trial: Trial, case: str) -> None:
    """A kill between a commit and the act it stands for loses and doubles nothing."""
    first, *later = _CASES[case]
    for number in range(1, _ROUNDS + 1):
        trial.agency.one_each()
        daemon = trial.start(f"{first}:{number}")
        assert daemon.wait_ready()
        trial.agency.one_each()
        trial.agency.one_each()
        trial.killed(daemon, as_it_should=daemon.wait_killed())
        for fault in later:
            daemon = trial.start(fault)
            trial.killed(daemon, as_it_should=daemon.wait_killed())
    trial.finish(case)
    assert trial.verdict() == ""


@pytest.mark.fault(
    "killed, then refused", "SIGKILL after sending; the phone refuses the repeat once"
)
def test_repeat_that_is_refused_once_stays_marked(trial: Trial) -> None:
    """A message that may be a repeat says so however often it takes to send it again."""
    trial.agency.one_each()
    daemon = trial.start("sent:1")
    trial.killed(daemon, as_it_should=daemon.wait_killed())
    refused: list[Receipt] = []

    def refuses(receipt: Receipt) -> bool:
        if receipt.marked and not refused:
            refused.append(receipt)
            return True
        return False

    trial.receiver.refuses = refuses
    trial.finish("sent, not recorded, then refused once")
    assert refused
    assert trial.verdict() == ""


@pytest.mark.fault("killed, then stopped", "SIGKILL after sending; SIGTERM before the repeat went")
def test_repeat_that_waits_through_a_stop_stays_marked(trial: Trial) -> None:
    """A message that may be a repeat says so after an orderly stop before it went out again."""
    first, second = _deliver_two_messages_for_one_channel(trial)
    config = trial.site.config  # gathered, the repeat would wait behind no other
    config.write_text(config.read_text().replace('gather_after = "200ms"', 'gather_after = "1h"'))
    daemon = trial.start("sent:2")  # the first is refused, the second received and not recorded
    trial.killed(daemon, as_it_should=daemon.wait_killed())
    assert len(trial.receiver.receipts) == 1
    reached, stopping = threading.Event(), threading.Event()

    def keeps_waiting(_: Receipt) -> bool:
        if not reached.is_set():
            reached.set()
            stopping.wait(10)
            threading.Event().wait(2)  # until the daemon has told its lanes to end
        return False

    trial.receiver.refuses = keeps_waiting
    daemon = trial.start()
    assert reached.wait(20)
    daemon.ask_to_stop()
    stopping.set()
    assert daemon.stop() == 0
    assert len(trial.receiver.receipts) == 2, "the repeat was to wait behind the other message"
    trial.finish("sent, not recorded, then stopped in order")
    assert {r.token for r in trial.receiver.receipts} == {first.token, second.token}
    assert trial.verdict() == ""


def _deliver_two_messages_for_one_channel(trial: Trial) -> tuple[Story, Story]:
    """Deliver two stories that tell one channel once each; the phone refuses the first message."""
    made = [trial.agency.story() for _ in range(7)]
    pair = made[0], made[6]
    assert all(len(story.alerts) == 1 for story in pair)
    for story in pair:
        trial.agency.rename_in("left", story)
    refused: list[Receipt] = []

    def refuses_the_first(receipt: Receipt) -> bool:
        refused.append(receipt)
        return len(refused) == 1

    trial.receiver.refuses = refuses_the_first
    return pair


@pytest.mark.fault(
    "killed while a long name is held", "SIGKILL during disposal, names of 255 bytes"
)
@pytest.mark.parametrize("inbox", ["moved", "other-disk", "cleared"])
@pytest.mark.parametrize("name", ["n" * 250 + ".txt", "ө" * 125 + ".txt"], ids=["ascii", "kazakh"])
def test_killed_while_a_long_name_is_held(trial: Trial, name: str, inbox: str) -> None:
    """A file whose name is as long as the system takes is disposed of, and found after a kill."""
    trial.agency.rename_in(inbox, trial.agency.story(), name)
    daemon = trial.start("held:1")
    trial.killed(daemon, as_it_should=daemon.wait_killed())
    trial.finish(f"held under a long name, {inbox}")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "killed, then a newer file", "SIGKILL during disposal, another file of that name"
)
@pytest.mark.parametrize("inbox", ["moved", "other-disk", "cleared"])
def test_newer_file_comes_while_the_older_is_held(trial: Trial, inbox: str) -> None:
    """A file that comes under a name whose older file is held by a dead daemon spoils neither."""
    name = trial.agency.rename_in(inbox, trial.agency.story())
    daemon = trial.start("held:1")
    trial.killed(daemon, as_it_should=daemon.wait_killed())
    trial.agency.rename_in(inbox, trial.agency.story(), name)
    trial.finish(f"newer file while the older is held, {inbox}")
    under_another_name = (".returned", f"{name} is archived", f"{name} is deleted")
    wrong = [fault for fault in trial.wrong if not any(w in fault for w in under_another_name)]
    assert wrong == []
