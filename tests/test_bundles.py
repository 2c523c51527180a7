"""What channels do not want now waits, is never lost, and goes out in one message."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conftest import START, ManualClock, told
from wirewatch.alerts.compose import compose
from wirewatch.alerts.policy import Policy
from wirewatch.clock import iso
from wirewatch.model import Attempt, Message, Outcome
from wirewatch.notify.markup import JOINER
from wirewatch.notify.render import render
from wirewatch.rhythm import quiet_of, rhythm_of
from wirewatch.states import DeliveryReason, DeliveryState, MessageFormat, Recall, Severity
from wirewatch.store.accept import accept
from wirewatch.store.archive import alert_log
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim, room
from wirewatch.store.database import Store
from wirewatch.store.outbox import outbox_counts, record, recover, release, revive

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
MORNING = (rhythm_of("daily 08:00"),)
EIGHT = datetime(2026, 3, 3, 8, tzinfo=UTC)  # of the day after START, which is noon


def take(
    store: Store, count: int = 1, now: datetime = START, severity: Severity = Severity.HIGH
) -> None:
    """Take in so many stories, each with an alert on the channel `desk`."""
    seen = store.db["files"].count
    accept(store, [loud(f"Story{seen + n} begins.", severity, now) for n in range(count)], now)
    store.db.execute(
        "UPDATE deliveries SET created = ?1, due = ?1, since = ?1 WHERE alert_id > ?2",
        [iso(now), seen],
    )


def loud(body: str, severity: Severity, now: datetime) -> Outcome:
    """Make the outcome of a story of whose rule an alert speaks so loudly."""
    outcome = told(f"{body}.txt", body)
    (found,) = outcome.found
    alerts = tuple(
        alert._replace(
            match=alert.match._replace(severity=severity),
            deliveries=tuple(one._replace(due=now) for one in alert.deliveries),
        )
        for alert in found.alerts
    )
    return outcome._replace(found=(found._replace(alerts=alerts),))


def claimed(
    store: Store, now: datetime, policy: Policy | None, gather_after: timedelta = 1000 * DAY
) -> list[Message]:
    """Claim what goes out now."""
    policies = {"desk": policy} if policy else {}
    with store.write() as db:
        return claim(db, now, room(db, ["desk"], 16), policies, gather_after)


def note(store: Store, messages: Iterable[Message], now: datetime, *, failed: bool = False) -> None:
    """Record how sending some messages went."""
    why = DeliveryReason.UNREACHABLE if failed else None
    attempts = [
        Attempt(one.delivery_id, one.channel, now, not failed, 1.0, why) for one in messages
    ]
    with store.write() as db:
        record(db, attempts, lambda _tries, _after: timedelta(minutes=5), 3 * DAY)


def counts(messages: Iterable[Message]) -> list[int]:
    """Give how many alerts each message gathers, 0 for one that goes alone."""
    return [len(one.gathered) for one in messages]


def waiting(store: Store) -> list[tuple[str, str, str]]:
    rows = store.db.execute("SELECT state, reason, due FROM deliveries ORDER BY id")
    return [tuple(row) for row in rows]


def test_a_digest_gathers(store: Store) -> None:
    """What comes during the day goes out in the next digest, all in one message, and once."""
    policy = Policy(LONDON, MORNING)
    take(store, 2)
    assert claimed(store, START, policy) == []
    assert waiting(store) == [("pending", "digest", iso(EIGHT))] * 2
    take(store, 1, START + HOUR)
    assert claimed(store, START + HOUR, policy) == []
    assert next_due(store.db, ["desk"]) == EIGHT
    messages = claimed(store, EIGHT, policy)
    assert counts(messages) == [3]
    note(store, messages, EIGHT)
    assert claimed(store, EIGHT + 3 * DAY, policy) == []
    assert outbox_counts(store.db)[DeliveryState.SENT] == 3
    (bundle,) = store.db["bundles"].rows
    assert (bundle["slot"], bundle["key"]) == ("2026-03-03T08:00+00:00", messages[0].key)
    assert store.db["attempts"].count == 3


def test_what_is_held_is_listed(store: Store) -> None:
    """`alerts list --held` gives what a policy lets wait, and nothing else."""
    take(store, 2)
    claimed(store, START, Policy(LONDON, MORNING))
    take(store, 1, START + HOUR)
    assert [row["reason"] for row in alert_log(store.db, None, 9, held=True)] == ["digest"] * 2


def test_an_urgent_alert_waits_for_nothing(store: Store) -> None:
    """What breaks the policy goes alone, at once, past what is held."""
    policy = Policy(LONDON, MORNING)
    take(store, 2)
    claimed(store, START, policy)
    take(store, 1, START + HOUR, Severity.CRITICAL)
    (message,) = claimed(store, START + HOUR, policy)
    assert (message.gathered, message.severity) == ((), Severity.CRITICAL)
    assert len(list(alert_log(store.db, None, 9, held=True))) == 2
    assert "2 more alerts wait for you." in render(message, MessageFormat.TEXT).body


def test_quiet_hours(store: Store) -> None:
    """What comes in quiet hours goes out in one message when they end."""
    policy = Policy(LONDON, quiet=(quiet_of("22:00-07:00"),))
    night, morning = START + 11 * HOUR, START + 19 * HOUR
    take(store, 3, night)
    assert claimed(store, night, policy) == []
    assert waiting(store) == [("pending", "quiet-hours", iso(morning))] * 3
    take(store, 1, morning)
    assert counts(claimed(store, morning, policy)) == [3, 0]


def test_one_that_waited_goes_alone(store: Store) -> None:
    """A single alert that has waited is told as any other, in full and under its own key."""
    policy = Policy(LONDON, MORNING)
    take(store)
    claimed(store, START, policy)
    (message,) = claimed(store, EIGHT, policy)
    assert (message.gathered, store.db["bundles"].count) == ((), 0)


def test_a_rate_holds_and_gathers(store: Store) -> None:
    """More than so many messages an hour wait, and go out as one when there is room for it."""
    policy = Policy(rate=2)
    take(store, 5)
    first = claimed(store, START, policy)
    assert counts(first) == [0, 0]
    assert waiting(store)[2:] == [("pending", "rate", iso(START + HOUR))] * 3
    note(store, first, START)
    take(store, 1, START + HOUR)
    take(store, 1, START + HOUR)
    last = claimed(store, START + HOUR, policy)
    assert counts(last) == [3, 0]
    assert "1 more alert waits for you." in render(last[0], MessageFormat.TEXT).body
    note(store, last, START + HOUR)
    take(store, 1, START + 1.5 * HOUR)
    assert claimed(store, START + 1.5 * HOUR, policy) == []


def test_what_is_being_sent_counts(store: Store) -> None:
    """A message that is under way counts for the rate, a failed one does not."""
    policy = Policy(rate=1)
    take(store, 1)
    messages = claimed(store, START, policy)
    take(store, 1)
    assert claimed(store, START, policy) == []
    note(store, messages, START, failed=True)
    store.db.execute("UPDATE deliveries SET due = ? WHERE state = 'pending'", [iso(START)])
    assert len(claimed(store, START, policy)) == 1


def test_a_failed_digest_goes_again_as_it_was(store: Store) -> None:
    """A digest that could not be sent goes again whole, under the same key, with nothing added."""
    policy = Policy(LONDON, MORNING)
    take(store, 3)
    claimed(store, START, policy)
    first = claimed(store, EIGHT, policy)
    note(store, first, EIGHT, failed=True)
    take(store, 2, EIGHT)
    claimed(store, EIGHT, policy)
    again = claimed(store, EIGHT + timedelta(minutes=5), policy)
    assert counts(again) == [3]
    assert again[0].key == first[0].key
    note(store, again, EIGHT + timedelta(minutes=5))
    assert counts(claimed(store, EIGHT + DAY, policy)) == [2]


def test_a_crash_while_a_digest_is_sent(store: Store) -> None:
    """After a stop in the middle it goes again, whole, under the same key, marked as a repeat."""
    policy = Policy(LONDON, MORNING)
    take(store, 3)
    claimed(store, START, policy)
    (first,) = claimed(store, EIGHT, policy)
    with store.write() as db:
        recover(db, EIGHT)
    (again,) = claimed(store, EIGHT, policy)
    assert (again.key, len(again.gathered)) == (first.key, 3)
    assert again.repeat_possible
    assert "may be a repeat" in render(again, MessageFormat.TEXT).body


def test_a_digest_that_was_not_begun(store: Store) -> None:
    """A digest that its lane gave back stays one."""
    policy = Policy(LONDON, MORNING)
    take(store, 3)
    claimed(store, START, policy)
    messages = claimed(store, EIGHT, policy)
    with store.write() as db:
        release(db, [message.delivery_id for message in messages], EIGHT)
    again = claimed(store, EIGHT, policy)
    assert [one.key for one in again] == [one.key for one in messages]
    assert counts(again) == [3]


def test_after_an_outage(store: Store) -> None:
    """What is old goes out in one message, what is fresh alone: nobody is flooded."""
    take(store, 20)
    take(store, 2, START + 5 * HOUR)
    messages = claimed(store, START + 5 * HOUR, None, HOUR)
    assert counts(messages) == [20, 0, 0]


def test_a_person_s_wish_goes_alone(store: Store) -> None:
    """What a person sends again of a digest goes at once and alone."""
    policy = Policy(LONDON, MORNING)
    take(store, 2)
    claimed(store, START, policy)
    note(store, claimed(store, EIGHT, policy), EIGHT)
    store.db.execute("UPDATE deliveries SET state = 'dead'")
    with store.write() as db:
        revive(db, [1], EIGHT)
    assert counts(claimed(store, EIGHT, policy)) == [0]


def test_a_clock_that_was_set_back(store: Store) -> None:
    """A digest's turn that comes again, since the clock was set back, is told from the first."""
    policy = Policy(LONDON, MORNING)
    for _ in range(2):
        take(store, 2)
        claimed(store, START, policy)
        note(store, claimed(store, EIGHT, policy), EIGHT)
    assert outbox_counts(store.db)[DeliveryState.SENT] == 4
    assert len({row["key"] for row in store.db["bundles"].rows}) == 2


