"""What trends are drawn from: counted as articles come and deliveries go, and kept for good."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import START, STORY, Site, Wirewatch, told
from kept import DAY, all_sent, came
from wirewatch.clock import iso
from wirewatch.model import Attempt, Mention, Outcome
from wirewatch.pipeline.pruning import Pruning
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store, open_reader
from wirewatch.store.outbox import record, revive
from wirewatch.store.recount import faults_of_summaries
from wirewatch.store.retention import Keeping
from wirewatch.store.summaries import MOST_PAIRED, month_of

Row = tuple[str | int, ...]


def rows(store: Store, table: str) -> list[Row]:
    """Give all rows of a summary, but for the gazetteer, which is `words`."""
    found = store.db.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own tables
    return [tuple(value for value in row if value != "words") for row in found]


def names(*entries: str, gazetteer: str = "words") -> tuple[Mention, ...]:
    """Make mentions of entries."""
    return tuple(Mention(gazetteer, one, one, "body", 0, 1) for one in entries)


def in_one_file(path: str, *versions: tuple[str, int, Sequence[Mention]]) -> Outcome:
    """Make a file with several articles, each with guid, version and mentions."""
    outcome = told(path, f"{path} begins.")
    [found] = outcome.found
    made = tuple(
        found._replace(
            article=found.article._replace(guid=guid, version=version),
            mentions=tuple(mentions),
            alerts=(),
        )
        for guid, version, mentions in versions
    )
    return outcome._replace(found=made)


def test_each_name_and_each_pair_counts_once_an_article(store: Store) -> None:
    """An article that names two three times adds one to each of them, and one to the pair."""
    came(store, "One", names=("baku", "astana", "baku", "astana", "baku"))
    came(store, "Two", names=("baku",))
    assert rows(store, "months") == [("2026-03", "astana", 1), ("2026-03", "baku", 2)]
    assert rows(store, "pairs") == [("2026-03", "astana", "baku", 1)]


def test_gazetteers_do_not_pair_with_each_other(store: Store) -> None:
    """Names of two lists in one article are no pair."""
    accept(store, [in_one_file("a", ("g", 1, names("x") + names("x", "y", gazetteer="z")))], START)
    found = store.db.execute("SELECT gazetteer, entry, other FROM pairs").fetchall()
    assert found == [("z", "x", "y")]


@pytest.mark.parametrize(("number", "pairs"), [(MOST_PAIRED, 780), (MOST_PAIRED + 1, 0)])
def test_a_long_list_makes_no_pairs(store: Store, number: int, pairs: int) -> None:
    """Past so many names in an article none are paired; each is counted still, and the view agrees."""
    came(store, "List", names=tuple(f"name-{one:02}" for one in range(number)))
    assert store.db["months"].count == number
    assert store.db["pairs"].count == store.db["pairs_counted"].count == pairs


@pytest.mark.parametrize(
    ("published", "month"),
    [
        ("2024-12-07", "2024-12"),
        ("2022-06", "2022-06"),
        ("2023-12-30T11:49:00Z", "2023-12"),
        ("2022", "2026-03"),
        (None, "2026-03"),
        ("2026-04-01", "2026-03"),
        ("9999-12-31", "2026-03"),
    ],
)
def test_the_month_is_that_of_publication(store: Store, published: str | None, month: str) -> None:
    """As the article says it; else, or where that is to come, that of receipt; the view agrees."""
    assert month_of(published, iso(START)) == month
    came(store, "One", names=("baku",), published=published)
    assert rows(store, "months") == rows(store, "months_counted") == [(month, "baku", 1)]


def test_versions_count_as_the_first_that_came(store: Store) -> None:
    """What a later version names, or one of an earlier number that comes late, adds nothing."""
    came(store, "Second", names=("baku",), guid="g", version=2)
    came(store, "First", names=("astana",), guid="g", version=1)
    came(store, "Third", names=("astana", "baku"), guid="g", version=3)
    assert rows(store, "months") == [("2026-03", "baku", 1)]
    assert rows(store, "pairs") == []


def test_two_versions_in_one_file_count_once(store: Store) -> None:
    """The first of them counts, by month and by hour, though both are new."""
    accept(store, [in_one_file("a", ("g", 1, names("baku")), ("g", 2, names("astana")))], START)
    assert rows(store, "months") == [("2026-03", "baku", 1)]
    hours = store.db.execute("SELECT name, articles FROM hours WHERE what = 'name'").fetchall()
    assert hours == [("words:baku", 1)]
    assert list(faults_of_summaries(store.db)) == []


def test_a_withdrawal_takes_nothing_back(store: Store) -> None:
    """What was read was read: a kill neither takes a count back nor adds one."""
    came(store, "Said", names=("baku",), guid="g", version=1)
    came(store, "Killed", names=("baku",), guid="g", version=2, status="canceled")
    assert rows(store, "months") == [("2026-03", "baku", 1)]


def send(store: Store, seconds: float, *, ok: bool = True) -> None:
    """Send, or fail to send, all that waits, so many seconds after the start."""
    at = START + timedelta(seconds=seconds)
    with store.write() as db:
        claimed = claim(db, max(at, START), {"desk": 9})
        attempts = [Attempt(one.delivery_id, one.channel, at, ok, 1.0) for one in claimed]
        record(db, attempts, lambda *_: timedelta(), timedelta(days=900))


@pytest.mark.parametrize(
    ("seconds", "step"),
    [
        (-5, 1),
        (0, 1),
        (0.001, 1),
        (0.005, 5),
        (0.0501, 50),
        (0.051, 63),
        (3.999, 4_000),
        (4.0, 4_000),
        (4.001, 5_000),
        (86_400 * 400, 10**9),
    ],
)
def test_a_delay_is_counted_when_a_message_is_sent(store: Store, seconds: float, step: int) -> None:
    """In the step that holds the milliseconds since it was stored, on the day it was sent."""
    came(store, "One", alert=True)
    came(store, "Two", alert=True)
    send(store, seconds)
    day = iso(START + timedelta(seconds=seconds))[:10]
    assert rows(store, "delays") == rows(store, "delays_counted") == [("desk", day, step, 2)]


def test_only_what_was_sent_has_a_delay(store: Store) -> None:
    """Failures have none; what is sent after them has the whole time, also by somebody's wish."""
    came(store, "One", alert=True)
    send(store, 1, ok=False)
    assert rows(store, "delays") == []
    with store.write() as db:
        revive(db, [1], START)
    send(store, 7)
    assert rows(store, "delays") == [("desk", "2026-03-02", 8_000, 1)]


