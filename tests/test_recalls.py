"""Recalls: who was told of a story hears of its withdrawal or correction, and nobody else."""

from datetime import timedelta

import pytest

from conftest import START, told
from wirewatch.alerts.compose import compose
from wirewatch.clock import iso
from wirewatch.model import Article, Attempt, Found, Match, Message, Outcome, Span
from wirewatch.notify.render import render
from wirewatch.states import DeliveryReason, MessageFormat, Recall, Severity
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record, recover, release
from wirewatch.text.changes import changes

FIRST = "The Senate met in Astana. Forty clocks were mended. The lift stood still."
SECOND = "The Senate met in Astana. Fourteen clocks were mended. The lift stood still. It rained."


def version(number: int, body: str, *rules: tuple[str, ...], **fields: str) -> Outcome:
    """Make a version of a story; a rule is its name and then its channels."""
    article = Article("tag:story", "", "Clocks", body, version=number, **fields)  # type: ignore[arg-type]
    matches = tuple(
        Match(rule[0], f"h-{rule[0]}", rule[0], Severity.HIGH, rule[1:], (Span("body", 0, 3),))
        for rule in rules
    )
    found = Found(article, (), matches, compose(article, matches, START))
    return told(f"{number}.txt", f"{number} {body}")._replace(found=(found,))


def sent(store: Store, *, but: str = "") -> list[Message]:
    """Send what is due on all channels, but for one where nothing answers; give the messages."""
    channels = [row[0] for row in store.db.execute("SELECT DISTINCT channel FROM deliveries")]
    with store.write() as db:
        messages = claim(db, START + timedelta(days=1), dict.fromkeys(channels, 9))
        for message in messages:
            ok = message.channel != but
            why = None if ok else DeliveryReason.UNREACHABLE
            attempt = Attempt(message.delivery_id, message.channel, START, ok, 1.0, why)
            record(db, [attempt], lambda *_: timedelta(hours=1), timedelta(days=3))
    return messages


def states(store: Store) -> dict[tuple[str, int], str]:
    """Give the state of each delivery, by channel and version."""
    rows = store.db.execute(
        "SELECT d.channel, a.version, d.state FROM deliveries d JOIN alerts al"
        " ON al.id = d.alert_id JOIN articles a ON a.id = al.article_id"
    )
    return {(channel, number): state for channel, number, state in rows.fetchall()}


def test_a_kill_goes_to_those_who_were_told(store: Store) -> None:
    """Each channel that was told hears of it once; one that was not told hears nothing at all."""
    accept(store, [version(1, FIRST, ("a", "desk", "phone"), ("b", "desk"), ("c", "late"))], START)
    sent(store, but="late")
    (done,) = accept(store, [version(2, "", status="canceled")], START)
    assert (done.alerts, done.deliveries) == (2, 2)
    told_now = sent(store)
    assert sorted((one.channel, one.recall) for one in told_now) == [
        ("desk", Recall.WITHDRAWN), ("phone", Recall.WITHDRAWN),
    ]  # fmt: skip
    assert states(store)["late", 1] == "suppressed"
    assert len({one.key for one in told_now}) == 2


def test_what_waits_is_told_to_nobody_once_it_is_withdrawn(store: Store) -> None:
    """A story and its kill in one batch reach no one, and the outbox says why."""
    accept(store, [version(1, FIRST, ("a", "desk")), version(2, "", status="withheld")], START)
    assert sent(store) == []
    row = store.db.execute("SELECT state, reason, due, finished FROM deliveries").fetchone()
    assert tuple(row) == ("suppressed", "withdrawn", None, iso(START))


@pytest.mark.parametrize("together", [True, False])
def test_a_correction_follows_what_still_waits(store: Store, *, together: bool) -> None:
    """Whoever is told late of the error is told of the correction too, even out of one batch."""
    first, second = version(1, FIRST, ("a", "desk")), version(2, SECOND, signal="correction")
    for batch in [[first, second]] if together else [[first], [second]]:
        accept(store, batch, START)
    assert [one.recall for one in sent(store)] == [None, Recall.CORRECTED]


def test_a_kill_takes_back_a_correction_that_waits(store: Store) -> None:
    """Who was told of the story hears of its kill alone; who was not, hears nothing."""
    accept(store, [version(1, FIRST, ("a", "desk", "late"))], START)
    sent(store, but="late")
    accept(store, [version(2, SECOND, signal="correction")], START)
    accept(store, [version(3, "", status="canceled")], START)
    assert [(one.channel, one.recall) for one in sent(store)] == [("desk", Recall.WITHDRAWN)]


