"""Files of gazetteers: several make one list, later ones go before, and faults come at once."""

import re
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from wirewatch.errors import ConfigError, Fault
from wirewatch.model import Article
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, meant
from wirewatch.rules.gazetteer.reading import load_gazetteers, read_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of

Write = Callable[[str, str], Path]
PAGE = (Path(__file__).parents[1] / "docs" / "gazetteers.md").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def listed(name: str, *ids: str, head: str = "", **keys: str) -> str:
    """Write a list with some entries, each with the same keys in TOML."""
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    entries = (f'[[entry]]\nid = "{one}"\nname = "Name {one}"\n{lines}' for one in ids)
    return f'name = "{name}"\n{head}\n' + "".join(entries)


def ids(gazetteer: Gazetteer) -> list[str]:
    return [entry.id for entry in gazetteer.entries]


def faults_of(*paths: Path) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        load_gazetteers([], paths)
    assert all(fault.remedy for fault in caught.value.faults)
    return list(caught.value.faults)


FRANCE = '[[country]]\ncode = "FR"\nnames = ["France"]\n'


def test_files_of_a_name_are_one_list(write: Write) -> None:
    """Entries of all files of a name stand in one list, in order; the kind of file is no matter."""
    files = [write("1.toml", listed("g", "a", "b")), write("g.txt", "C\n"),
             write("3.toml", listed("h", "x")), write("4.toml", listed("g", "d"))]  # fmt: skip
    loaded = load_gazetteers(files[:2], files[2:])
    assert {name: ids(one) for name, one in loaded.items()} == {
        "g": ["a", "b", "c", "d"],
        "h": ["x"],
    }


def test_own_goes_over_shipped_and_later_over_earlier(write: Write) -> None:
    """An entry of the same id takes the earlier one's place; whole, and where that one stood."""
    shipped = write("s.toml", listed("g", "a", "b", acronyms='["X"]', unless='["y"]'))
    own = [write("1.toml", listed("g", "a", "c")), write("2.toml", listed("g", "c", kind='"k"'))]
    gazetteer = load_gazetteers([shipped], own)["g"].entries
    assert [(entry.id, entry.acronyms, entry.kind) for entry in gazetteer] == [
        ("a", (), ""), ("b", ("X",), ""), ("c", (), "k")
    ]  # fmt: skip
    assert gazetteer[0].unless == ()


def test_replace_drops_the_list_so_far(write: Write) -> None:
    """`replace` takes away entries, countries, endings and includes of earlier files, not later."""
    head = f'include = ["h"]\n[endings]\nx = ["1"]\n{FRANCE}'
    one = write("1.toml", listed("g", "a", head=head))
    two = write("2.toml", listed("g", "b", head="replace = true"))
    three = write("3.toml", listed("g", "c"))
    other = write("4.toml", listed("h", "x"))
    loaded = load_gazetteers([one, other], [two, three])
    assert ids(loaded["g"]) == ["b", "c"]
    assert loaded["g"].include == ()
    lost = write("3.toml", listed("g", "c", country='"FR"', generic='["{x}"]'))
    assert [fault.place for fault in faults_of(one, two, lost, other)] == [
        f"{lost}: entry[1].generic"
    ] * 2


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_countries_and_endings_hold_across_files(write: Write, order: tuple[int, ...]) -> None:
    """Countries and endings of any file of a list serve all of them, whatever comes first."""
    files = [
        write("c.toml", f'name = "g"\n{FRANCE}'),
        write("e.toml", 'name = "g"\n[endings]\nx = ["", "s"]\n'),
        write("g.toml", listed("g", "a", country='"FR"', generic='["Senate{x}"]')),
    ]
    loaded = load_gazetteers([], [files[number] for number in order])["g"]
    (entry,) = loaded.entries
    assert {"Senate of France", "Senates of France"} <= set(entry.spellings)
    assert {generic.name for generic in loaded.generics} == {"Senate", "Senates"}


def test_lists_share_no_countries(write: Write) -> None:
    """A country of one list means nothing in another."""
    other = write("c.toml", f'name = "h"\n{FRANCE}')
    (fault,) = faults_of(other, write("g.toml", listed("g", "a", country='"FR"', generic='["S"]')))
    assert "'FR'" in fault.problem


