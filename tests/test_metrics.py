"""The figures for operators: complete from the start, true, bounded, and cheap to ask for."""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from conftest import START, ManualClock, Site, told
from test_docs import page, rows, section
from wirewatch.cluster.account import Account, Follows
from wirewatch.cluster.depths import Depth
from wirewatch.cluster.metrics import CLUSTER, Sighting
from wirewatch.intake.hints import Hint
from wirewatch.intake.hints import Kind as HintKind
from wirewatch.intake.watcher import Watcher
from wirewatch.model import Alarm, Attempt, JobRun
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.families import FAMILIES, Family, Kind, read
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pipeline.parts import PARTS
from wirewatch.pipeline.patience import Patience
from wirewatch.pipeline.running import Running, patience
from wirewatch.pipeline.vitals import VITALS
from wirewatch.pulse import Pulses
from wirewatch.rules.matcher import Matcher
from wirewatch.states import (
    AlarmKind,
    DeliveryReason,
    DeliveryState,
    FileReason,
    FileState,
    Role,
    Severity,
)
from wirewatch.store.accept import accept
from wirewatch.store.alarms import Listeners, settle
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.desks import Leading
from wirewatch.store.outbox import record
from wirewatch.web.figures import READABLE, FiguresPages, StoreFigures
from wirewatch.web.visit import Answer, Request, answer

OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
EVERY: tuple[Family[Any], ...] = (*VITALS, *PARTS, READABLE, *FAMILIES, *CLUSTER)
ACCOUNT = Account(
    "astana",
    Role.DESK,
    "p",
    "1",
    "r",
    7,
    follows=Follows(12, "d", 0.5, leads=True, leading=Leading(3, "astana", "p", "")),
)
JOBS = (JobRun("rescan", START, 2500.0, "", START), JobRun("alarms", START, 1.0, "ValueError"))


@dataclass
class Panel:
    """A daemon that does not run, and what operators read of it."""

    store: Store
    site: Site
    clock: ManualClock
    moment: float = 1000.0
    stuck: tuple[Any, str] | None = None
    account: Account = ACCOUNT
    pulses: Pulses = field(init=False)

    def __post_init__(self) -> None:
        self.pulses = Pulses(patience(20.0), lambda: self.moment)
        inboxes = {"wires": Inbox("wires", self.site.inbox)}
        self.arrivals = Arrivals(
            inboxes, Examiner(Matcher([], {}), self.clock), self.clock, self.pulses
        )
        channels: dict[str, Any] = {"desk": None, "night": None}
        self.deliveries = Deliveries(
            self.store.sibling(), channels, Patience(), self.clock, self.pulses
        )
        self.watcher = Watcher([], self.arrivals.hints.put)
        self.running = Running(
            self.arrivals,
            self.deliveries,
            self.watcher,
            self.store.writing,
            self.pulses,
            lambda: self.stuck,
            START,
            3,
            "0123456789abcdef",
            started=True,
            monotonic=lambda: self.moment,
        )
        self.arrivals.listed.add("wires")
        names = (inboxes, channels)
        of_store = StoreFigures(self.store.sibling(), self.clock, lambda: names, lambda: JOBS)
        self.pages = FiguresPages(
            self.running,
            lambda: read(PARTS, self.running),
            of_store,
            lambda: read(CLUSTER, Sighting(self.account, {"wirewatch.log": Depth(3, 1)})),
        )

    def ask(self, path: str, accept: str = "") -> Answer:
        """Ask for a page."""
        headers = {"accept": accept} if accept else {}
        return answer(self.pages.routes, Request("GET", path, headers))

    def samples(self) -> dict[str, float]:
        """Give all samples by name and labels, as the plain format writes them."""
        lines = self.ask("/metrics").body.decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


@pytest.fixture
def panel(store: Store, site: Site, clock: ManualClock) -> Iterator[Panel]:
    made = Panel(store, site, clock)
    store.writing.last = made.moment
    yield made
    made.arrivals.stop()


def exposed(name: str, panel: Panel) -> dict[str, float]:
    """Give the samples of one metric."""
    return {key: value for key, value in panel.samples().items() if key.split("{")[0] == name}