def test_steps_are_a_quarter_apart(store: Store) -> None:
    """From ten milliseconds to eleven days each is the one before and a quarter, but for rounding."""
    steps = [row[0] for row in store.db.execute("SELECT ms FROM steps WHERE ms >= 10 ORDER BY ms")]
    assert (steps[0], steps[-1]) == (10, 10**9)
    assert all(1.19 <= after / before <= 1.34 for before, after in pairwise(steps))


def test_retention_takes_no_summaries(store: Store) -> None:
    """Articles, alerts and receipts go; what they were counted for stays, and is found sound."""
    came(store, "Old", names=("astana", "baku"), alert=True)
    all_sent(store)
    came(store, "Twice", guid="g", version=1)
    came(store, "Again", START + DAY, guid="g", version=2)
    came(store, "New", START + 400 * DAY, names=("baku",), alert=True)
    all_sent(store, START + 400 * DAY)
    before = {table: rows(store, table) for table in ("months", "pairs", "delays")}
    keeping = Keeping(30 * DAY, 30 * DAY, 30 * DAY, 30 * DAY)
    pruned = Pruning(store, keeping, START + 401 * DAY, lambda _: False).run()
    assert pruned.rows["articles"] == 3
    assert {table: rows(store, table) for table in before} == before
    assert list(faults_of_summaries(store.db)) == []


