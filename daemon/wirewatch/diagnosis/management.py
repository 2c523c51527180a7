"""What the doctor asks the broker's management about, where that is wanted and possible."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from wirewatch.broker.access import BrokerError
from wirewatch.diagnosis.finding import Finding, fault, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.tables import ClusterTable

Judge = Callable[[ClusterTable, Any], Iterator[Finding]]
"""Says what is to be said of an answer."""


def managed(patient: Patient, path: str, judge: Judge) -> Iterator[Finding]:
    """Ask for what lies at a path, in which `{vhost}` stands for the cluster's own; judge it."""
    table = patient.config.cluster if patient.config else None
    if table is None or not table.management:
        yield well("not looked at: cluster.management is not set")
        return
    if not patient.network:
        yield well("not asked: wirewatch doctor --network")
        return
    try:
        said = patient.machine.managed(table, path.format(vhost=quote(table.vhost, safe="")))
    except BrokerError as error:
        yield fault(str(error), "check cluster.management, and enable rabbitmq_management there")
    else:
        yield from judge(table, said)