def test_every_metric_is_exposed_and_in_the_docs(panel: Panel) -> None:
    """What is exposed is what docs/operations.md lists, with kind, labels and meaning."""
    families = {one.name: one for one in plain(panel.ask("/metrics").body.decode())}
    table = [row for row in rows(section(page("operations.md"), "Metrics")) if row[0][0] == "`"]
    documented = {name for row in table for name in re.findall(r"`(\w+)`", row[0])}
    names = {f"{name}_total" if one.type == "counter" else name for name, one in families.items()}
    assert names == documented
    for family in EVERY:
        [row] = [row for row in table if row[0] == f"`{family.name}`"]
        labels = ", ".join(f"`{label}`" for label in family.labels)
        assert row[1:] == [family.kind, labels, family.help]


@pytest.mark.parametrize("family", EVERY, ids=lambda family: family.name)
def test_names_follow_the_conventions(family: Family[Any]) -> None:
    """Prefix, base units and `_total` are as https://prometheus.io/docs/practices/naming has them.

    No label is one that Prometheus gives to all that it reads.
    """
    assert not {"job", "instance"} & set(family.labels)
    assert re.fullmatch(r"wirewatch_[a-z_]+[a-z]", family.name)
    assert family.name.endswith("_total") == (family.kind is Kind.COUNTER)
    assert not re.search(r"_(ms|millis|kb|mb|minutes|hours|percent|count|sum|bucket)$", family.name)
    assert (family.kind is not Kind.HISTOGRAM) or family.name.endswith("_seconds")
    assert all(re.fullmatch(r"[a-z_]+", label) for label in family.labels)


@pytest.mark.parametrize(
    ("words", "name", "label"),
    [
        (FileState, "wirewatch_ledger_files", "state"),
        (FileReason, "wirewatch_ledger_files", "reason"),
        (FileState, "wirewatch_files_total", "state"),
        (DeliveryState, "wirewatch_outbox_deliveries", "state"),
        (DeliveryReason, "wirewatch_outbox_deliveries", "reason"),
        (DeliveryReason, "wirewatch_deliveries_total", "reason"),
        (Severity, "wirewatch_alerts_total", "severity"),
        (Severity, "wirewatch_matches_total", "severity"),
        (AlarmKind, "wirewatch_alarms", "kind"),
    ],
)
def test_every_state_and_reason_is_there_from_the_start(
    panel: Panel, words: Any, name: str, label: str
) -> None:
    """Before anything has come, each state, reason, severity and kind of alarm stands at 0."""
    samples = exposed(name, panel)
    assert set(samples.values()) == {0}
    for word in words:
        assert any(f'{label}="{word.value}"' in key for key in samples), word


def told_once(panel: Panel, *, ok: bool) -> None:
    """Let an article come, and its alert be sent, or not."""
    accept(panel.store, [told("a<b>.txt", "Story \x1b begins.", guid="g")], START)
    with panel.store.write() as db:
        [message] = claim(db, START, {"desk": 1})
        reason = None if ok else DeliveryReason.TIMEOUT
        done = Attempt(message.delivery_id, "desk", START, ok, 12.0, reason)
        record(db, [done], lambda *_: START - START, START - START.replace(year=2020))


def test_what_happens_is_counted(panel: Panel) -> None:
    """A file, its article, match, alert, delivery and attempt each count where they belong."""
    told_once(panel, ok=True)
    samples = panel.samples()
    for key in (
        'wirewatch_files_total{inbox="wires",reason="",state="stored"}',
        'wirewatch_ledger_files{inbox="wires",reason="",state="stored"}',
        'wirewatch_articles_total{inbox="wires"}',
        'wirewatch_matches_total{outcome="alert",severity="high"}',
        'wirewatch_alerts_total{cause="rule",severity="high"}',
        'wirewatch_deliveries_total{channel="desk",reason="",state="sent"}',
        'wirewatch_attempts_total{channel="desk",outcome="sent",reason=""}',
    ):
        assert samples[key] == 1, key
    assert samples['wirewatch_outbox_waiting{channel="desk"}'] == 0
    assert samples["wirewatch_store_bytes"] > 0
    assert samples["wirewatch_commit_duration_seconds_count"] >= 2


