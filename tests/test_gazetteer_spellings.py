"""Spellings in short: braces, endings by name, and the names made from a country's."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import Fault
from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Context, Entry
from wirewatch.rules.gazetteer.reading import load_gazetteers, read_gazetteers
from wirewatch.rules.gazetteer.spellings import (
    Country,
    SpellingError,
    bare,
    expanded,
    named_after,
)
from wirewatch.rules.matcher import Matcher

ENDINGS = {"kk": ("", "нің", "не"), "one": ("а",), "none": (), "nested": ("{а,б}",)}


@pytest.mark.parametrize(
    ("spelling", "ways"),
    [
        ("Дума", ["Дума"]),
        ("Дум{а,ы,е}", ["Дума", "Думы", "Думе"]),
        ("Сенат{,а}", ["Сенат", "Сената"]),
        ("Сенат{,а} {РК,Казахстана}", ["Сенат РК", "Сенат Казахстана", "Сената РК",
                                       "Сената Казахстана"]),
        ("{Grand,} National  Assembly", ["Grand National Assembly", "National Assembly"]),
        ("{ a , b}{c,d}", ["a c", "a d", "bc", "bd"]),
        ("Мәжілісі{kk}", ["Мәжілісі", "Мәжілісінің", "Мәжілісіне"]),
        ("Дум{ one }", ["Дума"]),
        ("Дум{а,а,ы}{,}", ["Дума", "Думы"]),
        ("  two \t words ", ["two words"]),
        ("{a}", None), ("{}", None), ("Дум{а,ы", None), ("Дума}", None), ("{а,{б,в}}", None),
        ("}а,б{", None), ("{none}", None), ("{nested}", None), ("{KK}", None),
    ],
)  # fmt: skip
def test_braces_write_out(spelling: str, ways: list[str] | None) -> None:
    """Braces stand for each alternative or each ending, in order and once; wrong ones are told."""
    if ways is None:
        with pytest.raises(SpellingError):
            expanded(spelling, ENDINGS)
    else:
        assert list(expanded(spelling, ENDINGS)) == ways


@pytest.mark.parametrize(
    ("spelling", "said"),
    [
        ("x{kz}", "the ending 'kz' is not listed under [endings] (known: kk, nested, none, one)"),
        ("x{a,b", "a brace is not closed"),
        ("x{none}", "the ending 'none' lists nothing"),
        ("x{nested}", "the ending 'nested' holds a brace itself"),
        ("{a,b}" * 11, "2,048 ways to write it, the limit is 2,000"),
        ("{a,b}" * 900, "ways to write it"),
    ],
)
def test_what_is_wrong_is_said(spelling: str, said: str) -> None:
    """An error says which ending or how many ways, at once however many they are."""
    with pytest.raises(SpellingError, match=re.escape(said)):
        expanded(spelling, ENDINGS)


def test_no_endings_are_said_too() -> None:
    """Without any endings the error says that there are none."""
    with pytest.raises(SpellingError, match="known: none"):
        expanded("x{kk}", {})


def test_two_thousand_ways_are_allowed() -> None:
    """The limit itself is no fault."""
    twenty = "{" + ",".join("abcdefghijklmnopqrst") + "}"
    assert len(expanded(twenty * 2 + "{1,2,3,4,5}", {})) == 2_000


PIECES = st.lists(
    st.sampled_from(["a", "b ", " c", ""]) | st.lists(st.sampled_from(["", "x", "yy"]), min_size=2),
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(pieces=PIECES)
def test_every_way_is_written_and_no_other(pieces: list[str | list[str]]) -> None:
    """The ways are exactly those of taking one alternative at each place."""
    choices = [piece if isinstance(piece, list) else [piece] for piece in pieces]
    short = "".join("{" + ",".join(p) + "}" if isinstance(p, list) else p for p in pieces)
    ways = {" ".join("".join(way).split()) for way in product(*choices)}
    if len(list(product(*choices))) <= 2_000:
        found = expanded(short, {})
        assert set(found) == ways
        assert len(found) == len(ways)


def test_names_are_made_from_a_countrys() -> None:
    """From each name come 'of', 'of the', before and possessive; from each people one name."""
    kazakhstan = Country("KZ", ("Kazakhstan",), ("Kazakh",), ("Astana*",))
    assert list(named_after(kazakhstan, ["Senate"])) == [
        "Senate of Kazakhstan", "Senate of the Kazakhstan", "Kazakhstan Senate",
        "Kazakhstan's Senate", "Kazakh Senate",
    ]  # fmt: skip
    assert (kazakhstan.key, kazakhstan.words) == ("#KZ", ("Astana*",))
    assert list(named_after(kazakhstan, [])) == []


def test_a_country_in_s_has_both_possessives() -> None:
    """The press writes the Philippines' Senate and the Philippines's."""
    made = set(named_after(Country("PH", ("Philippines",)), ["Senate"]))
    assert {"Philippines' Senate", "Philippines's Senate", "Senate of the Philippines"} <= made


@pytest.mark.parametrize(("word", "without"), [("a*", "a"), ("a", "a"), ("a**", "a*"), ("*", "")])
def test_a_star_is_taken_off(word: str, without: str) -> None:
    """One star at the end is no part of the word."""
    assert bare(word) == without


HEAD = """
name = "g"
[endings]
kk = ["", "нің"]
[[country]]
code = "KZ"
names = ["Kazakhstan"]
people = ["Kazakh{,stani}"]
words = ["Қазақстан{kk}", "казахстанск*"]
[[entry]]
id = "e"
name = "Name"
country = "KZ"
"""


def read(tmp_path: Path, rest: str) -> tuple[Entry, list[Fault]]:
    path = tmp_path / "g.toml"
    path.write_text(HEAD + rest, encoding="utf-8")
    gazetteers, faults = read_gazetteers([], [path])
    for fault in faults:
        assert fault.place.startswith(f"{path}: ")
    return gazetteers["g"].entries[0], faults


def test_braces_count_wherever_names_are_listed(tmp_path: Path) -> None:
    """Spellings, acronyms, generic names, phrases that hide, contexts: all may be in short."""
    entry, faults = read(
        tmp_path,
        """
        spellings = ["Сенат{,а}"]
        acronyms = ["СК{,1}"]
        generic = ["{Lower,} House"]
        unless = ["зал{,ы} Сената"]
        [entry.spelled]
        kk = ["Мәжіліс{kk}"]
        [[entry.context]]
        spellings = ["Палат{а,ы}"]
        acronyms = ["ПД{,1}"]
        near = ["депутат{,ск}*", "Ұлт"]
        [[entry.context]]
        spellings = ["Senate"]
        country = true
        """,
    )
    assert faults == []
    names = {way for text in entry.spellings for way in expanded(text, {})}
    assert {"Сенат", "Сената", "Мәжіліс", "Мәжіліснің"} < names
    assert {"Lower House of Kazakhstan", "Kazakhstani House"} < names
    assert "Name" not in entry.spellings
    assert entry.acronyms == ("СК", "СК1")
    assert entry.unless == ("зал{,ы} Сената",)
    assert entry.contexts == (
        Context(("Палат{а,ы}",), ("ПД", "ПД1"), ("депутат*", "депутатск*", "ұлт")),
        Context(("Senate",), (), ("#KZ",)),
    )
    assert entry.generics >= {"Lower House", "House"}


def test_a_legislature_has_names_made_by_themselves(tmp_path: Path) -> None:
    """'Parliament of …' and its like stand for the legislature, not for a chamber."""
    made = {"parliament of Kazakhstan", "Kazakh legislature", "Kazakhstan's parliament"}
    entry, _ = read(tmp_path, 'kind = "legislature"\n')
    assert {"Name", *made} <= set(entry.spellings)
    assert entry.contexts == ()
    entry, _ = read(tmp_path, 'kind = "chamber"\n')
    assert entry.spellings == ("Name",)


def test_a_shared_name_is_never_looked_for_by_itself(tmp_path: Path) -> None:
    """An entry that has only generic names is not looked for by its own name instead."""
    entry, faults = read(tmp_path, 'generic = ["Name"]\n')
    assert faults == []
    assert "Name" not in entry.spellings
    assert "Name of Kazakhstan" in entry.spellings


@pytest.mark.parametrize(
    ("rest", "key", "problem", "remedy"),
    [
        ('spellings = ["a{,b"]', "spellings", "'a{,b': a brace is not closed", "docs/gazetteers"),
        ('spellings = ["a{ru}"]', "spellings", "known: kk", "docs/gazetteers"),
        ('spellings = ["a", "{,x}"]', "spellings", "'' holds no letter", "take it away"),
        ('spellings = ["parliament*"]', "spellings", "star", "braces"),
        ('spelled = { kk = ["{ru}"] }', "spellings", "'ru'", "docs/gazetteers"),
        ('generic = ["—"]', "generic", "'—' holds no letter", "take it away"),
        ('generic = ["Senate*"]', "generic", "star", "braces"),
        ('acronyms = ["S{"]', "acronyms", "brace", "docs/gazetteers"),
        ('unless = ["…"]', "unless", "no letter", "take it away"),
        ('context = [{ spellings = ["a"], near = ["*"] }]', "context[1].near", "no letter", "away"),
        ('context = [{ acronyms = ["-"], near = ["a"] }]', "context[1].acronyms", "no l", "away"),
        ('context = [{ near = ["a"] }]', "context[1]", "nothing to look for", "`spellings`"),
        ('context = [{ spellings = ["a"] }]', "context[1]", "no words", "country = true"),
    ],
)
def test_faults_of_an_entry_are_placed(
    tmp_path: Path, rest: str, key: str, problem: str, remedy: str
) -> None:
    """What cannot be written out or looked for is told with its key, problem and remedy."""
    _, (fault,) = read(tmp_path, rest)
    assert fault.place.endswith(f": entry[1].{key}")
    assert problem in fault.problem
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("country", "key", "problem"),
    [
        ('names = ["—"]', "names", "'—' holds no letter"),
        ('names = ["Kazakh*"]', "names", "star"),
        ('names = ["A"]\npeople = ["{x}"]', "people", "'x' is not listed"),
        ('names = ["A"]\nwords = ["*"]', "words", "'*' holds no letter"),
    ],
)
def test_faults_of_a_country_are_placed(
    tmp_path: Path, country: str, key: str, problem: str
) -> None:
    """A country's words must be such as can be looked for: an empty one would stand anywhere."""
    path = tmp_path / "g.toml"
    path.write_text(f'name = "g"\n[[country]]\ncode = "KZ"\n{country}\n', encoding="utf-8")
    _, (fault,) = read_gazetteers([], [path])
    assert fault.place == f"{path}: country[1].{key}"
    assert problem in fault.problem
    assert fault.remedy


@pytest.mark.parametrize(
    "way", ['generic = ["B"]', 'context = [{ spellings=["B"], country=true }]']
)
@pytest.mark.parametrize(
    ("country", "problem"), [('country = "FR"', "no [[country]]"), ("", "has no country")]
)
def test_a_country_must_be_known(tmp_path: Path, way: str, country: str, problem: str) -> None:
    """What goes by the words of a country needs a [[country]] that has them."""
    path = tmp_path / "g.toml"
    text = f'name = "g"\n[[entry]]\nid = "e"\nname = "B"\n{country}\n{way}\n'
    path.write_text(text, encoding="utf-8")
    _, (fault,) = read_gazetteers([], [path])
    assert problem in fault.problem
    path.write_text(text + '[[country]]\ncode = "FR"\nnames = ["F"]\n', encoding="utf-8")
    if country:
        gazetteers = load_gazetteers([], [path])
        article = Article("guid", "", "", "The B of F")
        assert [one.entry for one in Matcher([], gazetteers).match(article, "wires")[0]] == ["e"]
