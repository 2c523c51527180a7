"""Gazetteers: read from files, added to and overridden, and refused with every fault named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wirewatch.errors import ConfigError, Fault
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers

Write = Callable[[str, str], Path]

SHIPPED = """
name = "parliament"
[[entry]]
id = "ru-duma"
name = "State Duma"
country = "RU"
groups = ["cis", "europe"]
spellings = ["State Duma", "Госдума"]
acronyms = ["ГД"]
[[entry]]
id = "pl-sejm"
name = "Sejm"
country = "PL"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def faults_of(*own: Path, shipped: tuple[Path, ...] = ()) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        load_gazetteers(shipped, own)
    for fault in caught.value.faults:
        assert fault.remedy
        assert any(fault.place.startswith(str(path)) for path in (*shipped, *own))
    return list(caught.value.faults)


def table(**keys: str) -> str:
    """Write a gazetteer of one entry whose keys are given as TOML values."""
    keys = {"id": '"a"', "name": '"A"'} | keys
    lines = [f"{key} = {value}" for key, value in keys.items() if value]
    return "\n".join(['name = "g"', "[[entry]]", *lines, ""])


def spellings_of(gazetteer: Gazetteer) -> dict[str, tuple[str, ...]]:
    return {entry.id: entry.spellings for entry in gazetteer.entries}


def test_a_file_becomes_a_gazetteer(write: Write) -> None:
    """An entry keeps its id, name, country, groups, spellings and acronyms as written."""
    loaded = load_gazetteers([write("p.toml", SHIPPED)], [])
    assert list(loaded) == ["parliament"]
    duma = loaded["parliament"].entries[0]
    assert (duma.id, duma.name, duma.country) == ("ru-duma", "State Duma", "RU")
    assert duma.groups == {"cis", "europe"}
    assert (duma.spellings, duma.acronyms) == (("State Duma", "Госдума"), ("ГД",))


def test_a_name_alone_is_a_spelling(write: Write) -> None:
    """An entry without spellings and acronyms is looked for by its name, and only then."""
    text = SHIPPED + '[[entry]]\nid = "x"\nname = "Long name"\nacronyms = ["LN"]\n'
    loaded = load_gazetteers([], [write("p.toml", text)])["parliament"]
    assert spellings_of(loaded) == {
        "ru-duma": ("State Duma", "Госдума"), "pl-sejm": ("Sejm",), "x": ()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("part", "meant"),
    [
        ("RU", {"ru-duma"}),
        ("ru-duma", {"ru-duma"}),
        ("cis", {"ru-duma"}),
        ("CIS", {"ru-duma"}),
        ("PL", {"pl-sejm"}),
        ("State Duma", set()),
        ("R", set()),
    ],
)
def test_parts_are_ids_countries_and_groups(write: Write, part: str, meant: set[str]) -> None:
    """After the colon stands an id, a country or a group, and nothing else."""
    gazetteer = load_gazetteers([write("p.toml", SHIPPED)], [])["parliament"]
    assert {entry.id for entry in gazetteer.entries if entry.belongs_to(part)} == meant
    assert gazetteer.parts() == ["PL", "RU", "cis", "europe", "pl-sejm", "ru-duma"]


def test_an_own_gazetteer_adds_and_overrides(write: Write) -> None:
    """An own file of the same name adds entries, and replaces those of the same id."""
    own = """
    name = "parliament"
    [[entry]]
    id = "pl-sejm"
    name = "Sejm of Poland"
    [[entry]]
    id = "pl-senat"
    name = "Senat RP"
    """
    shipped = write("p.toml", SHIPPED)
    loaded = load_gazetteers([shipped], [write("own.toml", own)])["parliament"]
    assert spellings_of(loaded) == {
        "ru-duma": ("State Duma", "Госдума"),
        "pl-sejm": ("Sejm of Poland",),
        "pl-senat": ("Senat RP",),
    }
    assert loaded.digest != load_gazetteers([shipped], [])["parliament"].digest


def test_an_own_gazetteer_can_replace(write: Write) -> None:
    """With `replace = true` nothing is left of the shipped list of that name."""
    own = 'name = "parliament"\nreplace = true\n[[entry]]\nid = "x"\nname = "X"\n'
    loaded = load_gazetteers([write("p.toml", SHIPPED)], [write("own.toml", own)])
    assert spellings_of(loaded["parliament"]) == {"x": ("X",)}


def test_gazetteers_of_other_names_stand_beside(write: Write) -> None:
    """An own list of a new name leaves the shipped ones as they are."""
    shipped = write("p.toml", SHIPPED)
    loaded = load_gazetteers([shipped], [write("g.toml", table())])
    assert set(loaded) == {"parliament", "g"}
    assert loaded["parliament"].entries == load_gazetteers([shipped], [])["parliament"].entries


@pytest.mark.parametrize(
    "change",
    [
        {"id": '"b"'},
        {"country": '"KZ"'},
        {"groups": '["x"]'},
        {"spellings": '["A", "B"]'},
        {"acronyms": '["A"]'},
    ],
)
def test_the_digest_changes_with_what_is_matched(write: Write, change: dict[str, str]) -> None:
    """The digest changes with everything that decides what a rule over the gazetteer finds."""
    before, after = (
        load_gazetteers([], [write(f"{number}.toml", table(**keys))])["g"].digest
        for number, keys in enumerate([{}, change])
    )
    assert before != after