@pytest.mark.parametrize("signal", ["correction", "kill"])
def test_a_correction_says_what_has_changed(store: Store, signal: str) -> None:
    """Sentence by sentence, in every markup; a channel newly matched gets an alert of its own."""
    accept(store, [version(1, FIRST, ("a", "desk"))], START)
    sent(store)
    again = version(2, SECOND, ("a", "desk"), ("b", "editor"), signal=signal)
    accept(store, [again], START)
    by_channel = {one.channel: one for one in sent(store)}
    assert {channel: one.recall for channel, one in by_channel.items()} == {
        "desk": Recall.CORRECTED, "editor": None,
    }  # fmt: skip
    for form in MessageFormat:
        shown = render(by_channel["desk"], form)
        assert "CORRECTED" in shown.title
        for sentence in ("Forty clocks were mended", "Fourteen clocks were mended", "It rained"):
            assert sentence in shown.body
        assert "The lift stood still" not in shown.body
        assert "CORRECTED" not in render(by_channel["editor"], form).title


def test_a_plain_new_version_recalls_nothing(store: Store) -> None:
    """An update without a correcting signal, or an old version that comes late, tells no one."""
    accept(store, [version(2, FIRST, ("a", "desk"))], START)
    sent(store)
    accept(store, [version(3, SECOND, ("a", "desk"), signal="update")], START)
    accept(store, [version(1, "", status="canceled")], START)
    assert sent(store) == []


def test_each_correction_is_told_anew(store: Store) -> None:
    """A second correction goes to the same channel, held against what it was told last."""
    accept(store, [version(1, FIRST, ("a", "desk"))], START)
    sent(store)
    for number, body in ((2, SECOND), (3, FIRST)):
        accept(store, [version(number, body, signal="correction")], START)
        (message,) = sent(store)
        assert message.earlier == (FIRST if number == 2 else SECOND)


def test_changes_are_sentences() -> None:
    """What is the same is left out; what is gone and what is new stand in reading order."""
    assert changes(FIRST, SECOND) == [
        ("-", "Forty clocks were mended."),
        ("+", "Fourteen clocks were mended."),
        ("+", "It rained."),
    ]
    assert changes(FIRST, FIRST) == []
    assert changes("", "One. Two.") == [("+", "One."), ("+", "Two.")]


def test_a_kill_is_told_though_the_story_came_back_at_once(store: Store) -> None:
    """Who was told hears of the kill, even where the next version came in the same batch."""
    accept(store, [version(1, FIRST, ("a", "desk"))], START)
    sent(store)
    accept(store, [version(2, "", status="canceled"), version(3, SECOND)], START)
    assert [(one.channel, one.recall) for one in sent(store)] == [("desk", Recall.WITHDRAWN)]


@pytest.mark.parametrize("how", ["failed", "crashed", "given back"])
def test_what_is_withdrawn_under_way_goes_no_more(store: Store, how: str) -> None:
    """What was being sent when its story was withdrawn, and did not arrive, is not tried again."""
    accept(store, [version(1, FIRST, ("a", "desk"))], START)
    with store.write() as db:
        (message,) = claim(db, START, {"desk": 1})
    accept(store, [version(2, "", status="canceled")], START)
    with store.write() as db:
        if how == "failed":
            why = DeliveryReason.UNREACHABLE
            attempt = Attempt(message.delivery_id, "desk", START, False, 1.0, why)
            record(db, [attempt], lambda *_: timedelta(hours=1), timedelta(days=3))
        elif how == "crashed":
            recover(db, START)
        else:
            release(db, [message.delivery_id], START)
    assert states(store) == {("desk", 1): "suppressed", ("desk", 2): "pending"}
    assert [one.recall for one in sent(store)] == [Recall.WITHDRAWN]


@pytest.mark.parametrize(("embargo", "hours", "reason"), [(None, 5, "digest"), (9, 9, None)])
def test_a_newer_version_hurries_nothing(
    store: Store, embargo: int | None, hours: int, reason: str | None
) -> None:
    """What waits for a digest waits on when a newer version comes, and for its embargo too."""
    accept(store, [version(1, FIRST, ("a", "desk"))], START)
    held = iso(START + timedelta(hours=5))
    store.db.execute("UPDATE deliveries SET due = ?, reason = 'digest'", [held])
    fields = {"embargo": iso(START + timedelta(hours=embargo))} if embargo else {}
    accept(store, [version(2, SECOND, **fields)], START)
    row = store.db.execute("SELECT due, reason FROM deliveries").fetchone()
    assert tuple(row) == (iso(START + timedelta(hours=hours)), reason)
