"""The full-text expression finds, in real FTS5, every article that the matcher finds."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from conftest import START, arrived
from wirewatch.errors import ConfigError
from wirewatch.model import Article, Found, Outcome
from wirewatch.pipeline.search import search
from wirewatch.rules.fulltext import expressions
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.lexicon import Lexicon
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.parser import parse_query
from wirewatch.rules.rulebook import rule_of
from wirewatch.sieve import NOTHING, Expressions
from wirewatch.states import FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.irregular import Irregular, irregularity
from wirewatch.store.schema import migrations
from wirewatch.text.fold import fold
from wirewatch.text.tokenizer import is_foreign

ENTRIES = (
    Entry("az", "Milli Məclis", "AZ", frozenset(), ("Milli Məclis",), ("MM",)),
    Entry("jp", "国会", "JP", frozenset(), ("国会",), ()),
)
GAZETTEERS = {"g": Gazetteer("g", ENTRIES, "digest")}

WORDS = [
    "Milli", "MİLLİ", "mıllı", "Məclis", "MƏCLİSİNİN", "Respublikasının", "RESPUBLİKASININ",
    "Isparta", "ısparta", "перелёт", "ПЕРЕЛЕТ", "перелет", "ещё", "ЕЩЕ", "Straße", "STRASSE",
    "Straßengroßmesse", "Strassengroßmesse", "Sénat", "SENAT", "сенат", "Мәжілістің", "مجلس",
    "المجلس", "国会", "日本国会", "국회", "국회의", "รัฐสภา", "संसद", "Βουλή", "U.S.", "o'clock", "MM",
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(WORDS) | st.sampled_from([" ", ", ", "-", ". ", "’", "\n", "_"]), max_size=12
).map(" ".join) | st.lists(st.sampled_from([*WORDS[:12], " ", "-"]), max_size=8).map("".join)
ARTICLES = st.builds(
    lambda title, dateline, body: Article("guid", title, "", body, dateline), TEXTS, TEXTS, TEXTS
)


def bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("({} OR {})".format, inner, inner)
        | st.builds("({} AND NOT {})".format, inner, inner)
    )


PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
LEAVES = st.one_of(
    st.builds('"{}"'.format, PHRASES),
    st.sampled_from(WORDS).map(lambda word: f"{word[: max(2, len(word) // 2)]}*"),
    st.builds('{}:"{}"'.format, st.sampled_from(["title", "dateline", "body"]), PHRASES),
    st.sampled_from(["@g", "@g:AZ", "title:@g:az", 'source:"wires"']),
)
QUERIES = st.recursive(LEAVES, bigger, max_leaves=5)


@dataclass
class Archive:
    """The store's full-text table alone, in memory."""

    db: Database = field(default_factory=lambda: Database(memory=True, execute_plugins=False))
    rows: int = 0

    def __post_init__(self) -> None:
        migrations.apply(self.db)

    def add(self, article: Article) -> int:
        self.rows += 1
        values = [self.rows, article.title, article.dateline, article.body]
        self.db.execute(
            "INSERT INTO articles_fts (rowid, title, dateline, body) VALUES (?, ?, ?, ?)", values
        )
        return self.rows

    def finds(self, asked: Expressions, row: int, article: Article) -> bool:
        mark = irregularity(article)
        expression = asked.foreign if mark is Irregular.FOREIGN else asked.alike
        if expression is None or mark is Irregular.ANY:
            return True
        sql = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? AND rowid = ?"
        return self.db.execute(sql, [expression, row]).fetchone() is not None


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    made = Archive()
    yield made
    made.db.close()


def expressions_of(query: str) -> Expressions:
    return expressions(parse_query(query), GAZETTEERS)


def matches(query: str, article: Article) -> bool:
    try:
        matcher = Matcher([rule_of("r", query, GAZETTEERS)], GAZETTEERS)
    except ConfigError:
        return False  # it can never be true, and is refused
    return bool(matcher.match(article, "wires")[1])


@settings(max_examples=200, deadline=None)
@given(query=QUERIES, article=ARTICLES)
def test_full_text_finds_all_that_the_matcher_finds(
    archive: Archive, query: str, article: Article
) -> None:
    """Whatever the query, no article that matches it is missing from the candidates."""
    row = archive.add(article)
    if matches(query, article):
        event("matched")
        assert archive.finds(expressions_of(query), row, article)


