"""Mentions: contexts and their reach, the longest name, what hides names, and lists apart."""

import pytest

from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Context, Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.mentions import REACH
from wirewatch.rules.rulebook import rule_of


def senate(country: str, *near: str, name: str = "Senate") -> Entry:
    """Make an entry that is meant by a name near some words only."""
    return Entry(country, country, contexts=(Context((name,), (), near),))


def named(*entries: Entry, name: str = "g") -> dict[str, Gazetteer]:
    return {name: Gazetteer(name, entries, "digest")}


def found(
    lists: dict[str, Gazetteer], body: str, *queries: str, **fields: str
) -> list[tuple[str, str]]:
    """Give the entry and the spelling of each mention, in order."""
    article = Article("guid", fields.pop("title", ""), "", body, **fields)  # type: ignore[arg-type]
    rules = [rule_of(f"r{number}", query, lists) for number, query in enumerate(queries)]
    mentions, _ = Matcher(rules, lists).match(article, "wires")
    for mention in mentions:
        zone = {"title": article.title, "dateline": article.dateline, "body": body}[mention.zone]
        assert zone[mention.start : mention.end] == mention.spelling
    return [(mention.entry, mention.spelling) for mention in mentions]


FR = senate("fr", "france", "french", "париж*")


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ("The Senate met.", False),
        ("France: the Senate met.", True),
        ("The SENATE met in FRANCE", True),
        ("The Sénate of Frańce", True),
        ("The Senate of Francesca", False),
        ("the French-Senate", True),
        ("Сенаторы в Париже; Senate", True),
        ("Сенаторы в Пари; Senate", False),
        ("France, and senates", False),
    ],
)
def test_a_context_makes_a_name_count(body: str, counts: bool) -> None:  # noqa: FBT001
    """A name with a context counts only where a whole word of it, or its beginning, stands near."""
    assert [entry for entry, _ in found(named(FR), body)] == ["fr"] * counts


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("gap", "counts"), [(1, 1), (REACH - 1, 1), (REACH, 1), (REACH + 1, 0)])
def test_a_context_reaches_so_far_and_no_farther(before: bool, gap: int, counts: int) -> None:  # noqa: FBT001
    """The word may stand REACH characters before or behind the name, and not one more."""
    between = "." * gap
    body = f"France{between}Senate" if before else f"Senate{between}France"
    assert len(found(named(FR), body)) == counts


def test_the_reach_counts_characters_of_the_stored_text() -> None:
    """What folds to nothing or to two letters is counted as it is stored."""
    soft, sharp = "\u00ad" * (REACH - 2), "ß" * (REACH - 2)
    assert found(named(FR), f"France {soft} Senate")
    assert not found(named(FR), f"France {soft}. Senate")
    assert found(named(FR), f"France {sharp} Senate")


def test_the_title_is_a_context_for_the_body() -> None:
    """The words of a title, and of a dateline, tell what the body's first sentences are about."""
    assert found(named(FR), "The Senate met", title="France at work") == [("fr", "Senate")]
    assert found(named(FR), "The Senate met", dateline="PARIS, FRANCE") == [("fr", "Senate")]
    assert not found(named(FR), "x" * REACH + " The Senate met", title="France at work")


@pytest.mark.parametrize("query", ["country:x", "place:x", "url:x", "@g", "source:x"])
def test_other_rules_decide_no_mention(query: str) -> None:
    """A field is no context for the text, whether a rule looks into that field or not."""
    fields = {"country": "France", "place": "France", "url": "https://france.example/"}
    assert found(named(FR), "The Senate met", query, **fields) == []


def test_a_field_is_a_context_for_itself() -> None:
    """Where a rule asks for a list in a field, what stands in that field is near."""
    lists = named(FR)
    rule = rule_of("r", "place:@g", lists)
    article = Article("guid", "", "", "nothing", place="Senate of France")
    _, matches = Matcher([rule], lists).match(article, "wires")
    assert [match.rule for match in matches] == ["r"]


def test_a_name_is_no_context_for_itself() -> None:
    """A word within the name itself tells nothing; the same word beside it does."""
    lists = named(senate("x", "duma", name="City Duma"))
    assert found(lists, "The City Duma met") == []
    assert found(lists, "The City Duma met, the Duma said") == [("x", "City Duma")]


@pytest.mark.parametrize("phrase", ["diet session", "lower diet", "lower diet session"])
def test_a_phrase_around_a_name_is_its_context(phrase: str) -> None:
    """A phrase that holds the name and more is near it, on whichever side the rest stands."""
    lists = named(senate("jp", phrase, name="Diet"))
    assert found(lists, "When the lower Diet session is over") == [("jp", "Diet")]
    assert found(lists, "A low diet and no session") == []


IT = senate("it", "italy", "rome")


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        ("France and Italy: the Senate", ["it"]),
        ("Italy and France: the Senate", ["fr"]),
        ("France's Senate and Italy", ["fr"]),
        ("Italy. The Senate, France", ["fr"]),
        ("The Senate of Italy, unlike the Senate of France", ["it", "fr"]),
        ("Spain: the Senate", []),
        ("Italy Senate France", ["fr"]),
    ],
)
def test_the_nearest_context_decides(body: str, entries: list[str]) -> None:
    """Of entries that share a name that is meant whose word stands nearest, at each place anew."""
    assert [entry for entry, _ in found(named(FR, IT), body)] == entries


