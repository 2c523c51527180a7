"""The workbench: a query read with its faults and tree, tried on what is stored within bounds."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from conftest import GAZETTEER, START, having, told
from wirewatch.clock import iso
from wirewatch.model import Condition
from wirewatch.pipeline import workbench
from wirewatch.pipeline.workbench import Bounds, Stop, Trial, drawn, read, try_out
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.rulebook import Rule, rule_of
from wirewatch.sieve import EVERYTHING
from wirewatch.store.accept import accept
from wirewatch.store.archive import candidates
from wirewatch.store.database import DatabaseError, Store, open_reader
from wirewatch.store.lookback import TakesTooLongError, broken_off, first_since

DAY = timedelta(days=1)
NO_LISTS: dict[str, Gazetteer] = {}


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Gazetteer]:
    """Give a small list of parliaments."""
    (tmp_path / "parliament.toml").write_text(GAZETTEER)
    return load_gazetteers([tmp_path / "parliament.toml"], [])


def rule(query: str, name: str = "visits") -> Rule:
    return rule_of(name, query, NO_LISTS)


def stored(store: Store, *stories: str, day: int = 0) -> None:
    """Take stories in, so many days after the start."""
    now = START + day * DAY
    for number, body in enumerate(stories):
        outcome = told(f"{day}-{number}.txt", body)
        accept(store, [outcome._replace(arrival=outcome.arrival._replace(seen=now))], now)


@pytest.fixture
def archive(store: Store) -> Store:
    """Store three days of articles."""
    stored(store, "Bridges fell in the flood.", "Roads were closed by snow.")
    stored(store, "Bridges were mended by night.", day=1)
    stored(store, "Bridges and roads were opened.", "Roads were built.", day=2)
    return store


def trial(
    store: Store, query: str, live: str = "", bounds: Bounds = workbench.USUAL, days: int = 30
) -> Trial:
    """Try a query on what has come until two days after the start."""
    now = START + 2 * DAY
    old = rule(live) if live else None
    return try_out(
        open_reader(store.path), rule(query), NO_LISTS, now - days * DAY, now, old, bounds
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "said", "remedy"),
    [
        ("bridges AND", 1, 12, "the query ends too early", "add what comes"),
        ("bridges\nAND (roads", 2, 11, "too early", "close"),
        ("@parlament:KZ AND roads", 1, 1, "unknown gazetteer @parlament", "did you mean"),
        ("roads AND @parliament:XX", 1, 11, "has no entry, country or group 'XX'", ""),
        ("NOT roads", 0, 0, "only says what must not be there", "add a word"),
        ("roads AND NOT roads", 0, 0, "can never be true", "take one"),
        ("x" * 20_001, 0, 0, "the workbench takes 20000", "gazetteer"),
    ],
)
def test_faults_have_their_place(  # noqa: PLR0917 - a fixture, and what is asked
    text: str, line: int, column: int, said: str, remedy: str, lists: dict[str, Gazetteer]
) -> None:
    """What is wrong with a query is said with line, column, caret and remedy, where it has a place."""
    [fault] = read(text, lists).faults
    assert (fault.line, fault.column) == (line, column)
    assert said in fault.problem
    assert remedy in fault.remedy
    assert bool(fault.drawn) == bool(line)
    if fault.drawn:
        *_, shown, caret = fault.drawn.splitlines()
        assert caret.index("^") - 4 == column - 1
        assert shown.strip() == text.splitlines()[line - 1]


def test_a_query_is_drawn_as_it_was_understood(lists: dict[str, Gazetteer]) -> None:
    """The tree shows operators and leaves, and what makes a query slow is noted."""
    found = read('Majilis NEAR/3 (visit* OR "state visit") AND NOT @parliament:AZ', lists)
    assert found.faults == ()
    assert found.rule
    assert found.tree
    assert list(drawn(found.tree)) == [
        "AND",
        "├─ NEAR/3",
        "│  ├─ majilis",
        "│  └─ OR",
        "│     ├─ visit*",
        '│     └─ "state visit"',
        "└─ NOT",
        "   └─ @parliament:AZ",
    ]
    assert found.note == ""
    assert "tried on every article" in read("/[0-9]+/", lists).note


def test_what_it_would_have_caught(archive: Store) -> None:
    """A trial counts by day, and gives the newest with the places of their hits."""
    found = trial(archive, "bridges AND NOT night", days=3)
    assert (found.caught, found.stopped, found.looked) == (2, None, 3)
    assert [(day.day, day.new, day.whole) for day in found.days] == [
        ("2026-03-01", 0, True),
        ("2026-03-02", 1, True),
        ("2026-03-03", 0, True),
        ("2026-03-04", 1, True),
    ]
    assert [one.stored.article.body[:17] for one in found.newest] == [
        "Bridges and roads", "Bridges fell in t",
    ]  # fmt: skip
    assert [tuple(span) for span in found.newest[0].spans] == [("body", 0, 7)]
    assert (found.reached, found.difference) == ("2026-03-01T12:00:00.000Z", None)


def test_what_is_older_is_left_out(archive: Store) -> None:
    """Only what has arrived since the beginning counts, and is looked at."""
    found = trial(archive, "bridges", days=1)
    assert (found.caught, found.looked) == (2, 2)


def test_it_differs_from_the_live_rule(archive: Store) -> None:
    """Articles of the new query alone, of the live rule alone and of both are counted and shown."""
    found = trial(archive, "bridges", "roads")
    assert found.difference
    told_apart = found.difference
    assert (told_apart.gained, told_apart.lost, told_apart.both) == (2, 2, 1)
    assert [one.stored.article.body[:12] for one in told_apart.newest_gained] == [
        "Bridges were", "Bridges fell",
    ]  # fmt: skip
    assert [one.stored.article.body[:12] for one in told_apart.newest_lost] == [
        "Roads were b", "Roads were c",
    ]  # fmt: skip
    assert [(day.new, day.old) for day in found.days[-3:]] == [(1, 1), (1, 0), (1, 2)]
    assert (told_apart.live, told_apart.note) == ("visits", "")


def test_a_condition_over_time_is_said_not_to_be_replayed(archive: Store) -> None:
    """A live rule that rings only when more comes is compared by its query, and that is said."""
    live = rule("roads")
    waiting = Condition(within=timedelta(hours=1), articles=3)
    now = START + 2 * DAY
    difference = try_out(
        archive.db, rule("bridges"), NO_LISTS, START, now, replace(live, when=waiting)
    ).difference
    assert difference
    assert "rings only at 3 articles within 1 h, which is not replayed" in difference.note


def test_it_stops_at_a_number(archive: Store) -> None:
    """A trial that has looked at as many articles as it may says so, and which days it saw whole."""
    found = trial(archive, "bridges", bounds=Bounds(articles=2, shown=1), days=2)
    assert (found.stopped, found.looked, found.caught, len(found.newest)) == (Stop.NUMBER, 2, 2, 1)
    assert found.reached == "2026-03-03T12:00:00.000Z"
    assert [(day.new, day.whole) for day in found.days] == [(0, False), (1, False), (1, True)]
    assert trial(archive, "bridges", bounds=Bounds(articles=3), days=2).stopped is None


@pytest.mark.parametrize("looks", [0, 1, 2, 5])
def test_it_stops_when_its_time_is_over(archive: Store, looks: int) -> None:
    """A trial whose time is over says so, after the first article as in the midst of SQLite's work."""
    ticks = count()
    now = START + 2 * DAY
    bounds = Bounds(seconds=looks)
    found = try_out(
        archive.db, rule("bridges"), NO_LISTS, START, now, None, bounds, lambda: float(next(ticks))
    )
    assert found.stopped is (Stop.TIME if looks < 5 else None)
    assert found.caught == found.looked == min(looks + 1, 3)


