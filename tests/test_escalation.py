"""Who is told because nobody has taken an alert on, and that nobody is once somebody has."""

import json
from datetime import timedelta

import pytest

from conftest import START, STORY, Receiver, Site, Wirewatch
from conftest import told as told_of
from wirewatch.alerts.compose import compose
from wirewatch.alerts.policy import Policy
from wirewatch.alerts.routes import Route, Router
from wirewatch.clock import iso
from wirewatch.model import Article, Attempt, Match, Message, Outcome
from wirewatch.notify.render import render
from wirewatch.rhythm import quiet_of, rhythm_of
from wirewatch.states import DeliveryReason, MessageFormat, Severity
from wirewatch.store.accept import accept
from wirewatch.store.acknowledgements import acknowledge, alerts_named
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record
from wirewatch.store.silences import Silence, add

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ARTICLE = Article("tag:1", "", "A visit", "Words.")
MATCH = Match("visits", "h", "Visits", Severity.HIGH, ("desk",), ())
NIGHT = Route(("night",), after=30 * MINUTE, goes_on=True)
CHIEF = Route(("chief",), after=HOUR)
ROUTER = Router((NIGHT, CHIEF))


def ringing(body: str = "Story begins.", **fields: object) -> Outcome:
    """Make an outcome that tells the desk, in half an hour the night, in an hour the chief."""
    outcome = told_of("a.txt", body)
    [found] = outcome.found
    article = found.article._replace(**fields)  # type: ignore[arg-type]
    alerts = compose(article, found.matches, START, ROUTER)
    return outcome._replace(found=(found._replace(article=article, alerts=alerts),))


def claimed(
    store: Store, after: timedelta = timedelta(), policies: dict[str, Policy] | None = None
) -> list[Message]:
    """Claim what goes out so long after the beginning."""
    with store.write() as db:
        return claim(db, START + after, dict.fromkeys(("desk", "night", "chief"), 8), policies)


def taken(store: Store, alert: int = 1, after: timedelta = MINUTE) -> int:
    """Take an alert on."""
    with store.write() as db:
        return acknowledge(db, [alert], "Ayan", START + after)


def states(store: Store) -> dict[str, tuple[str, str | None]]:
    """Give where each channel's delivery stands, and why."""
    return {
        str(row["channel"]): (str(row["state"]), row["reason"])
        for row in store.db["deliveries"].rows
    }


def test_an_escalation_waits_for_its_time() -> None:
    """A route with `after` plans its channels for later, each with a row of its own from the start."""
    [alert] = compose(ARTICLE, [MATCH], START, ROUTER)
    assert [(one.channel, one.due - START, one.reason, one.escalation) for one in alert.deliveries] == [
        ("desk", timedelta(), None, False),
        ("night", 30 * MINUTE, DeliveryReason.ESCALATION, True),
        ("chief", HOUR, DeliveryReason.ESCALATION, True),
    ]  # fmt: skip


def test_a_channel_that_is_told_at_once_is_not_told_again() -> None:
    """Of several ways to a channel the soonest counts."""
    again = Route(("desk", "night"), after=MINUTE, goes_on=True)
    [alert] = compose(ARTICLE, [MATCH], START, Router((NIGHT, again)))
    assert [(one.channel, one.due - START) for one in alert.deliveries] == [
        ("desk", timedelta()), ("night", MINUTE),
    ]  # fmt: skip


def test_the_time_begins_when_the_embargo_ends() -> None:
    """Under embargo nobody is blamed for not having answered: the wait follows the first message."""
    lifted = START + 2 * HOUR
    [alert] = compose(ARTICLE._replace(embargo=iso(lifted)), [MATCH], START, ROUTER)
    assert [one.due for one in alert.deliveries] == [lifted, lifted + 30 * MINUTE, lifted + HOUR]


def test_what_is_taken_on_while_it_is_escalated_goes_no_second_time(store: Store) -> None:
    """An escalation that fails when somebody has taken the alert on meanwhile is over."""
    accept(store, [ringing()], START)
    claimed(store)
    [night] = claimed(store, 30 * MINUTE)
    taken(store, after=31 * MINUTE)
    lost = Attempt(night.delivery_id, "night", START + 32 * MINUTE, False, 1.0)
    with store.write() as db:
        record(db, [lost], lambda *_: MINUTE, 3 * DAY)
    assert states(store)["night"] == ("suppressed", "acknowledged")


def test_nobody_answers(store: Store) -> None:
    """One channel after the other is told, and the message says why."""
    accept(store, [ringing()], START)
    assert [one.channel for one in claimed(store)] == ["desk"]
    assert claimed(store, 29 * MINUTE) == []
    [night] = claimed(store, 30 * MINUTE)
    assert [one.channel for one in claimed(store, HOUR)] == ["chief"]
    for form in MessageFormat:
        assert "Nobody has acknowledged this alert" in render(night, form).body


def test_somebody_answers(store: Store) -> None:
    """What is acknowledged is escalated no further; that it is not is noted, with why and by whom."""
    accept(store, [ringing()], START)
    claimed(store)
    claimed(store, 30 * MINUTE)
    assert taken(store, after=40 * MINUTE) == 1
    assert claimed(store, DAY) == []
    assert states(store) == {
        "desk": ("sending", None),
        "night": ("sending", "escalation"),
        "chief": ("suppressed", "acknowledged"),
    }
    [alert] = store.db["alerts"].rows
    assert (alert["acknowledged"], alert["acknowledged_by"]) == (iso(START + 40 * MINUTE), "Ayan")


