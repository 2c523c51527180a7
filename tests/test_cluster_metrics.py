"""What the processes of a cluster show operators, with a broker and without one."""

from pathlib import Path

import pytest

from conftest import ManualClock, Site, Wirewatch
from desks import SETTINGS, desks
from wirewatch.broker.access import Access
from wirewatch.broker.link import Link
from wirewatch.cluster.account import Account, Question
from wirewatch.cluster.depths import Depth
from wirewatch.cluster.metrics import CLUSTER, Sighting, sighting
from wirewatch.errors import ConfigError
from wirewatch.exposure import read_at
from wirewatch.pipeline.families import read
from wirewatch.pipeline.samples import Samples
from wirewatch.states import Role
from wirewatch.tables import MetricsTable

WORKER = Account("w1", Role.WORKER, "p", "1.0", "r1", 12)


def shown(seen: Sighting) -> dict[str, Samples]:
    """Give samples by the metric's name."""
    return {family.name: samples for family, samples in read(CLUSTER, seen)}


def test_a_desk_shows_how_far_it_is_and_what_waits(tmp_path: Path, clock: ManualClock) -> None:
    """Its place in the log, whether it sends, and the queues of all and its own."""
    with desks(tmp_path, clock, "astana", "brussels") as (desk, _):
        account = Account(
            "astana", Role.DESK, "p", "1", "r", 5, "", desk.stance.follows(Question())
        )
        seen = sighting(desk.link, SETTINGS, account)
    found = shown(seen)
    assert found["wirewatch_cluster_position"] == {(): 0}
    assert found["wirewatch_cluster_leads"] == {(): 0.0}
    assert found["wirewatch_cluster_epoch"] == {(): 0}
    assert found["wirewatch_cluster_done_total"] == {("desk",): 5}
    assert found["wirewatch_cluster_queue_letters"] == {
        (SETTINGS.log,): 0,
        (SETTINGS.desk("astana"),): 0,
    }
    assert found["wirewatch_cluster_queue_takers"][SETTINGS.desk("astana"),] == 1


def test_others_have_no_place_in_the_log() -> None:
    """A worker shows what it has done and what waits; nothing that only a desk knows."""
    found = shown(Sighting(WORKER, {SETTINGS.arrivals: Depth(7, 2)}))
    assert found["wirewatch_cluster_done_total"] == {("worker",): 12}
    assert found["wirewatch_cluster_queue_letters"] == {(SETTINGS.arrivals,): 7}
    assert found["wirewatch_cluster_broker_usable"] == {(): 1.0}
    for name in ("position", "lag_seconds", "leads", "epoch"):
        assert not found[f"wirewatch_cluster_{name}"]


def test_without_a_broker_nothing_waits_for_it() -> None:
    """Queues are left out at once, and it says that the broker cannot be used."""
    link = Link(Access(("127.0.0.1:1",)), "nobody")
    found = shown(sighting(link, SETTINGS, WORKER._replace(trouble="not reached")))
    assert not found["wirewatch_cluster_queue_letters"]
    assert found["wirewatch_cluster_broker_usable"] == {(): 0.0}


def test_figures_are_read_where_one_is_told(site: Site) -> None:
    """An address is named by the command; one that others reach needs a token."""
    table = MetricsTable()
    assert read_at(site.config, table, "127.0.0.1:9471").listen == ("127.0.0.1", 9471)
    with pytest.raises(ConfigError, match="--metrics: 'somewhere' is no address; name"):
        read_at(site.config, table, "somewhere")
    with pytest.raises(ConfigError, match="who could read how this desk works"):
        read_at(site.config, table, "0.0.0.0:9471")


def test_a_process_is_told_where_to_show_its_figures(wirewatch: Wirewatch) -> None:
    """`run --metrics` takes the place of `metrics.listen`."""
    ran = wirewatch("run", "--metrics", "0.0.0.0:9471")
    assert ran.code == 2
    assert "who could read how this desk works" in ran.err
