"""The checks in their order; docs/operations.md describes each, and a test holds both together."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from wirewatch.diagnosis import (
    broker,
    channels,
    clock,
    disk,
    engine,
    extras,
    folders,
    limits,
    lists,
    memory,
    process,
    queues,
    secrets,
    settings,
    store,
    unit,
    watching,
)
from wirewatch.diagnosis.finding import Finding
from wirewatch.diagnosis.patient import Patient


class Check(NamedTuple):
    """One thing that the doctor looks at; `run` says something of each sound configuration."""

    name: str
    looks_at: str
    run: Callable[[Patient], Iterator[Finding]]


CHECKS = (
    Check("configuration", "wirewatch.toml, rules, lists, channels and templates", settings.check),
    Check("inboxes", "may inboxes be read, emptied and archived", folders.check),
    Check("file-systems", "kinds of file systems of inboxes, archives and store", folders.kinds),
    Check("watching", "inotify's limits against the folders to be watched", watching.check),
    Check("store", "the store's folder, its rights, and what lies beside it", store.check),
    Check("secrets", "who may read files with secrets", secrets.check),
    Check("sqlite", "version, full text, the WAL-reset race", engine.check),
    Check("disk", "what is left for store and archives", disk.check),
    Check("memory", "what there is, against what may be taken", memory.check),
    Check("limits", "files that the daemon may open", limits.check),
    Check("clock", "is it kept right, is it sane, are time zones known", clock.check),
    Check("lists", "are the lists of names compiled", lists.check),
    Check("extras", "libraries that some formats take", extras.check),
    Check("daemon", "does one run", process.check),
    Check("unit", "does the systemd unit let it write what it has to", unit.check),
    Check("channels", "do names resolve and ports answer (with `--network` only)", channels.check),
    Check("broker", "do a cluster's nodes answer (with `--network` only)", broker.check),
    Check("nodes", "are they up, together, and have room (by `cluster.management`)", broker.nodes),
    Check("queues", "are they kept as they should be (by `cluster.management`)", queues.check),
)


def examine(patient: Patient) -> Iterator[tuple[Check, Finding]]:
    """Run every check, one after the other."""
    for check in CHECKS:
        for finding in check.run(patient):
            yield check, finding
