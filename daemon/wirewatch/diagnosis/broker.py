"""The broker of a cluster: are its nodes reached, and do they have room?"""

from collections.abc import Iterator
from typing import Any

from wirewatch.broker.client import EXTRA, LIBRARY
from wirewatch.brokerage import encryption_of
from wirewatch.diagnosis.finding import Finding, fault, well
from wirewatch.diagnosis.management import managed
from wirewatch.diagnosis.patient import Patient
from wirewatch.errors import ConfigError
from wirewatch.tables import ClusterTable

_ALARMS = {"mem_alarm": "memory", "disk_free_alarm": "disk"}
_UNTOLD = "whether a minority pauses that is cut off, `rabbitmqctl environment` tells"


def check(patient: Patient) -> Iterator[Finding]:
    """Knock at each node, if the network may be used."""
    table = patient.config.cluster if patient.config else None
    if table is None or not table.addresses:
        yield well("no cluster is set up")
        return
    yield from _of_this_machine(patient)
    if not patient.network:
        yield well(f"{len(table.addresses)} nodes, not tried: wirewatch doctor --network")
        return
    for address in table.addresses:
        host, _, port = address.rpartition(":")
        problem = patient.machine.reaches(host.strip("[]"), int(port))
        if problem:
            remedy = "check address and firewall, and start it: systemctl start rabbitmq-server"
            yield fault(f"{address} cannot be reached: {problem}", remedy)
        else:
            yield well(f"{address} answers")


def _of_this_machine(patient: Patient) -> Iterator[Finding]:
    """Say what is missing here to speak with a broker at all."""
    if not patient.machine.is_installed(LIBRARY):
        remedy = f"pip install 'wirewatch[{EXTRA}]'; in /opt: EXTRAS={EXTRA},documents make install"
        yield fault("what speaks with the broker is not installed", remedy)
    if patient.config:
        try:
            encryption_of(patient.config)
        except ConfigError as error:
            for one in error.faults:
                yield fault(one.problem, one.remedy)


def nodes(patient: Patient) -> Iterator[Finding]:
    """Ask how the nodes are, if there is somebody to ask."""
    yield from managed(patient, "nodes", _judged)


def _judged(_table: ClusterTable, said: list[dict[str, Any]]) -> Iterator[Finding]:
    """Say how the nodes are."""
    found = [finding for node in said for finding in _of_node(node)]
    yield from found or [well(f"{len(said)} nodes are up and have room; {_UNTOLD}")]


def _of_node(node: dict[str, Any]) -> Iterator[Finding]:
    """Say what is wrong with one node."""
    name = node["name"]
    if not node.get("running"):
        yield fault(f"{name} is down", "start it; another loss may stop the cluster")
    for key, what in _ALARMS.items():
        if node.get(key):
            remedy = f"make room there: while its {what} is short the broker takes nothing"
            yield fault(f"{name} is out of {what}", remedy)
    if node.get("partitions"):
        said = f"{name} was cut off from {', '.join(node['partitions'])} and does not join again"
        remedy = "start it anew, and set cluster_partition_handling = pause_minority"
        yield fault(said, remedy)