def test_the_first_answer_counts(store: Store) -> None:
    """An alert that somebody has taken on stays theirs."""
    accept(store, [ringing()], START)
    assert (taken(store), taken(store, after=HOUR)) == (1, 0)
    [alert] = store.db["alerts"].rows
    assert alert["acknowledged"] == iso(START + MINUTE)


@pytest.mark.parametrize("why", ["quiet", "failed"])
def test_an_answer_ends_what_quiet_hours_or_failures_hold(store: Store, why: str) -> None:
    """An escalation that has not gone out yet is ended by an answer, whatever it waits for."""
    accept(store, [ringing()], START)
    if why == "quiet":
        policies = {"night": Policy(quiet=(quiet_of("12:00-18:00"),))}
        claimed(store, 30 * MINUTE, policies)
        assert states(store)["night"] == ("pending", "quiet-hours")
    else:
        [_, night] = claimed(store, 30 * MINUTE)
        lost = DeliveryReason.UNREACHABLE
        attempt = Attempt(night.delivery_id, "night", START + 30 * MINUTE, False, 1.0, lost)
        with store.write() as db:
            record(db, [attempt], lambda *_: HOUR, DAY)
    taken(store, after=45 * MINUTE)
    assert states(store)["night"] == ("suppressed", "acknowledged")


def test_an_escalation_waits_for_no_digest(store: Store) -> None:
    """A channel that wants digests is told of an escalation when its time comes."""
    accept(store, [ringing()], START)
    policies = {"night": Policy(digests=(rhythm_of("daily 08:00"),))}
    assert [one.channel for one in claimed(store, 30 * MINUTE, policies)] == ["desk", "night"]


def test_a_silence_keeps_escalations(store: Store) -> None:
    """Where nobody is told, nobody is woken for not having answered."""
    accept(store, [ringing()], START)
    with store.write() as db:
        add(db, Silence("*", "*", "*", START + DAY, "Ayan", "on air"), START)
    claimed(store, HOUR)
    assert {state for state, _ in states(store).values()} == {"suppressed"}


def test_a_withdrawal_ends_escalations(store: Store) -> None:
    """A story that is withdrawn is escalated to nobody, and the withdrawal only goes to who was told."""
    accept(store, [ringing()], START)
    claimed(store)
    kill = ringing("Kill it.", version=2, guid="guid of Story begins.", status="canceled")
    accept(store, [kill._replace(arrival=kill.arrival._replace(path="b", sha256="k"))], START)
    assert sorted((row["channel"], row["state"]) for row in store.db["deliveries"].rows) == [
        ("chief", "suppressed"), ("desk", "pending"), ("desk", "sending"), ("night", "suppressed"),
    ]  # fmt: skip


def test_a_newer_version_hastens_nobody(store: Store) -> None:
    """An update that comes meanwhile leaves an escalation waiting for its time."""
    accept(store, [ringing()], START)
    claimed(store)
    update = ringing("Story begins. More.", version=2, guid="guid of Story begins.")
    accept(store, [update._replace(arrival=update.arrival._replace(path="b", sha256="u"))], START)
    assert claimed(store, 29 * MINUTE) == []
    [night] = claimed(store, 30 * MINUTE)
    assert night.newer == 2


def test_alerts_are_named_by_number_or_by_the_message(store: Store) -> None:
    """An alert is found by its number, by the ref of its message, and by that of one that gathers it."""
    accept(store, [ringing(f"Story{n} begins.") for n in range(3)], START)
    store.db.execute("UPDATE deliveries SET reason = 'quiet-hours' WHERE channel = 'desk'")
    [gathered] = claimed(store)
    single = gathered.gathered[2].key
    assert alerts_named(store.db, [gathered.key]) == ([1, 2, 3], [])
    assert alerts_named(store.db, [single, "3", "9", "no-such"]) == ([3], ["9", "no-such"])


ROUTES = """
[[channel]]
name = "night"
url = "json://127.0.0.1:9/night"
[[route]]
channels = ["night"]
after = "30m"
"""


def test_an_alert_is_acknowledged_by_command(
    wirewatch: Wirewatch, site: Site, receiver: Receiver
) -> None:
    """`alerts ack` takes alerts on by number or ref, says how many, and which there are not."""
    site.write(f"json://{receiver.host}/hook", ROUTES)
    story = site.deliver("a.txt", STORY)
    wirewatch("ingest", site.inbox)
    waiting = json.loads(wirewatch("alerts", "list", "--json", "--state", "pending").out)
    assert [(row["channel"], row["reason"]) for row in waiting] == [("night", "escalation")]
    assert "(escalation), until " in wirewatch("alerts", "list").out
    ref = next(row["key"] for row in json.loads(wirewatch("alerts", "list", "--json").out))
    ran = wirewatch("alerts", "ack", ref, "--by", "Ayan")
    assert (ran.code, ran.out) == (0, "1 acknowledged\n")
    assert "acknowledged_by: Ayan" in wirewatch("alerts", "show", "1").out
    again = wirewatch("alerts", "ack", "1", "77")
    assert (again.code, again.out) == (1, "0 acknowledged, 1 had been before\n")
    assert "there is no alert 77" in again.err
    assert json.loads(wirewatch("alerts", "list", "--json", "--state", "pending").out) == []
    shown = wirewatch("routes", "test", story, "--at", "2026-03-02T10:00").out
    assert "→ night: 2026-03-02T10:30Z (escalation), as route 1" in shown
