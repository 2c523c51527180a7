"""What follows something never goes before it, and what is given back waits as it did before."""

from datetime import datetime, timedelta

import pytest

from conftest import START, told
from wirewatch.alerts.compose import compose
from wirewatch.alerts.policy import Policy
from wirewatch.alerts.routes import Route, Router
from wirewatch.clock import iso
from wirewatch.model import Attempt, Message
from wirewatch.rhythm import quiet_of, rhythm_of
from wirewatch.store.accept import accept
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record, release
from wirewatch.store.sequence import AHEAD, UNHEARD

MINUTE, HOUR, DAY = (timedelta(minutes=n) for n in (1, 60, 1440))
DIGEST = Policy(digests=(rhythm_of("daily 08:00"),))


@pytest.mark.parametrize(("query", "index"), [(AHEAD, "recalling"), (UNHEARD, "escalating")])
def test_order_costs_nothing_where_nothing_follows(store: Store, query: str, index: str) -> None:
    """What may have to wait is found by an index of its own, however much else is due."""
    plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {query}", ["desk", "x"])]
    assert any(f"deliveries_{index}" in step for step in plan), plan


def claimed(store: Store, now: datetime, **policies: Policy) -> list[Message]:
    with store.write() as db:
        return claim(db, now, {"desk": 9, "boss": 9}, policies)


def sent(store: Store, messages: list[Message], now: datetime) -> None:
    attempts = [Attempt(one.delivery_id, one.channel, now, True, 1.0) for one in messages]
    with store.write() as db:
        record(db, attempts, lambda *_: MINUTE, 3 * DAY)


def test_a_correction_waits_for_the_alert_that_it_corrects(store: Store) -> None:
    """Nobody hears a story corrected before hearing the story: both go in one message."""
    policy = Policy(interval=30 * MINUTE)
    accept(store, [told(f"f{n}", f"Story{n} begins.") for n in range(2)], START)
    store.db.execute("UPDATE deliveries SET grouping = 'rule r1'")
    sent(store, claimed(store, START, desk=policy), START)
    outcome = told("v2", "Story1 ends.")
    [found] = outcome.found
    article = found.article._replace(guid="guid of Story1 begins.", version=2, signal="correction")
    accept(store, [outcome._replace(found=(found._replace(article=article, alerts=()),))], START)
    assert claimed(store, START + MINUTE, desk=policy) == []
    [both] = claimed(store, START + 30 * MINUTE, desk=policy)
    assert [one.recall for one in both.gathered] == [None, "corrected"]


def test_a_correction_waits_for_an_alert_that_nobody_has_looked_at(store: Store) -> None:
    """Also where both come to their turn at once, and only then the alert is held by its group."""
    policy = Policy(interval=30 * MINUTE)
    accept(store, [told("f0", "Story0 begins.")], START)
    store.db.execute("UPDATE deliveries SET grouping = 'g'")
    sent(store, claimed(store, START, desk=policy), START)
    accept(store, [told("f1", "Story1 begins.")], START)
    store.db.execute("UPDATE deliveries SET grouping = 'g'")
    outcome = told("v2", "Story1 ends.")
    [found] = outcome.found
    article = found.article._replace(guid="guid of Story1 begins.", version=2, signal="correction")
    accept(store, [outcome._replace(found=(found._replace(article=article, alerts=()),))], START)
    assert claimed(store, START + MINUTE, desk=policy) == []
    [both] = claimed(store, START + 30 * MINUTE, desk=policy)
    assert [one.recall for one in both.gathered] == [None, "corrected"]


def test_a_correction_goes_with_the_group_of_what_it_corrects(store: Store) -> None:
    """Also where a channel that rested takes one message at a time, and others waited longer."""
    accept(store, [told(f"f{n}", f"Story{n} begins.") for n in range(2)], START)
    outcome = told("v2", "Story1 ends.")
    [found] = outcome.found
    article = found.article._replace(guid="guid of Story1 begins.", version=2, signal="correction")
    accept(store, [outcome._replace(found=(found._replace(article=article, alerts=()),))], START)
    late = START + 2 * HOUR
    store.db.execute("UPDATE deliveries SET due = ?, reason = 'rate'", [iso(START)])
    store.db.execute("UPDATE deliveries SET grouping = 'g', reason = 'grouped' WHERE id = 2")
    messages = []
    for _ in range(2):
        with store.write() as db:
            [message] = claim(db, late, {"desk": 1})
        sent(store, [message], late)
        messages.append([one.recall for one in message.gathered or (message,)])
    assert messages == [[None], [None, "corrected"]]