def test_what_waits_and_fails_is_shown(panel: Panel, clock: ManualClock) -> None:
    """A channel that fails, what is due on it and since when, alarms and jobs are figures too."""
    told_once(panel, ok=False)
    listeners = Listeners((), {AlarmKind.DISK: Severity.CRITICAL})
    with panel.store.write() as db:
        settle(db, START, [Alarm(AlarmKind.DISK, "store", "it is full")], listeners)
    clock.advance(90)
    samples = panel.samples()
    assert (
        samples['wirewatch_outbox_deliveries{channel="desk",reason="timeout",state="failed"}'] == 1
    )
    assert samples['wirewatch_outbox_overdue_seconds{channel="desk"}'] == 90
    assert samples['wirewatch_outbox_overdue_seconds{channel="night"}'] == 0
    assert samples['wirewatch_channel_failures{channel="desk"}'] == 1
    assert samples['wirewatch_alarms{kind="disk-low"}'] == 1
    assert samples['wirewatch_job_last_duration_seconds{job_name="rescan"}'] == 2.5
    assert samples['wirewatch_job_failed{job_name="alarms"}'] == 1


def test_counters_go_on_where_they_stood(panel: Panel, site: Site, clock: ManualClock) -> None:
    """What counts only up does not go back at a restart, nor when old rows are deleted."""
    told_once(panel, ok=True)
    before = {key: n for key, n in panel.samples().items() if "_total" in key.split("{")[0]}
    with panel.store.write() as db:
        db.execute("DELETE FROM attempts")
        db.execute("DELETE FROM deliveries")
    again = Panel(Store.open(panel.store.path), site, clock)
    after = again.samples()
    again.arrivals.stop()
    own = {key: number for key, number in before.items() if key.startswith("wirewatch")}
    assert {key: after[key] for key in own} == own
    assert after['wirewatch_outbox_deliveries{channel="desk",reason="",state="sent"}'] == 0


def test_labels_are_words_of_ours(panel: Panel) -> None:
    """No name of a file, title or key becomes a label, whatever an article holds."""
    told_once(panel, ok=True)
    text = panel.ask("/metrics").body.decode()
    keys = [row["key"] for row in panel.store.db["deliveries"].rows]
    for hostile in ("a<b>", "Story", "\x1b", *keys):
        assert hostile not in text


@pytest.mark.parametrize(
    ("accept", "kind", "read"),
    [
        ("", "text/plain; version=0.0.4", plain),
        ("text/plain", "text/plain; version=0.0.4", plain),
        (OPEN_METRICS, "application/openmetrics-text; version=1.0.0", openmetrics),
        ("application/openmetrics-text;version=abc", "text/plain; version=0.0.4", plain),
        ("application/openmetrics-text; version=1\r\n X: y", "text/plain; version=0.0.4", plain),
        ("\xff;;;,,=", "text/plain; version=0.0.4", plain),
    ],
)
def test_the_format_is_the_one_asked_for(
    panel: Panel, accept: str, kind: str, read: Callable[[str], Any]
) -> None:
    """Prometheus gets the format that it asks for, everybody else the plain one; both can be read."""
    told_once(panel, ok=True)
    said = panel.ask("/metrics", accept)
    assert said.kind.startswith(kind)
    assert "\n" not in said.kind
    assert len(list(read(said.body.decode()))) > len(EVERY)


def test_histograms_count_every_bound(panel: Panel) -> None:
    """Each bound counts all that took no longer, the last one all."""
    panel.arrivals.took.note(0.002)
    panel.arrivals.took.note(7.0)
    samples = panel.samples()
    assert samples['wirewatch_examine_duration_seconds_bucket{le="0.001"}'] == 0
    assert samples['wirewatch_examine_duration_seconds_bucket{le="0.0025"}'] == 1
    assert samples['wirewatch_examine_duration_seconds_bucket{le="5.0"}'] == 1
    assert samples['wirewatch_examine_duration_seconds_bucket{le="+Inf"}'] == 2
    assert samples["wirewatch_examine_duration_seconds_sum"] == pytest.approx(7.002)
    assert samples['wirewatch_send_duration_seconds_count{channel="night"}'] == 0