def test_the_first_listed_wins_a_tie() -> None:
    """Of contexts as near as each other the entry listed first is meant."""
    assert found(named(IT, FR), "Italy Senate France") == [("it", "Senate")]


def test_a_name_that_needs_no_context_goes_before() -> None:
    """A name that means one entry without more means it there too, whatever stands near."""
    plain = Entry("us", "us", spellings=("Senate",))
    for lists in (named(plain, FR), named(FR, plain)):
        assert found(lists, "France: the Senate") == [("us", "Senate")]


def test_several_contexts_of_an_entry() -> None:
    """Each context of an entry goes with its own names."""
    diet, house = Context((), ("Diet",), ("tokyo",)), Context(("House",), (), ("kishida",))
    lists = named(Entry("jp", "jp", contexts=(diet, house)))
    assert found(lists, "Tokyo: the Diet, the House") == [("jp", "Diet")]
    assert found(lists, "Kishida: the Diet, the House") == [("jp", "House")]


def test_acronyms_count_in_exactly_their_case() -> None:
    """An acronym counts in its own case alone, with a context and without."""
    lists = named(
        Entry("tr", "tr", acronyms=("TBMM",)),
        Entry("jp", "jp", contexts=(Context((), ("Diet",), ("tokyo",)),)),
    )
    assert found(lists, "Tokyo: a diet, the Diet, a DIET") == [("jp", "Diet")]
    assert found(lists, "TBMM tbmm Tbmm ＴＢＭＭ") == [("tr", "TBMM"), ("tr", "ＴＢＭＭ")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("the Senate of France", [("long", "Senate of France")]),
        ("the senate of francE", [("long", "senate of francE")]),
        ("the Senate of Spain", [("short", "Senate")]),
        ("the French Senate of France", [("french", "French Senate")]),
        ("Senate of France of Senate", [("long", "Senate of France"), ("short", "Senate")]),
    ],
)
def test_the_first_and_longest_name_counts(body: str, expected: list[tuple[str, str]]) -> None:
    """Of names that overlap the one that begins first counts, and of those the longest."""
    names = {"short": "Senate", "long": "Senate of France", "french": "French Senate"}
    lists = named(*(Entry(key, key, spellings=(name,)) for key, name in names.items()))
    assert found(lists, body) == expected


def test_a_longer_name_without_its_context_hides_nothing() -> None:
    """A long name that does not count here leaves the place to a shorter one that does."""
    lists = named(senate("it", "rome", name="Senate House"), Entry("us", "", spellings=("Senate",)))
    assert found(lists, "the Senate House") == [("us", "Senate")]
    assert found(lists, "the Senate House in Rome") == [("it", "Senate House")]


DUMA = Entry("ru", "ru", spellings=("Duma",), unless=("Moscow City Duma", "Duma hall"))


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        ("The Duma met", ["ru"]),
        ("the MOSCOW city-duma met", []),
        ("The Moscow City Duma and the Duma", ["ru"]),
        ("in the Duma hall", []),
        ("in the Duma halls", ["ru"]),
        ("the City Duma", ["ru"]),
    ],
)
def test_a_phrase_hides_the_names_within_it(body: str, entries: list[str]) -> None:
    """What `unless` lists hides the names within it, at its own place and in whole words only."""
    assert [entry for entry, _ in found(named(DUMA), body)] == entries


def test_a_phrase_hides_names_of_its_whole_list() -> None:
    """A phrase that one entry lists hides the names of the list's other entries too."""
    city = Entry("city", "city", spellings=("City Duma",))
    assert found(named(DUMA, city), "Moscow City Duma; City Duma") == [("city", "City Duma")]


@pytest.mark.parametrize("turned", [False, True])
def test_a_phrase_does_not_hide_the_thing_that_it_names(turned: bool) -> None:  # noqa: FBT001
    """Where the other thing that a phrase means is an entry itself, that is found."""
    moscow = Entry("moscow", "moscow", spellings=("Moscow City Duma",))
    hall = senate("hall", "visit*", name="Duma hall")
    entries = (DUMA, moscow, hall)
    lists = named(*(entries[::-1] if turned else entries))
    assert found(lists, "The Moscow City Duma met") == [("moscow", "Moscow City Duma")]
    assert found(lists, "a visit to the Duma hall") == [("hall", "Duma hall")]
    assert found(lists, "to the Duma hall") == []


def test_lists_do_not_disturb_each_other() -> None:
    """Each list finds its own names: neither a longer name nor a phrase of another hides them."""
    other = Entry("hall", "hall", spellings=("Duma hall of Moscow",), unless=("Duma",))
    lists = named(Entry("ru", "ru", spellings=("Duma",))) | named(other, name="halls")
    assert found(lists, "the Duma hall of Moscow") == [
        ("hall", "Duma hall of Moscow"), ("ru", "Duma")
    ]  # fmt: skip
    assert found(lists, "the Duma") == [("ru", "Duma")]


def test_a_context_may_be_a_word_of_another_list_or_rule() -> None:
    """A word can be a name, a rule's term, and a context at once."""
    lists = named(FR) | named(Entry("fr", "fr", spellings=("France",)), name="countries")
    assert found(lists, "The Senate of France", "france", "france*") == [
        ("fr", "Senate"), ("fr", "France")
    ]  # fmt: skip