def test_waiting_is_no_failing(store: Store) -> None:
    """What was held for longer than it may fail is tried as long as all else."""
    policy = Policy(LONDON, (rhythm_of("sun 08:00"),))
    take(store)
    claimed(store, START, policy)
    sunday = next_due(store.db, ["desk"])
    assert sunday is not None
    assert sunday - START > 3 * DAY
    note(store, claimed(store, sunday, policy), sunday, failed=True)
    assert outbox_counts(store.db)[DeliveryState.FAILED] == 1


@pytest.mark.parametrize("form", MessageFormat)
def test_what_a_digest_says(store: Store, form: MessageFormat) -> None:
    """A digest names each alert, the loudest first, with its reference, escaped for its format."""
    policy = Policy(LONDON, MORNING, breaks=None)
    take(store, 2)
    take(store, 1, severity=Severity.CRITICAL)
    store.db.execute("UPDATE articles SET headline = 'Vote <b>*now*</b>' WHERE id = 2")
    store.db.execute("UPDATE alerts SET title = 'Second rule' WHERE id = 3")
    claimed(store, START, policy)
    (message,) = claimed(store, EIGHT, policy)
    title, body = render(message, form)
    assert title == "[CRITICAL] 3 alerts of 2 rules"
    assert body.index("Second rule") < body.index("First rule") < body.index("Story0")
    assert body.count("ref ") == 4
    assert all(one.key in body for one in (message, *message.gathered))
    assert ("<b>*now*</b>" in body.replace(JOINER, "")) is (form is MessageFormat.TEXT)