@settings(max_examples=150, deadline=None)
@given(query=st.sampled_from(WORDS), written=st.sampled_from(WORDS), after=st.sampled_from(WORDS))
def test_each_spelling_finds_its_variants(
    archive: Archive, query: str, written: str, after: str
) -> None:
    """A word is found in each spelling that our folding takes for the same, in mixtures too."""
    article = Article("guid", "", "", f"{written} {after}")
    row = archive.add(article)
    for phrase in (f'"{query}"', f'"{query} {after}"'):
        assert archive.finds(expressions_of(phrase), row, article) or not matches(phrase, article)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("respublikasının", "Respublikasının"),
        ("qarışıq istiqlal", "Qarışıq İstiqlal"),
        ("перелёт", "перелёт"),
        ("еще", "ещё"),
        ("grossmassstab", "Grossmaßstab"),
        ("o'zbekiston", "Oʻzbekiston"),
        ("o'zbekiston", "Oʼzbekiston"),
        ("oʻzbekiston", "O‘zbekiston"),
        ("IPU", "由IPU会议"),
        ("parliament", "Ｐａｒｌｉａｍｅｎｔ"),
        ("parliament", "par\u00adlia\u00adment"),
        ("office", "oﬃce"),
        ("CO2", "CO₂"),
        ("ლ", "Ლ"),
    ],
)
def test_what_the_matcher_folds_is_found(store: Store, word: str, text: str) -> None:
    """Spellings that SQLite's tokenizer tells apart, and our folding does not, are found too."""
    article = Article("guid", "", "", f"before {text} after")
    outcome = Outcome(arrived("a.txt"), FileState.STORED, found=(Found(article),))
    accept(store, [outcome], START)
    query = f'"{word}"'
    assert matches(query, article)
    assert [stored.article for stored, _ in search(store.path, query, GAZETTEERS)] == [article]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("title:alpha", True),
        ("body:alpha", False),
        ("dateline:(alpha OR beta)", True),
        ("alpha AND gamma", True),
        ("alpha AND delta", False),
        ("delta OR beta", True),
        ("alp*", True),
        ("body:gam*", True),
        ("title:gam*", False),
        ('"alpha beta"', False),
        ("alpha AND NOT gamma", True),
        ("(delta OR epsilon) AND alpha", False),
        ("@g:AZ", False),
    ],
)
def test_the_expression_narrows_the_search(archive: Archive, query: str, found: bool) -> None:  # noqa: FBT001
    """A query with words is answered from the index: what can not match is no candidate."""
    article = Article("guid", "Alpha", "", "gamma", "Beta")
    row = archive.add(article)
    asked = expressions_of(query)
    assert asked.alike == asked.foreign is not None
    assert archive.finds(asked, row, article) is found


@pytest.mark.parametrize("query", ["source:wires", "place:baku", "a OR source:wires", "NOT a"])
def test_what_the_index_cannot_answer_has_no_expression(query: str) -> None:
    """Where full text is of no use every article is a candidate, rather than too few."""
    assert expressions_of(query) == Expressions(None, None)


@pytest.mark.parametrize("query", ["国会", "รัฐสภา", "مجلس", "국회", "βουλή", "国会 AND NOT a"])
def test_foreign_words_are_looked_for_where_there_are_any(query: str) -> None:
    """Where the tokenizer cannot be trusted every article with words of such scripts counts."""
    assert expressions_of(query) == Expressions(NOTHING, None)


def test_other_articles_are_asked_for_the_rest() -> None:
    """A foreign word is in no other article: there what else would do is asked for."""
    alpha = expressions_of("alpha").alike
    assert expressions_of("国会 OR alpha") == Expressions(alpha, None)
    assert expressions_of("国会 AND alpha") == Expressions(NOTHING, alpha)
    assert expressions_of("(国会 OR beta) AND alpha") == Expressions('("beta" AND "alpha")', alpha)
    named = expressions_of("@g")
    assert named.alike == expressions_of("@g:az").alike != NOTHING
    assert named.foreign is None


