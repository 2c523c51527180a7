"""Names compiled: exactly what the spellings say, found where they stand, kept on a shelf."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.model import Article
from wirewatch.rules.gazetteer import shelf
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.lexicon import Lexicon, beginnings, compiled, ways
from wirewatch.rules.gazetteer.meaning import Meaning, Sign, Spelling
from wirewatch.rules.gazetteer.reading import read_gazetteers
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.gazetteer.spellings import expanded
from wirewatch.rules.matcher import Matcher
from wirewatch.text.fold import fold_term

PIECES = st.sampled_from(
    ["Парламент", "Сен", "а", "Mәжіліс", "مجلس", "Γερουσία", " ", " of ", "-", "İ", "é", "ß", "x"]
)
BRACES = st.lists(
    st.sampled_from(["", "а", "тің", "ның", "s", "'s", " the", "ال", "и", "\u0301n", "  x "]),
    min_size=2,
    max_size=4,
).map(lambda parts: "{" + ",".join(parts) + "}")
SPELLINGS = (
    st.lists(PIECES | BRACES, min_size=1, max_size=5)
    .map("".join)
    .filter(lambda text: text.count("{") < 4)
)
SHORT = st.text(st.sampled_from("ab "), min_size=1, max_size=7).map(fold_term).filter(bool)
LIST = """
name = "assembly"
include = ["other"]
[unless]
en = ["Diet hall"]
[endings]
ru-a = ["а", "ы"]
[[country]]
code = "XF"
names = ["Freedonia"]
words = ["Фредони*", "XFD"]
[[generic]]
name = "Senate"
[generic.spelled]
ru = ["Сенат{,а}"]
[[entry]]
id = "xf-diet"
name = "Diet of Freedonia"
country = "XF"
groups = ["alpine"]
acronyms = ["FDA"]
spellings = ["Grand Diet", "Дум{ru-a} Фредонии"]
generic = ["Senate"]
context = [{spellings = ["Diet"], near = ["deput*"], country = true}]
"""
OTHER = 'name = "other"\n[[entry]]\nid = "x"\nname = "Élan"\n'
TEXT = (
    "The Grand Diet of Freedonia met; в Думы Фредонии, the Senate; a Diet hall; elan; FDA said, "
    "fda not. Deputies of the Diet. Сената не было."
)


def lexicon(*names: str) -> Lexicon:
    """Compile names, each of which means itself."""
    return Lexicon.of((name, Spelling("g", name)) for name in names)


@settings(max_examples=400, deadline=None)
@given(SPELLINGS)
def test_names_are_what_is_written_out(spelling: str) -> None:
    """A spelling's names are all its ways, each folded, no more and no fewer."""
    assert ways(spelling) == {fold_term(text) for text in expanded(spelling, {})}


@given(st.lists(SHORT, max_size=30), st.text(st.sampled_from("ab "), max_size=20))
def test_every_name_is_found_where_it_stands(names: list[str], text: str) -> None:
    """Wherever a name stands a head stands too, and all names that stand there are found."""
    known = lexicon(*names)
    for start in range(len(text)):
        there = {name for name in names if text.startswith(name, start)}
        found = {
            (end, meaning.entry)
            for end, sense in known.found(text, start)
            for meaning in sense
            if isinstance(meaning, Spelling)
        }
        assert found == {(start + len(name), name) for name in there}
        assert not there or any(text.startswith(head, start) for head in known.heads)


def test_names_share_heads() -> None:
    """Names that begin alike are looked for once, so that a million of them need few patterns."""
    names = [f"parliament of land {number}" for number in range(500)]
    assert len(lexicon(*names).heads) < 100
    assert lexicon("parliament", *names).heads == ["parliament"]
    assert lexicon(*names[:2]).heads == ["parliament of land "]


def test_a_name_has_each_meaning_once() -> None:
    """One name may mean several entries, and tell of a context; the same twice is once."""
    meanings: list[Meaning] = [Spelling("g", "a"), Sign("#XF"), Spelling("g", "a")]
    found = Lexicon.of(("x", one) for one in meanings).found("x y", 0)
    assert found == [(1, (Spelling("g", "a"), Sign("#XF")))]


def test_a_dash_may_be_left_out() -> None:
    """What a dash joins is found as one word and as two; an acronym only as it is written."""
    union = Spelling("g", "ipu")
    names = compiled([("Inter-Parliamentary Union", union), ("I-PU", Spelling("g", "x", "I-PU"))])
    for text in ("inter parliamentary union", "interparliamentary union"):
        assert names.names.found(text, 0) == [(len(text), (union,))]
    assert names.names.found("ipu", 0) == []


