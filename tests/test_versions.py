"""A story's next versions: the newest counts, the old are kept, and nobody is told twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import START, having, told
from wirewatch.alerts.compose import compose
from wirewatch.alerts.routes import Router
from wirewatch.clock import iso
from wirewatch.model import Article, Found, Match, Outcome, Span
from wirewatch.notify.render import render
from wirewatch.sieve import EVERYTHING
from wirewatch.states import FileReason, FileState, MessageFormat, Severity
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.archive import candidates
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim
from wirewatch.store.database import Store

LATER = START + timedelta(hours=2)


def match(rule: str) -> Match:
    """Make a match of a rule that tells the desk."""
    return Match(rule, f"hash-{rule}", rule, Severity.HIGH, ("desk",), (Span("body", 0, 4),))


def version(number: int, *rules: str, status: str = "usable", guid: str = "tag:story") -> Outcome:
    """Make the outcome of a file that holds one version of a story."""
    article = Article(guid, "", "Head", f"body of {number}", version=number, status=status)
    matches = tuple(map(match, rules))
    found = Found(article, (), matches, compose(article, matches, START))
    return told(f"{guid}-{number}-{status}.txt", f"{guid} {number}")._replace(found=(found,))


def taken(store: Store, *outcomes: Outcome) -> list[Accepted]:
    """Accept outcomes, each in a transaction of its own."""
    return [accept(store, [outcome], START)[0] for outcome in outcomes]


def versions(store: Store) -> list[tuple[int, int]]:
    """Give each stored version, and whether it is current."""
    rows = store.db.execute("SELECT version, current FROM article_versions").fetchall()
    return [tuple(row) for row in rows]


def alerts(store: Store) -> list[tuple[str, int]]:
    """Give the rule of each alert, and the version that raised it."""
    query = "SELECT al.rule, a.version FROM alerts al JOIN articles a ON a.id = al.article_id"
    return [tuple(row) for row in store.db.execute(f"{query} ORDER BY al.id").fetchall()]


def test_a_newer_version_replaces_and_the_old_is_kept(store: Store) -> None:
    """The newest is what views and searches show; the old one stays in `article_versions`."""
    taken(store, version(1), version(2))
    assert versions(store) == [(1, 0), (2, 1)]
    assert [row[0] for row in store.db.execute("SELECT headline FROM recent").fetchall()] == [
        "Head"
    ]
    assert [one.article.version for one in candidates(store.db, having('"body"'))] == [2]
    assert [one.article.version for one in candidates(store.db, EVERYTHING, every=True)] == [2, 1]


def test_an_older_version_that_comes_late_is_kept_beside(store: Store) -> None:
    """A late older version neither replaces the newer one nor raises an alert."""
    taken(store, version(3, "a"), version(2, "a", "b"))
    assert versions(store) == [(2, 0), (3, 1)]
    assert alerts(store) == [("a", 3)]


def test_the_same_version_twice_is_a_duplicate(store: Store) -> None:
    """Other bytes of the same guid and version are a duplicate, and tell nobody."""
    again = version(1, "a")
    _, second = taken(store, version(1, "a"), again._replace(arrival=told("b.txt", "b").arrival))
    assert (second.state, second.reason) == (FileState.DUPLICATE, FileReason.SAME_ARTICLE)
    assert alerts(store) == [("a", 1)]


def test_a_version_alerts_only_for_what_newly_matches(store: Store) -> None:
    """Rules that an earlier version was told of stay silent, in one batch and across restarts."""
    taken(store, version(1, "a"))
    accept(store, [version(2, "a", "b"), version(3, "b", "c")], START)
    assert alerts(store) == [("a", 1), ("b", 2), ("c", 3)]
    assert versions(store) == [(1, 0), (2, 0), (3, 1)]


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_what_is_withdrawn_is_marked_and_out_of_sight(store: Store, status: str) -> None:
    """A killed article stays, marked, out of the default views and searches, and rings nobody."""
    taken(store, version(1, "a"), version(2, "a", "b", status=status))
    assert versions(store) == [(1, 0), (2, 1)]
    assert store.db.execute("SELECT count(*) FROM recent").fetchone()[0] == 0
    assert list(candidates(store.db, EVERYTHING)) == []
    assert alerts(store) == [("a", 1)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), max_size=4), max_size=4))
def test_in_any_order_the_newest_is_current(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    """However versions come, in batches or one by one, exactly the newest is current."""
    store = Store.open(tmp_path_factory.mktemp("versions") / "wirewatch.db")
    for batch in batches:
        accept(store, [version(number, "a") for number in batch], START)
    seen = sorted({number for batch in batches for number in batch})
    assert versions(store) == [(number, int(number == seen[-1])) for number in seen]
    assert len(alerts(store)) == bool(seen)
    store.close()


EMBARGOED = Article("tag:e", "", "Head", "body text", embargo=iso(LATER))


@pytest.mark.parametrize(
    ("embargo", "due"),
    [
        (iso(LATER), LATER),
        (iso(START - timedelta(hours=1)), START),
        ("2026-03-02T12:30:00", START + timedelta(hours=12, minutes=30)),
        ("2026-03-03", datetime.fromisoformat("2026-03-03T12:00:00Z")),
        ("2026-04", datetime.fromisoformat("2026-04-01T12:00:00Z")),
        ("2027", datetime.fromisoformat("2027-01-01T12:00:00Z")),
        ("9999-12-31T23:00:00", datetime.max.replace(tzinfo=UTC)),
        (None, START),
    ],
)
def test_an_embargo_holds_channels_that_are_not_cleared(embargo: str | None, due: datetime) -> None:
    """Cleared channels are told at once, the others when it lifts: without a zone, everywhere."""
    one = match("a")._replace(channels=("desk", "editor"))
    article = EMBARGOED._replace(embargo=embargo)
    (alert,) = compose(article, [one], START, Router(cleared=frozenset({"editor"})))
    assert [(plan.channel, plan.due) for plan in alert.deliveries] == [
        ("desk", due), ("editor", START),
    ]  # fmt: skip


def test_an_embargoed_message_waits_and_says_so(store: Store) -> None:
    """It lies in the outbox until the embargo lifts, and the message shows the embargo."""
    matches = (match("a"),)
    found = Found(EMBARGOED, (), matches, compose(EMBARGOED, matches, START))
    accept(store, [told("e.txt", "e")._replace(found=(found,))], START)
    assert next_due(store.db, ["desk"]) == LATER
    with store.write() as db:
        assert claim(db, LATER - timedelta(seconds=1), {"desk": 9}) == []
        (message,) = claim(db, LATER, {"desk": 9})
    for form in MessageFormat:
        assert "EMBARGOED until" in render(message, form).body
        assert "EMBARGOED" not in render(replace(message, embargo=None), form).body


def test_a_message_that_waited_says_that_a_newer_version_has_come(store: Store) -> None:
    """What is told of an older version because it had to wait says so, with the newer one's number."""
    taken(store, version(1, "a"), version(4))
    (message,) = claim(store.db, START, {"desk": 9})
    assert message.newer == 4
    for form in MessageFormat:
        assert "Version 4 has come since" in render(message, form).body


def test_the_newest_version_says_nothing_of_it(store: Store) -> None:
    """A message of the newest version speaks of no other."""
    taken(store, version(3), version(4, "a"))
    (message,) = claim(store.db, START, {"desk": 9})
    assert "has come since" not in render(message, MessageFormat.TEXT).body