@pytest.mark.parametrize("frozen", ["m001_spine", "m002_retention", "m003_figures"])
def test_an_older_store_is_counted_once(frozen: str, tmp_path: Path) -> None:
    """Its summaries are those of what it holds, and go on from there."""
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((Path(__file__).parent / "schemas" / f"{frozen}.sql").read_text())
    store = Store.open(path)
    assert {row[1] for row in rows(store, "months")} == {"told", "astana", "baku", "first", "gone"}
    assert rows(store, "pairs") == [("2026-03", "astana", "baku", 1)]
    assert rows(store, "delays") == [("desk", "2026-03-02", 1, 1)]
    came(store, "Third", names=("first",), guid="g", version=3)
    came(store, "Other", names=("astana", "baku"))
    assert rows(store, "pairs") == [("2026-03", "astana", "baku", 2)]
    assert list(faults_of_summaries(store.db)) == []
    store.close()


one_article = st.tuples(
    st.sampled_from(["g1", "g2", "g3", "g4"]), st.integers(1, 3), st.lists(st.sampled_from("abcd"))
)


@given(st.lists(st.lists(one_article, min_size=1, max_size=4), min_size=1, max_size=6))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_summaries_are_what_counting_anew_gives(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, int, list[str]]]]
) -> None:
    """Whatever comes in whatever order, in one batch or in several, the books balance."""
    store = Store.open(tmp_path_factory.mktemp("any") / "store.db")
    outcomes = [
        in_one_file(f"{number}", *((guid, version, names(*said)) for guid, version, said in file))
        for number, file in enumerate(files)
    ]
    half = len(outcomes) // 2
    for batch in (outcomes[:half], outcomes[half:]):
        accept(store, batch, START)
    for table in ("months", "pairs"):
        assert rows(store, table) == sorted(rows(store, f"{table}_counted"))
    assert list(faults_of_summaries(store.db)) == []
    store.close()


HARMS = {
    "months": "UPDATE months SET articles = articles + 1",
    "pairs": "DELETE FROM pairs",
    "delays": "UPDATE delays SET deliveries = 0",
}


@pytest.mark.parametrize("table", HARMS)
def test_a_count_that_contradicts_the_rows_is_found(store: Store, table: str) -> None:
    """One too many, one missing, one too few: each is told, with its key and both numbers."""
    came(store, "One", names=("astana", "baku"), alert=True)
    all_sent(store)
    assert list(faults_of_summaries(store.db)) == []
    store.db.execute(HARMS[table])
    found = list(faults_of_summaries(store.db))
    assert {one.subject for one in found} == {f"table {table}"}
    assert "are counted, 1 are there" in found[0].problem


def test_what_retention_took_may_be_counted_still(store: Store) -> None:
    """Once articles are gone a count may be larger than they are, and is a fault when smaller."""
    came(store, "Old", names=("baku",))
    came(store, "New", START + 400 * DAY, names=("baku",), published="2026-03")
    Pruning(store, Keeping(articles=30 * DAY), START + 401 * DAY, lambda _: False).run()
    assert rows(store, "months") == [("2026-03", "baku", 2)]
    assert list(faults_of_summaries(store.db)) == []
    store.db.execute("UPDATE months SET articles = 0")
    [found] = faults_of_summaries(store.db)
    assert found.problem == "words 2026-03 baku: 0 articles are counted, 1 are there"


def test_db_check_holds_summaries_against_articles(site: Site, wirewatch: Wirewatch) -> None:
    """A count that is wrong is one of the things that `wirewatch db check` names."""
    site.deliver("story.txt", STORY)
    assert wirewatch("ingest", site.inbox).code == 0
    store = Store.open(site.database)
    store.db.execute("UPDATE months SET articles = 7")
    store.close()
    ran = wirewatch("db", "check", "--json")
    assert ran.code == 1
    assert {one["subject"] for one in json.loads(ran.out)} == {"table months"}


def test_summaries_are_checked_by_reading_only(store: Store) -> None:
    """A connection that cannot write is enough."""
    came(store, "Here")
    with closing(open_reader(store.path)) as reader:
        assert list(faults_of_summaries(reader)) == []
