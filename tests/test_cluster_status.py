"""`wirewatch cluster status` and `db digest`, as people and scripts see them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from conftest import Receiver, Site, Wirewatch
from test_standing import ASTANA, SETTINGS, WELL
from wirewatch import brokerage
from wirewatch.cluster.depths import Depth
from wirewatch.cluster.standing import Standing
from wirewatch.cluster.survey import Survey
from wirewatch.store.database import Store
from wirewatch.store.digest import content_digest

pytestmark = pytest.mark.usefixtures("member")


@pytest.fixture
def member(site: Site, receiver: Receiver) -> Site:
    """Give a machine of a cluster."""
    site.write(f"json://{receiver.host}/hook", '[cluster]\naddresses = ["127.0.0.1:1"]\n')
    return site


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> list[Standing]:
    """Let a survey find what is in this list."""
    found = [WELL]

    @contextmanager
    def linked(*_: object) -> Iterator[None]:
        yield None

    def measure(_survey: Survey, standing: Standing, *_: object) -> Standing:
        return standing._replace(measured={"astana": "rows1", "brussels": "rows1"})

    monkeypatch.setattr(brokerage, "linked", linked)
    monkeypatch.setattr(Survey, "look", lambda _: found[0])
    monkeypatch.setattr(Survey, "measure", measure)
    return found


@pytest.mark.usefixtures("standing")
def test_a_worker_may_ask_too(site: Site, wirewatch: Wirewatch) -> None:
    """Where the secrets of channels are not, as with workers, the cluster is shown all the same."""
    site.write("json://${env:NOBODY_GAVE_IT}/", '[cluster]\naddresses = ["127.0.0.1:1"]\n')
    result = wirewatch("cluster", "status")
    assert result.code == 0, result.out + result.err


@pytest.mark.usefixtures("standing")
def test_a_cluster_that_is_well(wirewatch: Wirewatch) -> None:
    """Who sends, whether desks agree, every process and queue are told; the code is 0."""
    result = wirewatch("cluster", "status", "--digest")
    assert result.code == 0, result.out
    for said in (
        "sends   astana since 2026-03-02T12:00:00Z, epoch 3",
        "agree at position 9, digest d; their rows rows1",
        "almaty",
        "wirewatch.arrivals",
    ):
        assert said in result.out
    assert "wirewatch.failed" not in result.out


def test_a_cluster_that_is_not_well(wirewatch: Wirewatch, standing: list[Standing]) -> None:
    """Each fault has its line, and the code is 1; for scripts too."""
    standing[0] = WELL._replace(
        queues={SETTINGS.failed: Depth(2, 0)}, digests={"astana": "d", "brussels": "e"}
    )
    result = wirewatch("cluster", "status")
    assert result.code == 1
    assert "DISAGREE at position 9" in result.out
    assert "NOT WELL: 2 arrivals that ended workers lie in wirewatch.failed" in result.out
    said: dict[str, Any] = json.loads(wirewatch("cluster", "status", "--json").out)
    assert (said["well"], said["agree"], len(said["faults"])) == (False, False, 2)
    assert said["processes"][1]["follows"]["leads"] is True
    assert said["queues"]["wirewatch.failed"] == {"ready": 2, "takers": 0}


def test_one_desk_or_none_is_said(wirewatch: Wirewatch, standing: list[Standing]) -> None:
    """Where there is nothing to compare nobody is said to agree."""
    standing[0] = Standing({}, [ASTANA], 9, {"astana": "d"})
    assert "only one answers" in wirewatch("cluster", "status").out
    standing[0] = Standing({}, [])
    assert "none answers" in wirewatch("cluster", "status").out


def test_a_broker_that_is_not_reached_is_said(
    wirewatch: Wirewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with the reason."""
    monkeypatch.setattr("wirewatch.cli.cluster_status._CONNECTING", 0.5)
    result = wirewatch("cluster", "status")
    assert result.code == 1
    assert "the broker is not reached: no broker lets us in: 127.0.0.1:1" in result.err


def test_the_digest_of_a_store(member: Site, wirewatch: Wirewatch) -> None:
    """It is what desks are compared by, with the position; of each table on request."""
    store = Store.open(member.database)
    digest = content_digest(store.db)
    store.close()
    assert wirewatch("db", "digest").out == f"{digest}  at position 0 of the log\n"
    assert "  articles\n" in wirewatch("db", "digest", "--verbose").out
    said = json.loads(wirewatch("db", "digest", "--json").out)
    assert (said["digest"], said["position"]) == (digest, 0)
    assert "cluster_leads" in said["tables"]
