"""A cluster is looked at: who answers, do desks agree, and what do they hold at one place?"""

import time
from pathlib import Path

from conftest import PATIENCE, START, ManualClock, told
from desks import SETTINGS, Desk, come_to, desks
from wirewatch.broker.letter import Letter
from wirewatch.cluster.entry import entry_of, written
from wirewatch.cluster.join import Join
from wirewatch.cluster.joining import forget
from wirewatch.cluster.lead import Lead
from wirewatch.cluster.measure import Measure
from wirewatch.cluster.survey import Survey
from wirewatch.pipeline.acts import Accept
from wirewatch.store.stories import Telling


def survey(desk: Desk) -> Survey:
    """Make what looks at the cluster of a desk, with no pauses."""
    return Survey(desk.link, SETTINGS, lambda _: None)


def take_in(desk: Desk, *paths: str) -> None:
    """Let the log say that files were taken in, in one go."""
    entries = [
        entry_of(Accept(START, (told(path, f"{path} spoke."),), Telling())) for path in paths
    ]
    letters = [Letter(one.id, one.kind, written(one)) for one in entries]
    desk.link.publish("", SETTINGS.log, letters, 1)


def test_desks_that_hold_the_same_agree(tmp_path: Path, clock: ManualClock) -> None:
    """All answer; at the highest position that all have their digests are one."""
    with desks(tmp_path, clock, "astana", "brussels") as made:
        first, other = made
        lead = first.proposals.perform(Lead(START, "astana", first.election.instance, ("desk",)))
        take_in(first, "a", "b")
        for desk in made:
            come_to(desk, 3)
        found = survey(other).look()
        assert found.faults(SETTINGS) == []
        assert [one.name for one in found.accounts] == ["astana", "brussels"]
        assert (found.at, found.leading) == (3, lead)
        assert found.digests == dict.fromkeys(("astana", "brussels"), first.following.at.digest)
        assert found.desks["astana"].leads
        assert not found.desks["brussels"].leads
        assert found.queues[SETTINGS.desk("astana")].takers == 1


def test_a_desk_that_joined_is_missed(tmp_path: Path, clock: ManualClock) -> None:
    """One that never sent, and does not answer, is named; once it is forgotten it is not."""
    with desks(tmp_path, clock, "astana") as [desk]:
        desk.broker.bound[SETTINGS.desks].append(SETTINGS.desk("tokyo"))
        desk.proposals.perform(Join(START, "tokyo"))
        said = "the desk tokyo does not answer, and 1 entries wait for it"
        assert said in survey(desk).look().faults(SETTINGS)
        desk.broker.bound[SETTINGS.desks].remove(SETTINGS.desk("tokyo"))
        forget(desk.link, SETTINGS, "tokyo")
        assert not any("tokyo" in fault for fault in survey(desk).look().faults(SETTINGS))


def test_rows_are_measured_at_one_place_of_the_log(tmp_path: Path, clock: ManualClock) -> None:
    """Each desk digests what it holds where it was asked, whatever the log says after that."""
    with desks(tmp_path, clock, "astana", "brussels") as made:
        first, other = made
        take_in(first, "a", "b")
        for desk in made:
            come_to(desk, 2)
        before = first.digest()
        measured = survey(first).measure(survey(first).look(), clock, PATIENCE).measured
        assert measured == {"astana": before, "brussels": before}
        take_in(other, "c")
        come_to(other, 4)
        other.store.db.execute("UPDATE articles SET headline = 'changed' WHERE id = 1")
        found = survey(first).measure(survey(first).look(), clock, PATIENCE)
        assert found.agree is False
        assert found.digests["astana"] == found.digests["brussels"]


def test_what_comes_with_the_question_is_not_measured(tmp_path: Path, clock: ManualClock) -> None:
    """Entries that come together share a commit, but none with what follows a question."""
    with desks(tmp_path, clock, "astana", "brussels") as made:
        first, other = made
        acts = [Accept(START, (told(path, f"{path} spoke."),), Telling()) for path in "abc"]
        entries = [entry_of(one) for one in (acts[0], Measure(START, "q"), acts[1], acts[2])]
        letters = [Letter(one.id, one.kind, written(one)) for one in entries]
        first.link.publish("", SETTINGS.log, letters, 1)
        for desk in made:
            come_to(desk, 4)
        look = Survey(first.link, SETTINGS, lambda _: None)
        deadline = time.monotonic() + PATIENCE
        while not (first.measuring.found("q") and other.measuring.found("q")):
            assert time.monotonic() < deadline
            look.look()
        assert first.measuring.found("q") == other.measuring.found("q") != first.digest()
        assert first.digest() == other.digest()


def test_an_answer_that_never_comes_is_told(tmp_path: Path, clock: ManualClock) -> None:
    """A desk that does not digest its rows in time is named."""
    with desks(tmp_path, clock, "astana") as [desk]:
        desk.following.done.remove(desk.measuring.done)
        take_in(desk, "a")
        come_to(desk, 1)
        found = survey(desk).measure(survey(desk).look(), clock, 0.2)
        assert found.measured == {"astana": ""}
        assert [one for one in found.faults(SETTINGS) if "in time of: astana" in one]