@given(text=st.text(max_size=12))
def test_no_other_article_has_a_foreign_word(text: str) -> None:
    """What is not marked has no word, as matching reads it, of a script that is asked for apart."""
    if not irregularity(Article("guid", "", "", text)):
        assert not any(map(is_foreign, fold(text).text))


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (("Alpha", "Ереван", "संसद"), Irregular.NOTHING),
        (("Alpha", "", "by 国会 alone"), Irregular.FOREIGN),
        (("مجلس", "", "beta"), Irregular.FOREIGN),
        (("Alpha", "АΒουλή", ""), Irregular.FOREIGN),
        (("国会", "", "par\u00adliament"), Irregular.ANY),
    ],
)
def test_each_article_is_marked_for_what_may_be_missed(
    texts: tuple[str, str, str], mark: Irregular
) -> None:
    """An article says which of its words full text may miss, in whatever zone they are."""
    title, dateline, body = texts
    assert irregularity(Article("guid", title, "", body, dateline)) is mark


@pytest.mark.parametrize("best", [False, True])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("国会", {"foreign", "both"}),
        ("国会 AND alpha", {"both"}),
        ("国会 OR alpha", {"foreign", "both", "alike"}),
        ("alpha AND NOT 国会", {"alike"}),
        ("beta", {"foreign"}),
    ],
)
def test_searches_find_foreign_words(
    store: Store,
    query: str,
    found: set[str],
    best: bool,  # noqa: FBT001
) -> None:
    """Words of such scripts are found in the archive, alone and with others."""
    texts = {"foreign": "beta 国会", "both": "alpha 日本国会", "alike": "alpha"}
    articles = tuple(Found(Article(name, "", "", text)) for name, text in texts.items())
    accept(store, [Outcome(arrived("a.txt"), FileState.STORED, found=articles)], START)
    hits = list(search(store.path, query, GAZETTEERS, best=best))
    assert {stored.article.guid for stored, _ in hits} == found
    assert len(hits) == len(found)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ('"alpha bet*"', '"alpha bet"*'),
        ('"alpha be*"', '"alpha"'),
        ('"alpha b*"', '"alpha"'),
        ('"x alpha\'s*"', '("x alpha" OR "x alphaʻs"* OR "x alphaʼs"*)'),
        ("b*", '"b"*'),
    ],
)
def test_few_letters_of_a_last_word_are_left_out(query: str, asked: str) -> None:
    """Not all words that begin with a letter or two are gathered, where there are words before."""
    assert expressions_of(query).alike == asked


def test_many_names_are_left_out_beside_something_short() -> None:
    """Full text is not asked for each of many alternatives where another part narrows enough."""
    many = " OR ".join(f"w{number}" for number in range(100))
    assert expressions_of(f"alpha AND ({many})") == expressions_of("alpha")
    assert expressions_of(f"({many}) AND ({many})").alike.count(" OR ") == 198  # type: ignore[union-attr]


def test_of_an_and_the_sure_parts_are_kept() -> None:
    """One part that the index cannot answer does not keep it from answering the others."""
    assert expressions_of("alpha AND source:wires AND NOT beta") == expressions_of("alpha")


@pytest.mark.parametrize(
    "query",
    [
        "a AND (b OR (" * 9 + "c" + "))" * 9,
        "a AND (b OR (" * 20 + "c" + "))" * 20,
        " OR ".join(f"w{number}" for number in range(1_500)),
        " AND ".join(f"title:w{number}*" for number in range(500)),
    ],
)
def test_large_queries_are_no_error_of_sqlite(archive: Archive, query: str) -> None:
    """A query that can be read can be searched for, however deep or long it is."""
    article = Article("guid", "", "", "a b c w1")
    row = archive.add(article)
    assert archive.finds(expressions_of(query), row, article) == ("title" not in query)


def test_how_names_begin_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for the same part of a list again does not wait for its names to be gathered."""
    first = expressions_of("@g:AZ").alike
    monkeypatch.setattr(Lexicon, "meaning", None)
    assert expressions_of("@g:AZ").alike == first
    assert expressions_of("@g:AZ AND water").alike == f'({first} AND "water")'
