"""What the parts of a cluster say of themselves."""

import pytest

from conftest import START, ManualClock, Site
from wirewatch.brokerage import link_of
from wirewatch.cluster.handing import Handing
from wirewatch.deployment import load_deployment
from wirewatch.posts import DeskPost, IntakePost
from wirewatch.service import Service
from wirewatch.store.lock import StoreLock


def test_an_intake_without_a_broker_does_not_blame_its_store(
    site: Site, clock: ManualClock
) -> None:
    """It says that the broker is away, and since when nothing is handed over."""
    site.write("json://127.0.0.1/hook", '[cluster]\naddresses = ["127.0.0.1:1"]\n')
    config = load_deployment(site.config).config
    post = IntakePost(config)
    post._handing = Handing(link_of(config, "intake", ()), "arrivals", clock, lambda _wait: True)
    assert len(post.shortcomings()) == 1
    post._handing.stuck = (START, "no broker lets us in")
    first, second = post.shortcomings()
    assert first.startswith("the broker is not reached")
    said = "nothing is handed over since 2026-03-02T12:00:00.000Z: no broker lets us in"
    assert second == said


@pytest.mark.parametrize(("post", "role"), [(IntakePost, "intake"), (DeskPost, "desk")])
def test_who_holds_a_store_is_named_with_its_role(
    site: Site, clock: ManualClock, post: type[IntakePost | DeskPost], role: str
) -> None:
    """Where an intake and a desk share a machine, the lock of each store says whose it is."""
    site.write("json://127.0.0.1/hook", '[cluster]\naddresses = ["127.0.0.1:1"]\n')
    deployment = load_deployment(site.config)
    service = Service(site.config, deployment, clock, post(deployment.config))
    service.stop()
    try:
        assert f"`wirewatch run --role {role}`" in (StoreLock.holder(site.database) or "")
    finally:
        service.run()