def test_a_month_of_a_busy_desk(store: Store, clock: ManualClock) -> None:
    """Whatever comes, fails and stops: each alert is in exactly one message that was sent."""
    rng = random.Random(7)  # noqa: S311 - no secret
    policy = Policy(LONDON, (*MORNING, rhythm_of("daily 17:00")), (quiet_of("22:00-09:00"),), 4)
    clock.now = datetime(2026, 3, 25, tzinfo=UTC)  # the clocks are changed on the 29th
    end = clock.now + 10 * DAY
    said: Counter[int] = Counter()
    digests: Counter[str] = Counter()
    while clock.now < end or next_due(store.db, ["desk"]):
        if clock.now < end:
            take(store, rng.randrange(3), clock.now, rng.choice(list(Severity)))
        messages = claimed(store, clock.now, policy, DAY)
        if rng.random() < 0.1:  # a stop before any of them was sent
            with store.write() as db:
                recover(db, clock.now)
        else:
            failed = rng.random() < 0.3
            note(store, messages, clock.now, failed=failed)
            for message in () if failed else messages:
                said.update(one.delivery_id for one in message.gathered or (message,))
                digests[message.key] += 1
        clock.advance(rng.randrange(60, 5_400))
    total = store.db["deliveries"].count
    assert total > 200
    assert outbox_counts(store.db)[DeliveryState.SENT] == total
    assert set(said) == set(range(1, total + 1))
    assert set(said.values()) == set(digests.values()) == {1}