def test_a_store_that_cannot_be_read_is_said(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the store what is known of the daemon itself is shown, and what is missing said."""

    def refuse(*_: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr("wirewatch.pipeline.figures.tallies", refuse)
    samples = panel.samples()
    assert samples["wirewatch_store_readable"] == 0
    assert samples["wirewatch_rules"] == 3
    assert not any(key.startswith("wirewatch_files_total") for key in samples)


def test_a_scrape_does_not_wait_for_a_writer(panel: Panel) -> None:
    """While something is being written the figures are read all the same, as they were before."""
    with panel.store.write() as db:
        db.execute("UPDATE notices SET value = 'x'")
        accepted = panel.samples()
    assert accepted["wirewatch_store_readable"] == 1


def verdict(panel: Panel, path: str) -> tuple[int, list[str]]:
    """Ask whether all is well."""
    said = panel.ask(path)
    told = json.loads(said.body)
    assert told["ok"] == (said.status == 200)
    return said.status, told["reasons"]


def test_all_is_well(panel: Panel) -> None:
    """A daemon at work is alive and ready, with no reason not to be."""
    assert verdict(panel, "/health") == verdict(panel, "/ready") == (200, [])


def test_a_stuck_worker_is_ill(panel: Panel) -> None:
    """A worker that ends nothing makes the daemon ill, and not ready: a new start may help."""
    panel.pulses.works("intake")
    panel.moment += 61
    for worker in ("commit", "deliver", "heavy"):
        panel.pulses.rests(worker)
    panel.store.writing.last = panel.moment
    reasons = ["intake is stuck: working for 61 s without an end"]
    assert verdict(panel, "/health") == verdict(panel, "/ready") == (503, reasons)
    assert panel.samples()['wirewatch_worker_stuck{worker="intake"}'] == 1


def test_a_folder_that_hangs_ends_nobody(panel: Panel) -> None:
    """The listing of a folder may hang for ever, in a network's that is gone: no start mends it."""
    panel.pulses.works("scan")
    panel.moment += 1e6
    for worker in ("intake", "commit", "deliver", "heavy"):
        panel.pulses.rests(worker)
    assert verdict(panel, "/health") == (200, [])
    assert panel.samples()['wirewatch_worker_unmoved_seconds{worker="scan"}'] == 1e6


def test_a_full_disk_is_no_illness_but_not_ready(panel: Panel) -> None:
    """A store that cannot be written is told of as such: alive, and not ready."""
    panel.stuck = (START, "database or disk is full")
    panel.pulses.held("commit", "the store cannot be written")
    assert verdict(panel, "/health") == (200, [])
    status, [reason] = verdict(panel, "/ready")
    assert (status, reason) == (
        503, "the store cannot be written since 2026-03-02T12:00:00.000Z: database or disk is full",
    )  # fmt: skip


def test_a_store_nobody_writes_to_is_not_ready(panel: Panel) -> None:
    """Jobs write twice a minute: where nothing was written for two, something is wrong."""
    panel.moment += 121
    for worker in panel.pulses.patience:
        panel.pulses.rests(worker)
    assert verdict(panel, "/ready") == (503, ["nothing was written for 121 s"])
    assert verdict(panel, "/health") == (200, [])


def test_inboxes_are_to_be_watched_and_listed(panel: Panel) -> None:
    """It is not ready before it has started, and each inbox is watched and was looked into."""
    panel.running.started = False
    panel.arrivals.listed.clear()
    assert verdict(panel, "/ready")[1] == ["it is still starting", "inbox wires was not listed yet"]
    assert panel.samples()["wirewatch_ready"] == 0


def test_hints_that_wait_are_counted(panel: Panel) -> None:
    """What nobody has looked at yet is a figure."""
    panel.arrivals.hints.put(Hint("wires", "/a", HintKind.WHOLE))
    assert panel.samples()["wirewatch_hints_waiting"] == 1


def test_who_reads_heavy_files_has_the_time() -> None:
    """Heavy files may take twice their time and more, others a minute."""
    known = patience(20.0)
    assert known["heavy"] > 2 * 20.0
    assert known["intake"] == known["commit"] == known["deliver"] == 60.0


if __name__ == "__main__":  # for promtool, which reads what is exposed
    with tempfile.TemporaryDirectory() as place:
        opened = Store.open(Path(place) / "wirewatch.db")
        shown = Panel(opened, Site(Path(place)), ManualClock())
        sys.stdout.write(shown.ask("/metrics").body.decode())
        shown.arrivals.stop()