def test_a_later_country_adds_to_the_earlier(write: Write) -> None:
    """An own [[country]] adds its names to the shipped one of its code, for shipped entries too."""
    head = FRANCE + 'people = ["French"]\n'
    shipped = write("s.toml", listed("g", "a", country='"FR"', generic='["S"]', head=head))
    own = write("o.toml", f'name = "g"\n{FRANCE.replace("France", "Gaul")}')
    (entry,) = load_gazetteers([shipped], [own])["g"].entries
    assert {"S of Gaul", "S of France", "French S"} <= set(entry.spellings)


def test_a_files_own_endings_go_before(write: Write) -> None:
    """Two files may give an ending of one name: each means its own, in entries and countries."""
    files = []
    for number in "12":
        head = f'[endings]\nx = ["{number}"]\n[[country]]\ncode = "A{"AB"[int(number) - 1]}"\n'
        text = listed("g", f"e{number}", head=head + 'names = ["N{x}"]', spellings='["S{x}"]')
        files.append(write(f"{number}.toml", text.replace("[[entry]]", "\n[[entry]]")))
    for order in (files, files[::-1]):
        entries = load_gazetteers([], order)["g"].entries
        assert {entry.id: entry.spellings for entry in entries} == {"e1": ("S1",), "e2": ("S2",)}


def including(name: str, *others: str) -> str:
    return f'name = "{name}"\ninclude = {list(others)}\n'


def test_include_means_the_entries_of_others(write: Write) -> None:
    """`@desk` means its own entries and those it includes, with parts, by way of others too."""
    files = [
        write("a.toml", listed("a", "a1", groups='["x"]') + listed("", "a2").split("\n", 1)[1]),
        write("b.toml", including("b", "a:x") + listed("", "b1").split("\n", 1)[1]),
        write("desk.toml", including("desk", "b:X", "b:b1", "a:a2")),
    ]
    loaded = load_gazetteers([], files)
    assert [(owner, one.id) for owner, one in meant(loaded, "desk", None)] == [
        ("a", "a1"), ("b", "b1"), ("a", "a2")
    ]  # fmt: skip
    assert [one.id for _, one in meant(loaded, "desk", "x")] == ["a1"]
    assert meant(loaded, "desk", "none") == []
    rule = rule_of("r", "@desk", loaded)
    for text, found in [("Name a1", 1), ("Name b1", 1), ("Name a2", 1), ("Name", 0)]:
        assert len(Matcher([rule], loaded).match(Article("g", "", "", text), "w")[1]) == found


def test_files_of_a_list_include_together(write: Write) -> None:
    """What several files of a list include is included, whichever comes first."""
    lists = [write(f"{name}.toml", listed(name, f"{name}1")) for name in "ab"]
    desk = [write(f"d{name}.toml", including("desk", name)) for name in "ab"]
    loaded = load_gazetteers(desk[:1], [*lists, *desk[1:]])
    assert [one.id for _, one in meant(loaded, "desk", None)] == ["a1", "b1"]


def test_the_digest_changes_with_what_is_included(write: Write) -> None:
    """A list changes when one that it includes does, however far down; other lists do not."""
    desk, middle = write("d.toml", including("d", "m")), write("m.toml", including("m", "a"))
    digests = []
    for text in (listed("a", "1"), listed("a", "2")):
        files = [desk, middle, write("a.toml", text), write("b.toml", listed("b", "1"))]
        digests.append({name: one.digest for name, one in load_gazetteers([], files).items()})
    before, after = digests
    assert {name for name in before if before[name] != after[name]} == {"d", "m", "a"}


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"a": ["b"]}, ["@a: include: there is no list 'b'; known gazetteers: a, end"]),
        ({"a": ["ent"]}, ["@a: include: there is no list 'ent'; did you mean 'end'?"]),
        ({"a": ["end:zzz"]}, ["@a: include: @end has no 'zzz'; known parts: e, g"]),
        ({"a": ["b:zzz"], "b": ["end"]}, ["@a: include: @b has no 'zzz'; known parts: e, g"]),
        ({"a": ["a"]}, ["@a: include: goes in a circle: @a includes @a; break it"]),
        ({"a": ["b:g"], "b": ["a"]},
         ["@a: include: goes in a circle: @a includes @b includes @a; break it",
          "@b: include: goes in a circle: @b includes @a includes @b; break it"]),
        ({"a": ["b:g"], "b": ["b"]},
         ["@b: include: goes in a circle: @b includes @b; break it"]),
        ({"a": ["b:zzz"], "b": ["c"]},
         ["@b: include: there is no list 'c'; known gazetteers: a, b, end"]),
    ],
)  # fmt: skip
def test_wrong_includes_are_told(
    write: Write, lists: dict[str, list[str]], said: list[str]
) -> None:
    """Lists and parts that are not there, and circles, are told; each once, and none hangs."""
    files = [write(f"{name}.toml", including(name, *others)) for name, others in lists.items()]
    files.append(write("end.toml", listed("end", "e", groups='["g"]')))
    assert [str(fault) for fault in faults_of(*files)] == said