def test_a_policy_that_was_taken_away(store: Store) -> None:
    """What was held goes out in one message when its time has come, policy or not."""
    take(store, 2)
    claimed(store, START, Policy(LONDON, MORNING))
    assert counts(claimed(store, EIGHT, None)) == [2]


def test_what_has_waited_goes_first(store: Store) -> None:
    """Where only one message may go it is that of all which have waited, and news waits."""
    policy = Policy(rate=1)
    take(store, 1)
    note(store, claimed(store, START, policy), START)
    take(store, 2)
    assert claimed(store, START, policy) == []
    take(store, 1, START + 0.5 * HOUR)
    assert counts(claimed(store, START + HOUR, policy)) == [2]
    assert waiting(store)[3] == ("pending", "rate", iso(START + 2 * HOUR))


def test_a_digest_counts_as_one_message(store: Store) -> None:
    """For a rate, and for what may be under way at once, a message counts once with all it holds."""
    policy = Policy(LONDON, MORNING, rate=2)
    take(store, 20)
    claimed(store, START, policy)
    messages = claimed(store, EIGHT, policy)
    with store.write() as db:
        assert room(db, ["desk"], 16) == {"desk": 15}
    note(store, messages, EIGHT)
    take(store, 1, EIGHT)
    claimed(store, EIGHT, policy)
    store.db.execute("UPDATE deliveries SET due = ? WHERE state = 'pending'", [iso(EIGHT)])
    assert counts(claimed(store, EIGHT, policy)) == [0]


def test_other_channels_count_for_themselves(store: Store) -> None:
    """What went out on another channel takes nothing of a channel's rate."""
    accept(store, [told("a.txt", "Other begins.", ("phone",))], START)
    with store.write() as db:
        messages = claim(db, START, room(db, ["phone"], 16))
    note(store, messages, START)
    take(store, 1)
    assert len(claimed(store, START, Policy(rate=1))) == 1


def test_a_digest_after_its_time(store: Store) -> None:
    """A digest that a stopped daemon sends too late is that of its time all the same."""
    policy = Policy(LONDON, MORNING)
    take(store, 2)
    claimed(store, START, policy)
    claimed(store, EIGHT + HOUR, policy)
    (bundle,) = store.db["bundles"].rows
    assert bundle["slot"] == "2026-03-03T08:00+00:00"


def test_what_leaves_a_digest_stays_out(store: Store) -> None:
    """What was withdrawn after a digest had failed is not in it when it goes, nor called sent."""
    policy = Policy(LONDON, MORNING)
    take(store, 3)
    claimed(store, START, policy)
    note(store, claimed(store, EIGHT, policy), EIGHT, failed=True)
    store.db.execute("UPDATE deliveries SET state = 'suppressed', due = NULL WHERE id = 2")
    again = claimed(store, EIGHT + HOUR, policy)
    assert counts(again) == [2]
    note(store, again, EIGHT + HOUR)
    assert [state for state, *_ in waiting(store)] == ["sent", "suppressed", "sent"]


def test_an_embargo_is_no_outage(store: Store) -> None:
    """What an embargo held for days is neither gathered as old, nor given up when it first fails."""
    lift = START + 5 * DAY
    for name in "ab":
        outcome = told(f"{name}.txt", f"{name} begins.")
        (found,) = outcome.found
        article = found.article._replace(embargo=iso(lift))
        alerts = compose(article, found.matches, START)
        accept(
            store,
            [outcome._replace(found=(found._replace(article=article, alerts=alerts),))],
            START,
        )
    messages = claimed(store, lift, None, HOUR)
    assert counts(messages) == [0, 0]
    note(store, messages, lift, failed=True)
    assert outbox_counts(store.db)[DeliveryState.FAILED] == 2


def test_what_a_digest_says_of_each(store: Store) -> None:
    """Each alert of a digest says where it is from, who else has it, and what became of it."""
    policy = Policy(LONDON, MORNING)
    take(store, 2)
    claimed(store, START, policy)
    (message,) = claimed(store, EIGHT, policy)
    first, second = message.gathered
    told_apart = (
        replace(first, recall=Recall.WITHDRAWN, agency="AP", place="VALLETTA", outlets=1),
        replace(second, embargo="2026-03-04", outlets=2, repeat_possible=True),
    )
    body = render(replace(message, gathered=told_apart), MessageFormat.TEXT).body
    assert "WITHDRAWN: Story0 begins. · VALLETTA · AP · +1 outlet · article 1" in body
    assert "EMBARGOED until 2026-03-04: Story1 begins. · +2 outlets · article 2" in body
    assert f"ref {second.key}; may be a repeat" in body


