"""The store finds every article that a query can be true of, by words and by names."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from conftest import START, arrived
from test_fulltext import ARTICLES, GAZETTEERS, QUERIES, matches
from wirewatch.model import Article, Found, Outcome
from wirewatch.pipeline.search import question, search
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, versions
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.parser import parse_query
from wirewatch.rules.sieving import sieve_of
from wirewatch.states import FileState
from wirewatch.store.accept import accept
from wirewatch.store.archive import candidates
from wirewatch.store.candidates import _in_all, found, newest
from wirewatch.store.database import Store
from wirewatch.store.list_runs import since

BEFORE = {"g": replace(GAZETTEERS["g"], entries=(), digest="before")}
TEXTS = {
    "az": "The Milli Məclis met.",
    "jp": "国会 met.",
    "both": "The Milli Məclis wrote to 国会.",
    "none": "Nobody met.",
}


def stored(store: Store, name: str, gazetteers: Mapping[str, Gazetteer], article: Article) -> None:
    """Store an article, looked through with some lists."""
    matcher = Matcher([], gazetteers)
    mentions, _ = matcher.match(article, "wires")
    arrival = arrived(name, content=name)
    accept(
        store,
        [
            Outcome(
                arrival,
                FileState.STORED,
                found=(Found(article, mentions),),
                lists=matcher.lists,
            )
        ],
        START,
    )


def numbers(store: Store, query: str) -> list[int]:
    """Give the articles that are to be matched for a query, as the store finds them."""
    return list(newest(store.db, sieve_of(parse_query(query), GAZETTEERS), 0))


@pytest.fixture
def archive(store: Store) -> Store:
    """Store four articles with lists of before, and four with those of now."""
    for gazetteers in (BEFORE, GAZETTEERS):
        for name, body in TEXTS.items():
            at = f"{name}-{gazetteers['g'].digest}"
            stored(store, at, gazetteers, Article(at, "", "", body))
    return store


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("@g:AZ", [7, 5, 3, 1]),
        ("@g", [7, 6, 5, 3, 2, 1]),
        ("@g:AZ AND @g:JP", [7, 3]),
        ("@g:AZ AND met", [5, 1]),
        ("@g:AZ OR nobody", [8, 7, 5, 4, 3, 1]),
        ("@g:AZ AND NOT met", [7, 3]),
        ("@g AND NOT @g:JP", [5, 1]),
    ],
)
def test_names_are_found_with_the_lists_of_now(
    archive: Store, query: str, expected: list[int]
) -> None:
    """What was stored with other lists is searched for the names of today as well."""
    hits = search(archive.path, query, GAZETTEERS)
    assert [one.id for one, _ in hits] == expected
    assert set(expected) <= set(numbers(archive, query))


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("@g:AZ", {7, 5}),
        ("@g:AZ AND @g:JP", {7}),
        ("@g:AZ AND met", {5}),
        ("(@g:AZ AND met) OR (nobody AND @g:JP)", {6, 5}),
    ],
)
def test_what_names_nobody_is_not_read(archive: Store, query: str, read: set[int]) -> None:
    """Of what was stored with the lists of now only the articles with the names are matched."""
    own = {number for number in numbers(archive, query) if number > len(TEXTS)}
    assert own == read


def test_no_article_is_given_twice(store: Store) -> None:
    """What was stored with a list of before is searched for as such, whatever it names by it."""
    earlier = {"g": replace(GAZETTEERS["g"], digest="earlier")}
    for name, gazetteers in (("a", earlier), ("b", GAZETTEERS)):
        stored(store, name, gazetteers, Article(name, "", "", f"{name}: MM met."))
    for best in (False, True):
        hits = search(store.path, "@g:AZ", GAZETTEERS, best=best)
        assert [one.id for one, _ in hits] == [2, 1]


def test_a_run_begins_where_lists_change(store: Store) -> None:
    """The store notes from which article on names are of which lists, and only the changes."""
    both = GAZETTEERS | {"h": Gazetteer("h", (), "other")}
    new, old, wide = versions(GAZETTEERS), versions(BEFORE), versions(both)
    assert since(store.db, new) is None
    assert since(store.db, ()) == 0
    for number, gazetteers in enumerate([GAZETTEERS, GAZETTEERS, BEFORE, GAZETTEERS, both, both]):
        stored(store, str(number), gazetteers, Article(str(number), "", "", f"{number} met."))
        if number == 1:
            assert since(store.db, new) == 0
    (known, newest), (_, before), other = new[0], old[0], dict(wide)["h"]
    rows = {(known, 1, newest), (known, 3, before), (known, 4, newest), ("h", 5, other)}
    assert set(store.db.execute("SELECT * FROM list_runs").fetchall()) == rows
    assert since(store.db, new) == 4
    assert since(store.db, wide) == 5
    assert since(store.db, old) is None
    stored(store, "last", GAZETTEERS, Article("last", "", "", "The last met."))
    assert since(store.db, wide) is None
    assert since(store.db, new) == 4


def test_a_list_that_changes_slows_no_search_for_others(store: Store) -> None:
    """A search is about the lists that it names: when another changes nothing is read for it."""
    for name, digest in (("a", "one"), ("b", "two")):
        others = {"h": Gazetteer("h", (), digest)}
        stored(store, name, GAZETTEERS | others, Article(name, "", "", f"{name} met."))
    everything = GAZETTEERS | others
    assert question("@g:AZ", everything).sieve.naming
    assert list(newest(store.db, question("@g:AZ", everything).sieve, 0)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [("@g", [2, 3, 1]), ("budget", [3, 2, 1]), ("@g AND budget", [3, 2, 1]), ("place:x", [3])],
)
def test_what_speaks_most_of_it_comes_first(store: Store, query: str, expected: list[int]) -> None:
    """Words count by BM25, names by how often they stand there; else the newest is first."""
    bodies = ("MM has a budget of all kinds.", "MM, MM and MM: a budget.", "MM: budget, budget.")
    for number, body in enumerate(bodies):
        article = Article(str(number), "", "", body, place="x" if number == 2 else None)
        stored(store, str(number), GAZETTEERS, article)
    found = search(store.path, query, GAZETTEERS, best=True)
    assert [one.id for one, _ in found] == expected


@pytest.mark.parametrize("best", [False, True])
@pytest.mark.parametrize(
    "query",
    [
        "met AND NOT (" + " OR ".join(f"w{number}" for number in range(1_500)) + ")",
        "met AND " + " AND ".join(["NOT " + word for word in ("alpha", "beta")] * 300),
        " OR ".join(["@g:AZ AND met", "@g:JP"] * 200),
        " AND ".join(["@g"] * 300),
    ],
)
def test_large_queries_are_no_error_of_sqlite(
    archive: Store,
    query: str,
    best: bool,  # noqa: FBT001
) -> None:
    """However much a query does not want, or names, it can be searched for."""
    assert list(search(archive.path, query, GAZETTEERS, best=best))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("@g:AZ AND NOT nobody", {7, 5, 3, 1}),
        ("@g:AZ AND @g:JP", {7, 3}),
        ("@g:AZ AND met", {5, 1}),
        ("国会 AND @g:AZ", {7, 3}),
    ],
)
def test_the_best_are_the_same_in_another_order(
    archive: Store, query: str, expected: set[int]
) -> None:
    """Who asks for the best first is given the same articles, names among them."""
    hits = [one.id for one, _ in search(archive.path, query, GAZETTEERS, best=True)]
    assert set(hits) == expected
    assert len(hits) == len(expected)


@settings(max_examples=150, deadline=None)
@given(query=QUERIES, article=ARTICLES, is_new=st.booleans())
def test_no_article_that_matches_is_missed(
    kept: Store,
    query: str,
    article: Article,
    is_new: bool,  # noqa: FBT001
) -> None:
    """Whatever the query, text and lists: what matches is found, in each of both ways."""
    (before,) = kept.db.execute("SELECT count(*) FROM articles").fetchone()
    one = article._replace(guid=str(before))
    stored(kept, one.guid, GAZETTEERS if is_new else BEFORE, one)
    (number,) = kept.db.execute("SELECT max(id) FROM articles").fetchone()
    if number == before or not matches(query, one):
        return
    event("matched")
    sieve = sieve_of(parse_query(query), GAZETTEERS)
    assert next(candidates(kept.db, sieve)).id == number
    assert number in [one.id for one in candidates(kept.db, sieve, best=True)]
    asked, values = found(kept.db, sieve)
    assert (number,) in kept.db.execute(asked, values).fetchall()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Keep a store for many examples."""
    store = Store.open(tmp_path_factory.mktemp("kept") / "store.db")
    yield store
    store.close()


@given(st.lists(st.sets(st.integers(1, 12)), min_size=1, max_size=4))
def test_what_is_in_all_streams_is_given(sets: list[set[int]]) -> None:
    """Numbers that all streams have are given, the largest first, each once."""
    streams = [iter(sorted(one, reverse=True)) for one in sets]
    assert list(_in_all(streams)) == sorted(set.intersection(*sets), reverse=True)
