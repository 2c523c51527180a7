"""What the parts of a cluster say of themselves."""

import pytest

from conftest import START, ManualClock, Site, told
from wirewatch.brokerage import link_of
from wirewatch.cluster.handing import Handing
from wirewatch.deployment import load_deployment
from wirewatch.posts import DeskPost, IntakePost
from wirewatch.service import Service
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.digest import content_digest
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


def test_a_desk_at_work_is_not_about_to_join(site: Site, clock: ManualClock) -> None:
    """What a later `join --backup` goes by is gone once the desk runs."""
    site.write("json://127.0.0.1/hook", '[cluster]\naddresses = ["127.0.0.1:1"]\n')
    mark = site.database.with_name("wirewatch.db.joining")
    mark.write_text("entry")
    deployment = load_deployment(site.config)
    service = Service(site.config, deployment, clock, DeskPost(deployment.config))
    service.stop()
    assert not mark.exists()
    assert service.run() == 0


def test_a_desk_changes_no_ledger_by_itself(site: Site, clock: ManualClock) -> None:
    """Files of inboxes that a desk does not have are not given up: the log says what they are."""
    store = Store.open(site.database)
    settling = told("a", "A spoke.")._replace(
        state=FileState.PENDING, reason=FileReason.SETTLING, found=()
    )
    accept(store, [settling], START)
    before = content_digest(store.db)
    site.write("json://127.0.0.1/hook", '[cluster]\naddresses = ["127.0.0.1:1"]\n')
    deployment = load_deployment(site.config)
    service = Service(site.config, deployment, clock, DeskPost(deployment.config))
    service.stop()
    assert service.run() == 0
    assert content_digest(store.db) == before
    store.close()


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