def test_beginnings_stand_for_all_names_of_a_meaning() -> None:
    """So many beginnings at most are given that each wanted name has one; None if none would do."""
    known = lexicon("duma", "diet of x", "diet of y", "senate")
    wanted = {"duma", "diet of x", "diet of y"}

    def begin(most: int) -> list[str] | None:
        names = known.meaning(lambda one: isinstance(one, Spelling) and one.entry in wanted)
        return beginnings(sorted(names), most)

    assert sorted(begin(3) or ()) == ["diet of x", "diet of y", "duma"]
    assert sorted(begin(2) or ()) == ["diet of ", "duma"]
    assert begin(1) is None
    assert list(known.meaning(lambda _: False)) == []
    assert beginnings([], 1) == []


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Write two lists, with a shelf that is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    paths = [tmp_path / "assembly.toml", tmp_path / "other.toml"]
    for path, text in zip(paths, (LIST, OTHER), strict=True):
        path.write_text(text)
    return paths


def said(gazetteers: dict[str, Gazetteer]) -> object:
    """Say all that is found in a text with some gazetteers, and what rules may name of them."""
    mentions, _ = Matcher((), gazetteers).match(Article("", "", "", TEXT), "test")
    return mentions, [
        (one.name, one.digest, one.include, one.parts()) for one in gazetteers.values()
    ]


def books(tmp_path: Path) -> list[Path]:
    """List what lies on the shelf."""
    return list((tmp_path / "cache" / "wirewatch").glob("lists-*.zip"))


def test_what_is_kept_finds_the_same(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists taken from the shelf mention the same, and are not read again."""
    read = said(read_gazetteers(files, [])[0])
    first = said(shelved_gazetteers(files, [])[0])
    assert len(books(tmp_path)) == 1
    monkeypatch.setattr(shelf, "read_gazetteers", lambda *_: ({}, []))
    assert said(shelved_gazetteers(files, [])[0]) == first == read
    assert len(json.dumps(read, default=str)) > 500


def test_a_change_is_never_missed(files: list[Path], tmp_path: Path) -> None:
    """A file that has changed is read anew."""
    shelved_gazetteers(files, [])
    files[1].write_text(OTHER.replace("Élan", "Verve"))
    names = [entry.name for entry in shelved_gazetteers(files, [])[0]["other"].entries]
    assert names == ["Verve"]
    assert len(books(tmp_path)) == 2


def test_what_is_damaged_is_made_anew(files: list[Path], tmp_path: Path) -> None:
    """A book of which a part is missing or garbled is no fault: it is made again."""
    read = said(shelved_gazetteers(files, [])[0])
    (book,) = books(tmp_path)
    whole = book.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"meant", b"meent")):
        book.write_bytes(damaged)
        assert said(shelved_gazetteers(files, [])[0]) == read
        assert book.read_bytes() != damaged


def test_faults_are_told_each_time(files: list[Path], tmp_path: Path) -> None:
    """Lists with faults are not kept."""
    files[1].write_text(OTHER.replace("id", "di"))
    for _ in range(2):
        assert shelved_gazetteers(files, [])[1]
    assert not books(tmp_path)


def test_own_lists_are_read_beside_the_shipped(files: list[Path], tmp_path: Path) -> None:
    """A small list of one's own needs no book; one that adds to a shipped list makes its own."""
    first = said(shelved_gazetteers(files[1:], files[:1])[0])
    assert first == said(read_gazetteers(files[1:], files[:1])[0])
    assert len(books(tmp_path)) == 1
    added = tmp_path / "more.toml"
    added.write_text(OTHER.replace('"x"', '"y"').replace("Élan", "Verve"))
    both = shelved_gazetteers(files[1:], [files[0], added])[0]
    assert [entry.id for entry in both["other"].entries] == ["x", "y"]
    assert len(books(tmp_path)) == 2


def test_few_books_are_kept(files: list[Path], tmp_path: Path) -> None:
    """Books not used for long make room: lists that are edited every day do not fill the disk."""
    shelved_gazetteers(files[:0], [])
    (used,) = books(tmp_path)
    for number in range(9):
        files[1].write_text(OTHER.replace("Élan", f"Name {number}"))
        shelved_gazetteers(files[1:], [])
        shelved_gazetteers(files[:0], [])
    assert len(books(tmp_path)) == 8
    assert used in books(tmp_path)


def test_no_shelf_is_no_fault(files: list[Path], tmp_path: Path) -> None:
    """Where nothing can be written everything is compiled each time."""
    (tmp_path / "cache").write_text("no folder")
    gazetteers, faults = shelved_gazetteers(files, [])
    assert set(gazetteers) == {"assembly", "other"}
    assert not faults


def test_systemds_place_goes_first(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CACHE_DIRECTORY, which systemd sets, is where books are kept."""
    monkeypatch.setenv("CACHE_DIRECTORY", f"{tmp_path / 'given'}:/elsewhere")
    shelved_gazetteers(files, [])
    assert len(list((tmp_path / "given").glob("lists-*.zip"))) == 1
    shutil.rmtree(tmp_path / "given")