@pytest.mark.parametrize("other", ["a:", ":x", "a:b:c", ""])
def test_an_include_names_a_list_and_a_part(write: Write, other: str) -> None:
    """What is no name, or a name and a part, is told with its place."""
    path = write("g.toml", including("g", other) + listed("", "e").split("\n", 1)[1])
    (fault,) = faults_of(path)
    assert fault.place == f"{path}: include[1]"


@pytest.mark.parametrize(
    ("keys", "key", "problem"),
    [
        ({"valid_from": "2020-01-01", "valid_until": "2020-01-01"}, None, ""),
        ({"valid_until": "2020-01-01"}, None, ""),
        ({"valid_from": "2020-01-02", "valid_until": "2020-01-01"}, "valid_until",
         "2020-01-01 is before valid_from, 2020-01-02"),
        ({"valid_from": '"soon"'}, "valid_from", "date"),
        ({"valid_until": "2020"}, "valid_until", "date"),
        ({"successor": '"b"'}, None, ""),
        ({"successor": '"bb"'}, "successor", "there is no other entry 'bb'"),
        ({"successor": '"a"'}, "successor", "there is no other entry 'a'"),
    ],
)  # fmt: skip
def test_dates_and_successors(
    write: Write, keys: dict[str, str], key: str | None, problem: str
) -> None:
    """An end lies not before its beginning; a successor is another entry, in any file."""
    files = [write("g.toml", listed("g", "a", **keys)), write("h.toml", listed("g", "b"))]
    _, faults = read_gazetteers(files, [])
    assert [fault.place for fault in faults] == ([f"{files[0]}: entry[1].{key}"] if key else [])
    assert all(problem in fault.problem and fault.remedy for fault in faults)


def test_a_country_given_twice_in_a_file_is_told(write: Write) -> None:
    """In one file the second [[country]] of a code would hide the first."""
    path = write("g.toml", f'name = "g"\n{FRANCE}{FRANCE}')
    (fault,) = faults_of(path)
    assert (fault.place, fault.problem) == (f"{path}: country[2].code", "'FR' is given twice")


def test_faults_of_all_kinds_come_at_once(write: Write) -> None:
    """Wrong values, spellings, lines, clashes, successors and includes: one run tells all."""
    files = [
        write("1.toml", listed("g", "a", country='"FRA"', spellings='["S{x}"]', successor='"z"')),
        write("2.toml", including("g", "nowhere") + listed("", "b", acronyms='["N"]').split("\n", 1)[1]),
        write("g.csv", "name,country\nN,\nM,x\n"),
        write("3.toml", "name ="),
    ]  # fmt: skip
    said = [(fault.place, fault.problem) for fault in faults_of(*files)]
    assert [place for place, _ in said] == [
        f"{files[0]}: entry[1].country", f"{files[2]}: line 3", f"{files[3]}",
        f"{files[0]}: entry[1].spellings", f"{files[2]}: line 2", f"{files[0]}: entry[1].successor",
        "@g: include",
    ]  # fmt: skip
    assert said[4][1] == "'N' is a spelling of 'b' too"


def examples(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_worked_example_can_be_loaded(write: Write) -> None:
    """The files in docs/gazetteers.md load together, and find what the page's table says."""
    files = [write(f"{number}.toml", text) for number, text in enumerate(examples("toml"))]
    loaded = load_gazetteers([], [*files, write("Watch list.csv", examples("csv")[0])])
    assert set(loaded) == {"assembly", "desk", "watch-list"}
    assert ids(loaded["watch-list"]) == ["omarova", "bank-of-example"]
    assert [one.id for _, one in meant(loaded, "desk", None)] == ["wirewatch", "xf-diet"]
    rows = re.findall(r"^\| (.+?) \| *(xf-\w+)? *\|$", PAGE, re.MULTILINE)
    assert len(rows) > 10
    for text, entry in rows:
        mentions, _ = Matcher([], loaded).match(Article("g", "", "", text), "w")
        assert [mention.entry for mention in mentions] == [entry] * bool(entry), text
