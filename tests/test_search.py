"""Search: the archive in the rules' language, with exactly the answers that the rules give."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import START, having, told
from wirewatch.errors import ConfigError, RuleError, StoreError
from wirewatch.pipeline.search import search
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of
from wirewatch.sieve import EVERYTHING
from wirewatch.store.accept import accept
from wirewatch.store.archive import candidates
from wirewatch.store.database import Store

STORIES = (
    "The Majilis of Kazakhstan met in Astana on Monday.",
    "Milli Məclis Bakıda toplandı. MİLLİ MƏCLİS sədri çıxış etdi.",
    "Мәжіліс депутаттары Астанада жиналды. Ёлка стоит, и елка стоит.",
    "Die Straße nach Baku. The café is closed; a naïve cafe\u0301 owner objected.",
    "Η Βουλή των Ελλήνων συνεδρίασε. ΒΟΥΛΗ. Οδυσσεύς",
    "عقد البرلمان جلسة في الدوحة",
    "国会は月曜日に開かれた。한국 국회가 열렸다.",
    "State-of-the-art reform; O'Neill said: “Parliament will not sit”. TurkPA, TURKPA.",
    "Full-width ＰＡＲＬＩＡＭＥＮＴ and ligature ﬁnance; the KNESSET convened.",
    "Speakers spoke; the speaker's visit, visits and visiting. İstanbul, Istanbul, ISPARTA, ısparta.",
)
QUERIES = (
    "majilis", '"milli məclis"', "мәжіліс*", "straße", "strasse", "café", "cafe", "naïve", "βουλή",
    "βουλη", "οδυσσεύσ", "البرلمان", "国会", "국회", "state-of-the-art", '"not sit"', "o'neill",
    "parliament", "finance", "visit*", "istanbul", "ısparta", "isparta", "елка", "ёлка",
    "speaker AND visit*", "majilis OR knesset", "parliament AND NOT turkpa", "@parliament",
    "@parliament:KZ", "title: baku", "body: baku", "source: wires AND baku", "i*", "the AND on",
)  # fmt: skip


GAZETTEER = """
name = "parliament"
[[entry]]
id = "majilis"
name = "Majilis"
country = "KZ"
spellings = ["Majilis", "Мәжіліс"]
[[entry]]
id = "turkpa"
name = "TurkPA"
acronyms = ["TURKPA"]
"""


@pytest.fixture(scope="module")
def gazetteers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Gazetteer]:
    """Give a gazetteer smaller than the one that is shipped, which takes longer to compile."""
    path = tmp_path_factory.mktemp("gazetteers") / "parliament.toml"
    path.write_text(GAZETTEER)
    return load_gazetteers([path], [])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a store with the stories, which no test changes."""
    opened = Store.open(tmp_path_factory.mktemp("archive") / "wirewatch.db")
    accept(opened, [told(f"f{n}", story) for n, story in enumerate(STORIES)], START)
    yield opened
    opened.close()


def ids(store: Store, query: str, gazetteers: dict[str, Gazetteer]) -> list[int]:
    return [stored.id for stored, _ in search(store.path, query, gazetteers)]


def by_hand(store: Store, query: str, gazetteers: dict[str, Gazetteer]) -> list[int]:
    """Hold every article against the query, as a rule would be when it arrived."""
    matcher = Matcher([rule_of("rule", query, gazetteers)], gazetteers)
    everything = candidates(store.db, EVERYTHING)
    return [one.id for one in everything if matcher.match(one.article, one.source)[1]]


@pytest.mark.parametrize("query", QUERIES)
def test_search_finds_what_a_rule_would_match(
    archive: Store, gazetteers: dict[str, Gazetteer], query: str
) -> None:
    """In every script, a search gives the articles that a rule with this query would fire on."""
    assert ids(archive, query, gazetteers) == by_hand(archive, query, gazetteers)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("majilis", [1]),
        ('"milli məclis"', [2]),
        ("cafe", [4]),
        ("βουλη", [5]),
        ("국회", [7]),
        ("visit*", [10]),
        ("majilis OR knesset", [9, 1]),
        ("@parliament:KZ", [3, 1]),
        ("nowhere", []),
    ],
)
def test_search_finds(
    archive: Store, gazetteers: dict[str, Gazetteer], query: str, expected: list[int]
) -> None:
    """Words, phrases, prefixes, operators and gazetteers find what they should, newest first."""
    assert ids(archive, query, gazetteers) == expected


WORDS = "Straße STRASSE İstanbul istanbul ısparta ёлка елка café Cafe\u0301 ΟΔΟΣ οδός fin ß"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=4),
    st.sampled_from(WORDS.split()),
    st.sampled_from(["{}", "{}*", "NOT {} AND met", '"{}"', "{} OR nowhere"]),
)
def test_full_text_hides_nothing(
    store: Store, gazetteers: dict[str, Gazetteer], words: list[str], term: str, form: str
) -> None:
    """Whatever letters a text and a query are made of, the index hides no article from the matcher."""
    accept(store, [told(" ".join(words), f"{' '.join(words)} met.")], START)
    query = form.format(term)
    assert ids(store, query, gazetteers) == by_hand(store, query, gazetteers)


def test_a_result_says_where(archive: Store, gazetteers: dict[str, Gazetteer]) -> None:
    """A result has its article and the places of the hits, in code points of the stored text."""
    [(stored, spans)] = search(archive.path, '"milli məclis"', gazetteers)
    body = stored.article.body
    assert [body[span.start : span.end] for span in spans] == ["Milli Məclis", "MİLLİ MƏCLİS"]
    assert stored.source == "wires"


@pytest.mark.parametrize(
    ("query", "error"),
    [("majilis (", RuleError), ("@nowhere", ConfigError), ("NOT majilis", ConfigError)],
)
def test_a_query_that_cannot_be_read_is_refused(
    archive: Store, gazetteers: dict[str, Gazetteer], query: str, error: type[Exception]
) -> None:
    """A query with a fault is refused as in a rule, before anything is searched."""
    with pytest.raises(error):
        ids(archive, query, gazetteers)


def test_a_search_needs_a_store(tmp_path: Path, gazetteers: dict[str, Gazetteer]) -> None:
    """Where nothing has been stored yet, a search says what makes a store."""
    with pytest.raises(StoreError, match="there is no store"):
        list(search(tmp_path / "none.db", "majilis", gazetteers))


def test_the_newest_hits_wait_for_no_others(store: Store) -> None:
    """However many articles hold a word, the first is given for the same work, in order, each once."""
    work = [0]

    def step() -> int:
        work[0] += 1
        return 0

    def first() -> int:
        work[0] = 0
        store.db.conn.set_progress_handler(step, 10)
        found = candidates(store.db, having('"budget"'))
        newest = next(found)
        store.db.conn.set_progress_handler(None, 0)
        assert [one.id for one in [newest, *found]] == list(range(newest.id, 0, -1))
        return work[0]

    def take_in(numbers: range) -> None:
        odd = [f"{'ｆull ' if one % 7 == 0 else ''}budget of part {one}" for one in numbers]
        accept(store, [told(f"{n}.txt", text) for n, text in zip(numbers, odd, strict=True)], START)

    take_in(range(200))
    few = first()
    take_in(range(200, 1_400))
    assert first() < few * 1.5
