"""Queues of a cluster: are they kept as all machines rely on?"""

from collections.abc import Iterator, Mapping
from typing import Any

from wirewatch.broker.topology import Kind, Queue, Settings, of_joining, of_worker
from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.management import managed
from wirewatch.diagnosis.patient import Patient
from wirewatch.tables import ClusterTable


def check(patient: Patient) -> Iterator[Finding]:
    """Hold each queue against what it should be, if there is somebody to ask."""
    yield from managed(patient, "queues/{vhost}", _judged)


def _judged(table: ClusterTable, said: list[dict[str, Any]]) -> Iterator[Finding]:
    """Say how the queues are."""
    there = {queue["name"]: queue for queue in said}
    wanted = _wanted(table, there)
    missing = sorted(wanted.keys() - there.keys())
    found = [one for name in wanted.keys() & there.keys() for one in _faults(wanted[name], there)]
    yield from sorted(found)
    if missing:
        yield well(f"made when a worker or a desk starts: {', '.join(missing)}")
    elif not found:
        yield well(f"{len(wanted)} queues are as they should be")


def _wanted(table: ClusterTable, there: Mapping[str, Any]) -> dict[str, Queue]:
    """Give all kept queues as they should be, those of every desk that has one too."""
    settings = Settings(table.prefix, table.replicas, table.tries, table.arrivals, table.desk)
    start = settings.desk("")
    desks = [name.removeprefix(start) for name in there if name.startswith(start)]
    declared = [one for name in desks for one in of_joining(settings, name)]
    queues = [one for one in (*of_worker(settings), *declared) if isinstance(one, Queue)]
    return {one.name: one for one in queues if one.kind is Kind.QUORUM}


def _faults(wanted: Queue, there: Mapping[str, Any]) -> Iterator[Finding]:
    """Say what of one queue is not as it should be."""
    name, queue = wanted.name, there[wanted.name]
    again = "stop all that use it, delete it once it is empty, and start: it is made anew"
    if queue.get("type") != "quorum":
        yield fault(f"{name} is a {queue.get('type')} queue, kept on one node only", again)
        return
    has = queue.get("arguments", {})
    other = sorted(key for key, value in wanted.arguments.items() if has.get(key) != value)
    if other:
        said = ", ".join(f"{key} is {has.get(key)}, not {wanted.arguments[key]}" for key in other)
        yield fault(f"{name}: {said}", f"configure all machines alike; or {again}")
    members, online = queue.get("members", []), queue.get("online", [])
    copies = int(wanted.arguments["x-quorum-initial-group-size"])
    if len(members) < copies:
        said = f"{name} lies on {len(members)} of {copies} nodes"
        yield warning(said, f'rabbitmq-queues grow NODE all --queue-pattern "^{name}$"')
    if down := sorted(set(members) - set(online)):
        yield warning(f"{name} is not kept up on {', '.join(down)}", "start these nodes")
    for kind in ("policy", "operator_policy"):
        if policy := queue.get(kind):
            keys = ", ".join(queue.get("effective_policy_definition") or {})
            said = f"{name}: the {kind.replace('_', ' ')} {policy} sets {keys or 'something'}"
            yield warning(said, f"leave {name} out of its pattern: rabbitmqctl list_policies")