@pytest.mark.parametrize(
    ("text", "place", "problem", "remedy"),
    [
        (table(xyzzy='"red"'), "entry[1].xyzzy", "unknown key", "known keys"),
        (table(countri='"KZ"'), "entry[1].countri", "unknown key", "'country'"),
        (table(id=""), "entry[1].id", "needed", "add it"),
        (table(name=""), "entry[1].name", "needed", "add it"),
        (table(id='"A B"'), "entry[1].id", "pattern", "docs"),
        (table(country='"kz"'), "entry[1].country", "[A-Z]{2}", "docs"),
        (table(groups='["CIS"]'), "entry[1].groups[1]", "pattern", "docs"),
        (table(spellings='["a", ""]'), "entry[1].spellings[2]", "at least 1", "docs"),
        (table(spellings='["—"]'), "entry[1].spellings", "no letter", "take it away"),
        (table(acronyms='["."]'), "entry[1]", "no letter", "take it away"),
        (table(name='"\\u00AD"'), "entry[1]", "no letter", "take it away"),
        ('name = "g"\n', "entry", "needed", "add it"),
        ("[[entry]]\nid = 'a'\nname = 'A'\n", "name", "needed", "add it"),
        ("name = g\n", "", "line 1, column 8", "toml.io"),
    ],
)
def test_a_fault_has_file_place_and_remedy(
    write: Write, text: str, place: str, problem: str, remedy: str
) -> None:
    """Every fault of a gazetteer is told with its file, its place in it, and what to do."""
    path = write("g.toml", text)
    (fault,) = faults_of(path)
    assert fault.place.startswith(f"{path}: {place}" if place else str(path))
    assert problem in fault.problem
    assert remedy in fault.remedy


def two(first: str, second: str) -> str:
    return f'name = "g"\n[[entry]]\nid = "a"\n{first}\n[[entry]]\nid = "b"\n{second}\n'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('name = "X"\nspellings = ["Senate"]', 'name = "Y"\nspellings = ["SÉNATE"]'),
        ('name = "X"\nacronyms = ["PACE"]', 'name = "Y"\nacronyms = ["PACE"]'),
        ('name = "X"\nacronyms = ["PACE"]', 'name = "Y"\nacronyms = ["ＰＡＣＥ"]'),
        ('name = "X"\nacronyms = ["PACE"]', 'name = "Y"\nspellings = ["Pace"]'),
        ('name = "X"\nspellings = ["Pace"]', 'name = "Y"\nacronyms = ["PACE"]'),
        ('name = "X"\nspellings = ["S{a,b}"]', 'name = "Y"\nspellings = ["{Sb,Sc}"]'),
        ('name = "Senate"', 'name = "Y"\nspellings = ["senate"]'),
        ('name = "Senate"', 'name = "senate"'),
    ],
)
def test_two_entries_share_no_spelling(write: Write, first: str, second: str) -> None:
    """A spelling that could mean two entries is refused, and both are named."""
    (fault,) = faults_of(write("g.toml", two(first, second)))
    assert "entry[2]" in fault.place
    assert "'a'" in fault.problem


def test_a_shared_spelling_is_found_across_files(write: Write) -> None:
    """An own entry that is spelled like a shipped one is refused; it could never be found."""
    own = 'name = "parliament"\n[[entry]]\nid = "own"\nname = "Sejm"\n'
    shipped, path = write("p.toml", SHIPPED), write("own.toml", own)
    (fault,) = faults_of(path, shipped=(shipped,))
    assert fault.place.startswith(f"{path}: entry[1]")
    assert "'pl-sejm'" in fault.problem


def test_acronyms_that_differ_in_case_are_two(write: Write) -> None:
    """Acronyms count in exactly their case, so two entries may differ in that alone."""
    text = two('name = "X"\nacronyms = ["IPA"]', 'name = "Y"\nacronyms = ["Ipa"]')
    assert len(load_gazetteers([], [write("g.toml", text)])["g"].entries) == 2


def test_an_id_given_twice_is_refused(write: Write) -> None:
    """Two entries of one file cannot have the same id, for one would hide the other."""
    text = table() + '[[entry]]\nid = "a"\nname = "Other"\n'
    (fault,) = faults_of(write("g.toml", text))
    assert fault.place.endswith("entry[2].id")
    assert "twice" in fault.problem


def test_all_faults_of_all_files_come_at_once(write: Write, tmp_path: Path) -> None:
    """One run names every fault of every file: unreadable, no TOML, no UTF-8, and wrong values."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "é"'.encode("latin-1"))
    own = [
        write("bad.toml", "name = "),
        latin,
        tmp_path / "missing.toml",
        write("g.toml", table(id='"A"', country='"kz"')),
        write("h.toml", two('name = "Same"\nspellings = ["x"]', 'name = "S"\nspellings = ["X"]')),
    ]
    faults = faults_of(*own)
    assert [Path(fault.place.partition(": ")[0]) for fault in faults] == [
        own[0], own[1], own[2], own[3], own[3], own[4]
    ]  # fmt: skip
    assert "not TOML" in faults[0].problem
    assert "UTF-8" in faults[1].problem
    assert "No such file" in faults[2].problem
