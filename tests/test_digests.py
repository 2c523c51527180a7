"""Digests of nothing: told on request, once, and only where nothing came."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Site, Wirewatch, told
from wirewatch.alerts.policy import Policy
from wirewatch.clock import iso
from wirewatch.deployment import load_deployment
from wirewatch.model import Attempt, Message
from wirewatch.notify.render import render
from wirewatch.rhythm import last_time, next_time, quiet_of, rhythm_of
from wirewatch.states import DeliveryReason, MessageFormat, Severity
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.digests import tell_of_nothing
from wirewatch.store.outbox import record

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
EIGHT = datetime(2026, 3, 3, 8, tzinfo=UTC)
DAILY = Policy(LONDON, (rhythm_of("daily 08:00"),), tells_of_nothing=True)


def look(store: Store, now: datetime, policy: Policy = DAILY) -> int:
    """Look whether there is a digest of nothing to be told."""
    with store.write() as db:
        return tell_of_nothing(db, {"desk": policy}, now)


def sent(
    store: Store, now: datetime, policy: Policy = DAILY, *, failed: bool = False
) -> list[Message]:
    """Send what is due."""
    with store.write() as db:
        messages = claim(db, now, {"desk": 8}, {"desk": policy})
    why = DeliveryReason.UNREACHABLE if failed else None
    attempts = [Attempt(one.delivery_id, "desk", now, not failed, 1.0, why) for one in messages]
    with store.write() as db:
        record(db, attempts, lambda *_: MINUTE, 3 * DAY)
    return messages


def arrive(store: Store, name: str, now: datetime, severity: Severity = Severity.HIGH) -> None:
    """Take in a story whose alert is due now."""
    outcome = told(f"{name}.txt", f"{name} begins.")
    [found] = outcome.found
    [alert] = found.alerts
    match = alert.match._replace(severity=severity)
    deliveries = tuple(one._replace(due=now) for one in alert.deliveries)
    alert = alert._replace(match=match, deliveries=deliveries)
    accept(store, [outcome._replace(found=(found._replace(alerts=(alert,)),))], now)


def test_nothing_came(store: Store) -> None:
    """At the digest's time the channel is told that nothing came, once, and again the next day."""
    assert not look(store, EIGHT - DAY - 2 * HOUR)
    for day in range(2):
        now = EIGHT + day * DAY
        assert [look(store, now + n * MINUTE) for n in range(3)] == [1, 0, 0]
        [message] = sent(store, now + MINUTE)
        assert message.rule_title == "Nothing today"
        since = f"{now - DAY:%Y-%m-%d %H:%M}Z"
        assert message.headline == f"Nothing has come since {since}."
        assert not look(store, now + 30 * MINUTE)
    assert "Nothing has come since" in render(message, MessageFormat.TEXT).body


def test_something_came(store: Store) -> None:
    """A digest that holds something is told, and nothing of nothing: before, while, after it goes."""
    for count, day in ((1, 0), (2, 1)):
        now = EIGHT + day * DAY
        for number in range(count):
            arrive(store, f"story{day}{number}", now - HOUR)
        assert sent(store, now - HOUR) == []
        assert not look(store, now)
        with store.write() as db:
            messages = claim(db, now, {"desk": 8}, {"desk": DAILY})
        assert not look(store, now)
        attempts = [Attempt(one.delivery_id, "desk", now, True, 1.0) for one in messages]
        with store.write() as db:
            record(db, attempts, lambda *_: MINUTE, 3 * DAY)
        assert not look(store, now + MINUTE)


BODY = (
    "The speaker of the parliament received a delegation of twelve members on Monday morning. "
    "They agreed to hold a joint session on the budget in the second half of September."
)


def test_a_copy_of_what_a_digest_holds_does_not_ring(store: Store) -> None:
    """However many outlets bring a story before the digest, it stands in it once."""
    for outlet in range(3):
        outcome = told(f"{outlet}.txt", BODY, guid=f"tag:{outlet}")
        [found] = outcome.found
        article = found.article._replace(agency=f"Outlet {outlet}")
        arrival = outcome.arrival._replace(sha256=f"{outlet}")
        marked = found._replace(article=article, marks=(1, 2), words=30)
        now = EIGHT - HOUR + outlet * MINUTE
        accept(store, [outcome._replace(arrival=arrival, found=(marked,))], now)
        assert sent(store, now) == []
    assert (store.db["articles"].count, store.db["alerts"].count) == (3, 1)
    [message] = sent(store, EIGHT)
    assert (message.gathered, message.outlets) == ((), 2)