def test_a_very_long_outage(store: Store) -> None:
    """What has waited goes out in messages of at most five hundred alerts, and none is left."""
    take(store, 501)
    messages = claimed(store, START + DAY, None, HOUR)
    note(store, messages, START + DAY)
    rest = claimed(store, START + DAY, None, HOUR)
    assert (counts(messages), counts(rest)) == ([500], [0])


def test_each_alert_has_its_own_time_to_fail(store: Store) -> None:
    """What is gathered with an older alert is not given up with it."""
    take(store, 1)
    take(store, 1, START + 2.9 * DAY)
    late = START + 3.1 * DAY
    messages = claimed(store, late, None, HOUR)
    assert counts(messages) == [2]
    note(store, messages, late, failed=True)
    assert [state for state, _, _ in waiting(store)] == ["dead", "failed"]


def test_a_message_that_gathers_is_never_split(store: Store) -> None:
    """What is gathered goes again whole, if the loudest in it may go: one key, one message."""
    policy = Policy(LONDON, quiet=(quiet_of("22:00-07:00"),))
    take(store, 2)
    take(store, 1, severity=Severity.CRITICAL)
    evening = START + 9 * HOUR
    (first,) = claimed(store, evening, policy, HOUR)
    note(store, [first], evening, failed=True)
    (again,) = claimed(store, evening + 2 * HOUR, policy, HOUR)
    assert (again.key, len(again.gathered)) == (first.key, 3)


def test_each_message_that_gathers_counts(store: Store) -> None:
    """Several messages that were gathered before count for a rate one by one."""
    policy = Policy(LONDON, MORNING, rate=1)
    for day in range(2):
        take(store, 2, START + day * DAY)
        for at in (START + day * DAY, EIGHT + day * DAY):
            note(store, claimed(store, at, policy), at, failed=True)
    store.db.execute("UPDATE deliveries SET due = ?", [iso(EIGHT + 2 * DAY)])
    assert counts(claimed(store, EIGHT + 2 * DAY, policy)) == [2]


def test_after_a_receiver_s_outage(store: Store) -> None:
    """What failed for long, each tried at its own time, goes out in one message with the first."""
    for number in range(6):
        take(store, 1, START + number * timedelta(minutes=7))
        at = START + number * timedelta(minutes=7)
        note(store, claimed(store, at, None, HOUR), at, failed=True)
    store.db.execute("UPDATE deliveries SET due = ? WHERE id > 1", [iso(START + 3 * HOUR)])
    later = START + 2 * HOUR
    assert counts(claimed(store, later, None, HOUR)) == [6]


def test_many_more_than_go_at_once(store: Store) -> None:
    """Where more is due than a message gathers, none that was gathered before is cut in two."""
    policy = Policy(LONDON, MORNING)
    take(store, 600)
    for _ in range(2):
        assert claimed(store, START, policy) == []
    messages = [one for _ in range(2) for one in claimed(store, EIGHT, policy)]
    assert counts(messages) == [500, 100]
    note(store, messages[1:], EIGHT, failed=True)
    note(store, messages[:1], EIGHT + timedelta(seconds=1), failed=True)
    again = claimed(store, EIGHT + HOUR, policy)
    assert sorted(counts(again)) == [100, 500]


def test_what_is_gathered_without_room_goes_whole_later(store: Store) -> None:
    """A message for which the lane has no room yet goes whole when it has, whatever was due when."""
    take(store, 2)
    note(store, claimed(store, START + 2 * HOUR, None, HOUR), START + 2 * HOUR, failed=True)
    take(store, 3, START)
    store.db.execute(
        "UPDATE deliveries SET state = 'failed', reason = 'unreachable', attempts = 1, due = ?"
        " WHERE id > 3",
        [iso(START + 4 * HOUR)],
    )
    later = START + 3 * HOUR
    with store.write() as db:
        first = claim(db, later, {"desk": 1}, {}, HOUR)
    assert counts(first) == [3]
    note(store, first, later)
    assert counts(claimed(store, later, None, HOUR)) == [2]