def test_what_sqlite_takes_long_for_is_broken_off(archive: Store) -> None:
    """A question that would not end is ended by SQLite, and the next is answered."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    with pytest.raises(TakesTooLongError), broken_off(archive.db, lambda: True):
        archive.db.execute(endless).fetchone()
    assert archive.db.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(DatabaseError, match="no such table"), broken_off(archive.db, lambda: True):
        archive.db.execute("SELECT * FROM nowhere")


@pytest.mark.parametrize("gone", [(), (2,), (1, 3, 4), (5,), (1, 2, 3, 4, 5)])
def test_where_a_time_begins_is_found(archive: Store, gone: tuple[int, ...]) -> None:
    """The first article of a time is found whatever numbers are missing."""
    db = archive.db
    db.execute("PRAGMA foreign_keys = OFF")
    for number in gone:
        db.execute("DELETE FROM articles WHERE id = ?", [number])
    rows = db.execute("SELECT id, received FROM articles ORDER BY id").fetchall()
    for moment in (START - DAY, START, START + DAY, START + DAY * 1.5, START + 9 * DAY):
        expected = [number for number, received in rows if received >= iso(moment)]
        first = first_since(db, iso(moment))
        assert [number for number, _ in rows if number >= first] == expected


def test_only_numbers_of_the_time_are_looked_for(archive: Store) -> None:
    """Full text is asked for articles of the time alone, so that old ones cost nothing."""
    assert [one.id for one in candidates(archive.db, having('"bridges"'), first=3)] == [4, 3]
    assert [one.id for one in candidates(archive.db, EVERYTHING, first=4)] == [5, 4]