def test_a_digest_of_what_nobody_had_looked_at_is_not_empty(store: Store) -> None:
    """What came while the channel rested, and went after the digest's time, was in the digest."""
    arrive(store, "story", EIGHT - HOUR)
    assert len(sent(store, EIGHT + 20 * MINUTE)) == 1
    assert not look(store, EIGHT + 30 * MINUTE)


def test_a_digest_that_fails_is_not_empty(store: Store) -> None:
    """What could not be sent, and goes again, is not nothing."""
    arrive(store, "story", EIGHT - HOUR)
    sent(store, EIGHT - HOUR)
    assert len(sent(store, EIGHT, failed=True)) == 1
    assert not look(store, EIGHT + MINUTE)


def test_what_comes_after_belongs_to_the_next(store: Store) -> None:
    """An alert that comes a minute after an empty digest does not fill it."""
    arrive(store, "late", EIGHT + MINUTE)
    assert sent(store, EIGHT + MINUTE) == []
    assert look(store, EIGHT + MINUTE)
    assert look(store, EIGHT + DAY) == 0


def test_what_went_at_once_is_counted(store: Store) -> None:
    """Where urgent alerts went out at once, the empty digest says how many."""
    for name in ("one", "two"):
        arrive(store, name, EIGHT - HOUR, Severity.CRITICAL)
    assert len(sent(store, EIGHT - HOUR)) == 2
    assert look(store, EIGHT)
    [message] = sent(store, EIGHT)
    assert message.headline.endswith("Z but the 2 messages that went out at once.")


@pytest.mark.parametrize(
    "policy",
    [
        Policy(LONDON, DAILY.digests),
        Policy(LONDON, tells_of_nothing=True),
        Policy(LONDON, DAILY.digests, (quiet_of("07:00-09:00"),), tells_of_nothing=True),
    ],
)
def test_who_does_not_want_it_is_not_told(store: Store, policy: Policy) -> None:
    """Without `nothing`, without a digest, or in quiet hours nobody is told of nothing."""
    assert not look(store, EIGHT, policy)


def test_late_is_too_late(store: Store) -> None:
    """A daemon that starts more than an hour after a digest's time says nothing of it."""
    assert not look(store, EIGHT + HOUR + MINUTE)
    assert look(store, EIGHT + HOUR)


def test_what_a_rate_holds_is_not_nothing(store: Store) -> None:
    """A digest that waits for its turn among so many messages an hour is not empty."""
    arrive(store, "story", EIGHT - HOUR)
    sent(store, EIGHT - HOUR)
    store.db.execute(
        "UPDATE deliveries SET reason = 'rate', due = ?, since = ?", [iso(EIGHT), iso(EIGHT + HOUR)]
    )
    assert not look(store, EIGHT)


@pytest.mark.parametrize("said", ["daily 01:30", "daily 02:30", "mon-fri 08:00", "0 */6 * * *"])
@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_the_last_time_is_what_the_next_time_was(said: str, minutes: int) -> None:
    """Looking back finds what looking forward gave, across changes of the clock."""
    rhythms, moment = (rhythm_of(said),), datetime(2025, 1, 10, tzinfo=UTC) + minutes * MINUTE
    last = last_time(rhythms, LONDON, moment)
    assert last <= moment < next_time(rhythms, LONDON, moment)
    assert next_time(rhythms, LONDON, last - MINUTE) == last
    assert next_time(rhythms, LONDON, last) > moment


def test_a_channel_says_that_it_wants_it(wirewatch: Wirewatch, site: Site) -> None:
    """`nothing = true` of a channel is at work."""
    site.write("json://127.0.0.1:9/x", 'digest = ["daily 08:00"]\nnothing = true\n')
    assert wirewatch("check").code == 0
    assert load_deployment(site.config).patience.policies["desk"].empty_since(EIGHT)
