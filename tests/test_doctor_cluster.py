"""The doctor and a cluster's broker: what its nodes tell of themselves and of queues."""

from pathlib import Path
from typing import Any

import pytest

from conftest import Answer, Receiver, Site
from test_doctor import Sound, Told
from wirewatch.broker.access import BrokerError
from wirewatch.broker.management import asked
from wirewatch.broker.topology import Kind, Queue, Settings, of_desk
from wirewatch.diagnosis import examine
from wirewatch.diagnosis.machine import Machine
from wirewatch.diagnosis.patient import patient_of
from wirewatch.states import Verdict
from wirewatch.tables import ClusterTable

TABLE = ClusterTable()
SETTINGS = Settings(arrivals_bytes=TABLE.arrivals, desk_bytes=TABLE.desk)
NODES = ["n0", "n1", "n2"]


def kept() -> dict[str, dict[str, Any]]:
    """Give the queues of a cluster that is well, as the broker tells of them."""
    declared = of_desk(SETTINGS, "astana")
    return {
        one.name: {
            "name": one.name, "type": "quorum", "arguments": dict(one.arguments),
            "members": NODES, "online": NODES, "policy": None, "effective_policy_definition": {},
        }
        for one in declared
        if isinstance(one, Queue) and one.kind is Kind.QUORUM
    }  # fmt: skip


class Managed(Sound):
    """A machine whose broker tells what it is told to."""

    def __init__(self, said: Any, unreached: str = "") -> None:
        super().__init__()
        self._said = said
        self._unreached = unreached

    def managed(self, table: ClusterTable, path: str) -> Any:
        """Give what a node says."""
        assert table.management
        if isinstance(self._said, BrokerError):
            raise self._said
        return self._said.get(path, [])

    def reaches(self, host: str, port: int) -> str:
        """Say what is in the way."""
        return self._unreached if (host, port) == ("127.0.0.1", 5672) else ""


def node(**otherwise: Any) -> dict[str, Any]:
    """Give what a node says of itself."""
    sound = {"running": True, "mem_alarm": False, "disk_free_alarm": False, "partitions": []}
    return {"name": "n0", **sound, **otherwise}


def ask(site: Site, name: str, machine: Sound, *, network: bool = True) -> Told:
    """Give what one check says of a machine of a cluster."""
    patient = patient_of(site.config, machine, network=network)
    return Told([finding for check, finding in examine(patient) if check.name == name])


@pytest.fixture
def member(site: Site, receiver: Receiver) -> Site:
    """Give a machine of a cluster."""
    cluster = '[cluster]\naddresses = ["127.0.0.1:5672"]\nmanagement = ["http://127.0.0.1:15672"]\n'
    site.write(f"json://{receiver.host}/hook", cluster)
    return site


def test_a_broker_that_is_well_is_well(member: Site) -> None:
    """Nodes that answer and have room, and queues as they should be, need nothing."""
    machine = Managed({"nodes": [node()], "queues/%2F": list(kept().values())})
    for name, said in (("broker", "answers"), ("nodes", "1 nodes are up"), ("queues", "7 queues")):
        told = ask(member, name, machine)
        assert told.verdict is Verdict.WELL, told.text
        assert said in told.text
        assert "--network" in ask(member, name, machine, network=False).text


@pytest.mark.parametrize(
    ("said", "verdict", "words"),
    [
        (node(running=False), Verdict.FAULT, "n0 is down"),
        (node(mem_alarm=True), Verdict.FAULT, "out of memory"),
        (node(disk_free_alarm=True), Verdict.FAULT, "out of disk"),
        (node(partitions=["n2"]), Verdict.FAULT, "cut off from n2"),
    ],
)
def test_what_is_wrong_with_nodes_is_found(
    member: Site, said: dict[str, Any], verdict: Verdict, words: str
) -> None:
    """A node that is down, without room or cut off is a fault, with its remedy."""
    told = ask(member, "nodes", Managed({"nodes": [said]}))
    assert told.verdict is verdict
    assert words in told.text


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({"type": "classic"}, Verdict.FAULT, "is a classic queue"),
        ({"arguments": {}}, Verdict.FAULT, "x-delivery-limit is None, not 5"),
        ({"members": NODES[:1]}, Verdict.WARNING, "lies on 1 of 3 nodes"),
        ({"online": NODES[:2]}, Verdict.WARNING, "not kept up on n2"),
        (
            {"policy": "ttl", "effective_policy_definition": {"message-ttl": 1}},
            Verdict.WARNING,
            "the policy ttl sets message-ttl",
        ),
        ({"operator_policy": "most"}, Verdict.WARNING, "the operator policy most sets"),
    ],
)
def test_what_is_wrong_with_queues_is_found(
    member: Site, change: dict[str, Any], verdict: Verdict, words: str
) -> None:
    """A queue of another kind, with other arguments, too few copies or a policy is told."""
    queues = kept()
    queues[SETTINGS.arrivals] |= change
    told = ask(member, "queues", Managed({"queues/%2F": list(queues.values())}))
    assert told.verdict is verdict, told.text
    assert words in told.text
    assert len(told.findings) == 1


def test_queues_that_are_not_there_yet_are_made(member: Site) -> None:
    """Before the first start there is nothing, which is well."""
    told = ask(member, "queues", Managed({"queues/%2F": []}))
    assert told.verdict is Verdict.WELL
    assert "made when a worker or a desk starts: wirewatch.arrivals" in told.text


def test_a_broker_that_tells_nothing_is_found(member: Site) -> None:
    """Who does not answer, or lets us not in, is named."""
    for name in ("nodes", "queues"):
        assert "n0: refused" in ask(member, name, Managed(BrokerError("n0: refused"))).text
    told = ask(member, "broker", Managed({}, "no route"))
    assert told.verdict is Verdict.FAULT
    assert "127.0.0.1:5672 cannot be reached: no route" in told.text


def test_what_is_missing_here_is_found(site: Site) -> None:
    """Without the library, or with certificates that cannot be read, no broker helps."""
    table = '[cluster]\naddresses = ["127.0.0.1:5672"]\nca = "/nowhere/ca.pem"\n'
    site.write("json://127.0.0.1/hook", table + "tls = true\n")
    told = ask(site, "broker", Sound(missing=("aio_pika",)), network=False)
    assert told.verdict is Verdict.FAULT
    assert "pip install 'wirewatch[cluster]'" in told.text
    assert "the certificates cannot be used" in told.text
    with pytest.raises(BrokerError, match=r"ca\.pem cannot be used"):
        Machine().managed(ClusterTable(ca=Path("/nowhere/ca.pem")), "nodes")


def test_nodes_are_asked_in_turn(receiver: Receiver, closed_port: int) -> None:
    """One that does not answer is passed by; when none does, each is named with its reason."""
    dead, alive = f"http://127.0.0.1:{closed_port}", f"http://{receiver.host}"
    receiver.answers["/api/nodes"] = Answer(401)
    with pytest.raises(BrokerError, match=r"refused; .*user 'me' may not ask: .*right password"):
        asked([dead, alive], "nodes", ("me", "secret"))