def escalating(store: Store) -> None:
    """Take in a story of which the boss hears half an hour after the desk."""
    outcome = told("a", "Story begins.")
    [found] = outcome.found
    router = Router((Route(("boss",), after=30 * MINUTE),))
    alerts = compose(found.article, found.matches, START, router)
    accept(store, [outcome._replace(found=(found._replace(alerts=alerts),))], START)


def test_nobody_is_escalated_to_before_the_first_was_told(store: Store) -> None:
    """While all who hear of an alert first are held, nobody else hears that they did not answer."""
    escalating(store)
    quiet = Policy(quiet=(quiet_of("11:00-20:00"),))
    assert claimed(store, START + 30 * MINUTE, desk=quiet) == []
    evening = START + 8 * HOUR
    [desk] = claimed(store, evening, desk=quiet)
    assert desk.channel == "desk"
    sent(store, [desk], evening)
    assert claimed(store, evening + 29 * MINUTE, desk=quiet) == []
    assert [one.channel for one in claimed(store, evening + 30 * MINUTE, desk=quiet)] == ["boss"]


def test_an_escalation_fails_from_when_it_goes_out(store: Store) -> None:
    """What had to wait for the first channel is tried as long as anything else, and not given up."""
    escalating(store)
    quiet = Policy(quiet=(quiet_of("11:00-20:00"),))
    claimed(store, START + 30 * MINUTE, desk=quiet)
    evening = START + 8 * HOUR
    sent(store, claimed(store, evening, desk=quiet), evening)
    late = evening + 30 * MINUTE
    [boss] = claimed(store, late, desk=quiet)
    lost = Attempt(boss.delivery_id, "boss", late, False, 1.0)
    with store.write() as db:
        record(db, [lost], lambda *_: MINUTE, 3 * HOUR)
    [row] = store.db["deliveries"].rows_where("channel = 'boss'")
    assert row["state"] == "failed"


def test_who_hears_only_now_has_time_to_answer(store: Store) -> None:
    """An escalation is not told in the very moment until which the first channel was held."""
    escalating(store)
    quiet = Policy(quiet=(quiet_of("11:00-12:30"),))
    assert claimed(store, START, desk=quiet) == []
    [desk] = claimed(store, START + 30 * MINUTE, desk=quiet)
    assert desk.channel == "desk"
    assert claimed(store, START + 59 * MINUTE, desk=quiet) == []
    assert [one.channel for one in claimed(store, START + HOUR, desk=quiet)] == ["boss"]


def test_who_cannot_be_reached_is_passed_over(store: Store) -> None:
    """Where the first channel fails, the next hears of the alert in its time."""
    escalating(store)
    [desk] = claimed(store, START)
    lost = Attempt(desk.delivery_id, "desk", START, False, 1.0)
    with store.write() as db:
        record(db, [lost], lambda *_: HOUR, 3 * DAY)
    assert [one.channel for one in claimed(store, START + 30 * MINUTE)] == ["boss"]


def test_what_is_given_back_waits_for_no_second_digest(store: Store) -> None:
    """An alert that had waited for its digest, and was given back at a stop, goes at the start."""
    accept(store, [told("f", "Story begins.")], START)
    assert claimed(store, START, desk=DIGEST) == []
    morning = next_due(store.db, ["desk"]) or START
    messages = claimed(store, morning, desk=DIGEST)
    with store.write() as db:
        release(db, [message.delivery_id for message in messages], morning)
    assert len(claimed(store, morning + MINUTE, desk=DIGEST)) == 1


def test_an_escalation_that_is_given_back_is_held_by_no_digest(store: Store) -> None:
    """An escalation that a stop gave back is still one."""
    escalating(store)
    sent(store, claimed(store, START), START)
    due = START + 30 * MINUTE
    messages = claimed(store, due, boss=DIGEST)
    with store.write() as db:
        release(db, [message.delivery_id for message in messages], due)
    [row] = store.db["deliveries"].rows_where("channel = 'boss'")
    assert (row["state"], row["reason"], row["due"]) == ("pending", "escalation", iso(due))
    assert len(claimed(store, due + MINUTE, boss=DIGEST)) == 1
