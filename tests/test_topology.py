"""What stands on the broker: named by a prefix, each queue with all that it needs."""

import pytest

from wirewatch.broker.topology import (
    UNLIMITED,
    Binding,
    Declared,
    Exchange,
    Kind,
    Queue,
    Settings,
    of_desk,
    of_intake,
    of_worker,
)

SETTINGS = Settings(prefix="desk", replicas=5, tries=7, arrivals_bytes=1000, desk_bytes=2000)


def everything(settings: Settings) -> list[Declared]:
    """Give all that any role declares."""
    return [*of_intake(settings), *of_worker(settings), *of_desk(settings, "berlin")]


def queues(settings: Settings) -> dict[str, Queue]:
    """Give all queues by their names."""
    return {one.name: one for one in everything(settings) if isinstance(one, Queue)}


def test_every_kept_queue_says_how_it_is_kept() -> None:
    """A quorum queue names its kind, its copies and its limit, so that no broker chooses them."""
    kept = [one for one in queues(SETTINGS).values() if one.kind is Kind.QUORUM]
    assert len(kept) == 7
    for queue in kept:
        assert queue.arguments["x-queue-type"] == "quorum"
        assert queue.arguments["x-quorum-initial-group-size"] == 5
        limit = 7 if queue.name == "desk.arrivals" else UNLIMITED
        assert queue.arguments["x-delivery-limit"] == limit, queue.name


def test_no_limit_is_below_nought() -> None:
    """-1 is never a limit: RabbitMQ 3.10 throws away what comes back to a queue that has it."""
    for queue in queues(SETTINGS).values():
        for name, value in queue.arguments.items():
            assert isinstance(value, str) or value >= 0, (queue.name, name)


def test_work_that_fails_too_often_is_put_aside_and_never_lost() -> None:
    """What comes back too often goes to a queue of its own; none is dropped on the way."""
    arrivals = queues(SETTINGS)["desk.arrivals"].arguments
    assert arrivals["x-dead-letter-routing-key"] == "desk.failed"
    assert arrivals["x-dead-letter-exchange"] == ""
    assert arrivals["x-dead-letter-strategy"] == "at-least-once"
    assert arrivals["x-overflow"] == "reject-publish"
    assert arrivals["x-max-length-bytes"] == 1000
    names = [one.name for one in of_intake(SETTINGS) if isinstance(one, Queue)]
    assert names == ["desk.failed", "desk.arrivals"]


def test_the_log_has_one_taker_and_drops_nothing() -> None:
    """The one order of everything goes to one taker at a time, without any limit."""
    log = queues(SETTINGS)["desk.log"].arguments
    assert log["x-single-active-consumer"] is True
    assert not {"x-max-length", "x-max-length-bytes", "x-message-ttl"} & set(log)


def test_a_word_of_who_leads_passes() -> None:
    """Who leads is one taker; what lies there too long, or too much, goes."""
    lead = queues(SETTINGS)["desk.lead"].arguments
    assert lead["x-single-active-consumer"] is True
    assert (lead["x-message-ttl"], lead["x-max-length"]) == (5000, 16)


def test_a_desk_hears_all_and_knows_when_it_was_cut() -> None:
    """A desk's queue is bound to what all hear; what is cut off it leaves one letter behind."""
    desk = queues(SETTINGS)["desk.desk.berlin"].arguments
    assert desk["x-max-length-bytes"] == 2000
    assert desk["x-dead-letter-routing-key"] == "desk.cut.berlin"
    assert queues(SETTINGS)["desk.cut.berlin"].arguments["x-max-length"] == 1
    assert Binding("desk.desks", "desk.desk.berlin") in of_desk(SETTINGS, "berlin")


def test_a_desk_without_a_limit_has_none() -> None:
    """Unless a size is given, a desk's queue is never cut."""
    desk = queues(Settings())["wirewatch.desk.berlin"].arguments
    assert not [name for name in desk if name.startswith(("x-max", "x-dead", "x-overflow"))]


def test_a_desk_is_asked_by_a_queue_that_goes_with_it() -> None:
    """What is asked goes to a queue of the desk's own connection."""
    declared = of_desk(SETTINGS, "berlin")
    assert Queue("desk.asked.berlin", kind=Kind.TRANSIENT) in declared
    assert Binding("desk.asks", "desk.asked.berlin") in declared


@pytest.mark.parametrize("settings", [SETTINGS, Settings()])
def test_all_agree(settings: Settings) -> None:
    """Roles that declare the same thing declare it alike, and each thing before it is used."""
    for declared in (of_intake(settings), of_worker(settings), of_desk(settings, "berlin")):
        known: dict[str, Declared] = {}
        for one in declared:
            if isinstance(one, Binding):
                assert {one.exchange, one.queue} <= set(known)
                continue
            key = one.arguments.get("x-dead-letter-routing-key") if isinstance(one, Queue) else None
            assert key is None or key in known
            known[one.name] = one
    named: dict[str, Declared] = {}
    for one in everything(settings):
        if isinstance(one, Queue | Exchange):
            assert named.setdefault(one.name, one) == one
            assert one.name.startswith(f"{settings.prefix}.")
