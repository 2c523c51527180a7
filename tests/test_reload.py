"""Rules, lists and channels taken in while the daemon runs: whole, or not at all, and said so."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from conftest import STORY, ManualClock, Receiver, Site, Wirewatch
from test_service import Log, MakeService, log, make, rows, running  # noqa: F401 - fixtures
from wirewatch.deployment import Deployment, load_deployment
from wirewatch.reload import Reloading
from wirewatch.store.database import Store

Look = Callable[[], list[str]]


@pytest.fixture
def reloading(site: Site, clock: ManualClock, store: Store) -> Reloading:
    swapped: list[Deployment] = []
    made = Reloading(site.config, load_deployment(site.config), store, clock, swapped.append)
    made.swapped = swapped  # type: ignore[attr-defined]
    return made


def names(reloading: Reloading) -> list[list[str]]:
    """Give the rules of each deployment that was swapped in."""
    swapped: list[Deployment] = reloading.swapped  # type: ignore[attr-defined]
    return [[rule.name for rule in deployment.rules] for deployment in swapped]


def edit(site: Site, old: str, new: str, name: str = "rules.toml") -> None:
    """Change a file, which shows in its time."""
    path = site.folder / name
    path.write_text(path.read_text().replace(old, new))
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def test_changed_files_are_taken_in_when_they_lie_still(site: Site, reloading: Reloading) -> None:
    """A change is taken in at the second look, when its writer is done, and once."""
    reloading.look()
    assert names(reloading) == []
    edit(site, 'name = "kz-az"', 'name = "other"')
    reloading.look()
    assert names(reloading) == []
    edit(site, 'name = "other"', 'name = "third"')
    reloading.look()
    assert names(reloading) == [], "it has changed again"
    reloading.look()
    assert names(reloading) == [["third"]]
    reloading.look()
    assert names(reloading) == [["third"]]


def test_new_files_of_a_pattern_are_taken_in(site: Site, reloading: Reloading) -> None:
    """A rule file that is added under a pattern of the configuration counts as a change."""
    edit(site, 'paths = ["rules.toml"]', 'paths = ["*rules.toml"]', "wirewatch.toml")
    reloading.look()
    reloading.look()
    (site.folder / "more-rules.toml").write_text('[[rule]]\nname = "more"\nquery = "majilis"\n')
    reloading.look()
    reloading.look()
    assert sorted(names(reloading)[-1]) == ["kz-az", "more"]


def test_a_change_while_starting_is_taken_in(site: Site, clock: ManualClock, store: Store) -> None:
    """What changes between reading the configuration and the first look is not missed."""
    deployment = load_deployment(site.config)
    edit(site, 'name = "kz-az"', 'name = "other"')
    swapped: list[Deployment] = []
    reloading = Reloading(site.config, deployment, store, clock, swapped.append)
    reloading.look()
    reloading.look()
    assert [[rule.name for rule in one.rules] for one in swapped] == [["other"]]


def test_a_signal_reloads_at_once(reloading: Reloading) -> None:
    """When asked, the files are taken in at the next look, changed or not."""
    reloading.ask()
    reloading.look()
    assert names(reloading) == [["kz-az"]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("AND @parliament:AZ", "AND", "rules.toml"), "ends too early"),
        (('["desk"]', '["dusk"]', "rules.toml"), "unknown channel 'dusk'"),
        (("[store]", "[stor]", "wirewatch.toml"), "did you mean 'store'?"),
        (('id = "kz-majilis"', 'id = ""', "parliament.toml"), "id"),
    ],
)
def test_a_bad_file_leaves_the_old_rules_at_work(
    site: Site, reloading: Reloading, store: Store, change: tuple[str, str, str], said: str
) -> None:
    """Files at fault change nothing; the fault is kept for `status` until it is mended."""
    old, new, name = change
    edit(site, old, new, name)
    reloading.ask()
    reloading.look()
    assert names(reloading) == []
    [fault] = store.db["notices"].rows_where("name = 'reload-fault'")
    assert said in fault["value"]
    edit(site, new, old, name)
    reloading.ask()
    reloading.look()
    assert names(reloading) == [["kz-az"]]
    assert list(store.db["notices"].rows_where("name = 'reload-fault'")) == []


def test_a_reload_is_announced(site: Site, clock: ManualClock, store: Store) -> None:
    """The service manager is told of each reload around it, and of looks that change nothing not."""
    steps: list[str] = []

    @contextmanager
    def announced() -> Iterator[None]:
        steps.append("begins")
        yield
        steps.append("over")

    deployment = load_deployment(site.config)
    reloading = Reloading(
        site.config, deployment, store, clock, lambda _deployment: steps.append("swapped")
    )
    reloading.announced = announced
    reloading.look()
    assert steps == []
    reloading.ask()
    reloading.look()
    edit(site, "@parliament:KZ", "@nothing:KZ")
    reloading.ask()
    reloading.look()
    assert steps == ["begins", "swapped", "over", "begins", "over"]


def test_a_running_daemon_changes_its_rules_and_channels(
    site: Site,
    make: MakeService,  # noqa: F811
    log: Log,  # noqa: F811
    receiver: Receiver,
    wirewatch: Wirewatch,
) -> None:
    """What arrives after a reload is matched by the new rules and told to the new address."""
    service = make()
    with running(service, log):
        site.deliver("first.txt", STORY)
        receiver.wait_for("/hook")
        before = json.loads(wirewatch("status", "--json").out)["rules"]
        edit(site, "/hook", "/other", "wirewatch.toml")
        edit(site, 'name = "kz-az"', 'name = "renamed"')
        service.reloading.ask()
        log.wait_for("reloaded rules=1")
        after = json.loads(wirewatch("status", "--json").out)["rules"]
        assert before["value"] != after["value"]
        site.deliver("second.txt", STORY.replace("joint sitting", "common law"))
        [got] = receiver.wait_for("/other")
        edit(site, "query", "qeury")
        service.reloading.ask()
        log.wait_for("not-reloaded ")
        assert "did you mean 'query'?" in wirewatch("status").out
        site.deliver("third.txt", STORY.replace("joint sitting", "third law"))
        receiver.wait_for("/other", 2)
    assert "common law" in got.body
    assert len(receiver.at("/hook")) == 1
    assert [row["rule"] for row in rows(site, "alerts")] == ["kz-az", "renamed", "renamed"]
    assert [row["state"] for row in rows(site, "deliveries")] == ["sent"] * 3
