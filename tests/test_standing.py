"""How a cluster stands: what is told as not well, and what not."""

import pytest

from wirewatch.broker.topology import Settings
from wirewatch.cluster.account import (
    Account,
    Follows,
    Question,
    read_account,
    read_question,
    written_account,
    written_question,
)
from wirewatch.cluster.depths import Depth
from wirewatch.cluster.entry import EntryError
from wirewatch.cluster.standing import Standing
from wirewatch.states import Role
from wirewatch.store.desks import Leading

SETTINGS = Settings()
LEADING = Leading(3, "astana", "i1", "2026-03-02T12:00:00Z")


def desk(name: str, *, leads: bool = False, rules: str = "r1", position: int = 9) -> Account:
    """Make what a desk says."""
    follows = Follows(position, "d", 0.1, leads, LEADING, ("astana", "brussels"))
    return Account(name, Role.DESK, f"process of {name}", "1.0", rules, 0, "", follows)


ASTANA, BRUSSELS = desk("astana", leads=True), desk("brussels")
TWIN = BRUSSELS._replace(process="another of that name")
WORKER = Account("almaty", Role.WORKER, "p", "1.0", "r1", 5)
QUEUES = {
    SETTINGS.arrivals: Depth(7, 1),
    SETTINGS.failed: Depth(0, 1),
    SETTINGS.desk("astana"): Depth(0, 1),
    SETTINGS.desk("brussels"): Depth(0, 1),
}
SAME = {"astana": "d", "brussels": "d"}
WELL = Standing(QUEUES, [WORKER, ASTANA, BRUSSELS], 9, SAME)


def test_a_cluster_that_is_well_has_no_faults() -> None:
    """Arrivals that wait for workers at work, and desks that are abreast, are nothing amiss."""
    assert WELL.faults(SETTINGS) == []
    assert WELL._replace(measured=SAME).faults(SETTINGS) == []
    assert WELL.agree
    assert WELL.leading == LEADING


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (WELL._replace(accounts=[WORKER]), "no desk answers"),
        (WELL._replace(accounts=[WORKER, BRUSSELS]), "nobody sends: astana leads since"),
        (WELL._replace(accounts=[desk("astana"), BRUSSELS]), "nobody sends: astana was started"),
        (WELL._replace(digests={"astana": "d", "brussels": "e"}), "the desks disagree"),
        (WELL._replace(digests={"astana": "d", "brussels": ""}), "not known at position 9: brussels"),
        (WELL._replace(measured={"astana": "d", "brussels": "e"}), "hold different rows"),
        (WELL._replace(measured={"astana": "d", "brussels": ""}), "in time of: brussels"),
        (WELL._replace(at=0, accounts=[ASTANA, desk("oslo", position=0)]), "performed yet by: oslo"),
        (WELL._replace(accounts=[ASTANA, BRUSSELS, TWIN]), "2 desks are named brussels"),
        (WELL._replace(accounts=[ASTANA, desk("brussels", rules="r2")]), "rules differ"),
        (WELL._replace(accounts=[ASTANA, BRUSSELS, WORKER._replace(program="2")]), "programs differ"),
        (WELL._replace(queues={SETTINGS.failed: Depth(2, 0)}), "2 arrivals that ended workers"),
        (WELL._replace(queues={SETTINGS.unreadable: Depth(1, 0)}), "1 letters that are no arrivals"),
        (WELL._replace(queues={SETTINGS.arrivals: Depth(4, 0)}), "nobody takes from wirewatch.arriv"),
        (WELL._replace(accounts=[ASTANA]), "the desk brussels does not answer, and 0 entries"),
        (
            WELL._replace(queues=QUEUES | {SETTINGS.cut("brussels"): Depth(1, 0)}),
            "entries for the desk brussels were cut off",
        ),
        (
            WELL._replace(accounts=[ASTANA, BRUSSELS, WORKER._replace(trouble="it is full")]),
            "worker almaty: it is full",
        ),
    ],
)  # fmt: skip
def test_what_is_not_well_is_told(standing: Standing, said: str) -> None:
    """Each thing that is amiss has its sentence."""
    assert [one for one in standing.faults(SETTINGS) if said in one], standing.faults(SETTINGS)


def test_a_desk_that_was_forgotten_is_not_missed() -> None:
    """Who once had the lead, and has no queue any more, is no desk of the cluster."""
    queues = {name: queue for name, queue in QUEUES.items() if "brussels" not in name}
    assert Standing(queues, [WORKER, ASTANA], 9, {"astana": "d"}).faults(SETTINGS) == []


def test_an_intake_may_have_no_rules() -> None:
    """What an intake has of rules decides nothing."""
    intake = Account("kiosk", Role.INTAKE, "p", "1.0", "other", 5)
    assert WELL._replace(accounts=[intake, ASTANA, BRUSSELS]).faults(SETTINGS) == []


def test_questions_and_accounts_come_as_they_went() -> None:
    """What is asked and said is read as it was written; what is no such thing is refused."""
    assert read_account(written_account(ASTANA)) == ASTANA
    assert read_account(written_account(WORKER)) == WORKER
    question = Question(3, "e", "m")
    assert read_question(written_question(question)) == question
    for read in (read_account, read_question):
        with pytest.raises(EntryError, match="one version"):
            read(b'{"what": 1}')
