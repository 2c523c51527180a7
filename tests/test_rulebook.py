"""Rules from files: read whole, refused with every fault named, and told apart by their hash."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wirewatch.errors import ConfigError, Fault, RuleError
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.query.leaf import Named, Term
from wirewatch.rules.rulebook import Rule, load_rules, rule_of
from wirewatch.states import Severity

Write = Callable[[str, str], Path]


def gazetteer(name: str = "parliament", digest: str = "digest") -> dict[str, Gazetteer]:
    entries = (
        Entry("kz-majilis", "Majilis", "KZ", frozenset({"turkic"}), ("Majilis",), ()),
        Entry("az-mejlis", "Mejlis", "AZ", frozenset({"turkic"}), ("Mejlis",), ()),
    )
    return {name: Gazetteer(name, entries, digest)}


CHANNELS = ["desk", "night-desk"]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def row(query: str = "a", *, name: str = "r", extra: str = "") -> str:
    return f"[[rule]]\nname = {name!r}\nquery = '''{query}'''\n{extra}\n"


def load(*paths: Path) -> tuple[Rule, ...]:
    return load_rules(paths, gazetteer(), CHANNELS)


def faults_of(*paths: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as caught:
        load(*paths)
    for fault in caught.value.faults:
        assert fault.remedy
        assert any(fault.place.startswith(str(path)) for path in paths)
    return caught.value.faults


def test_a_file_becomes_rules(write: Write) -> None:
    """A rule keeps what its file says, and what is left out has a plain default."""
    full = 'title = "T"\nseverity = "critical"\nchannels = ["desk", "night-desk"]'
    text = row("@parliament:KZ", name="full.rule-1", extra=full) + row("word", name="правило")
    first, second = load(write("r.toml", text))
    assert (first.name, first.title, first.severity) == ("full.rule-1", "T", Severity.CRITICAL)
    assert (first.text, first.query) == ("@parliament:KZ", Named("parliament", "KZ"))
    assert first.channels == ("desk", "night-desk")
    assert (second.title, second.severity, second.channels) == ("правило", Severity.NORMAL, ())
    assert second.query == Term("word")


def test_rules_come_in_the_order_of_their_files(write: Write) -> None:
    """Rules of several files stand in the files' order; an empty file is no fault."""
    files = [write("b.toml", row(name="b") + row(name="c")), write("a.toml", row(name="a"))]
    assert [rule.name for rule in load(*files, write("empty.toml", ""))] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("text", "place", "problem", "remedy"),
    [
        (row("a b"), "rule[1].query", "side by side", '"a b"'),
        (row("titel:a"), "rule[1].query", "unknown field 'titel'", "'title'"),
        (row(""), "rule[1].query", "empty", "name a word"),
        (row("@parlament"), "rule[1].query", "unknown gazetteer @parlament", "'parliament'"),
        (row("@PARLIAMENT"), "rule[1].query", "@PARLIAMENT", "'parliament'"),
        (row("a OR @x"), "rule[1].query", "unknown gazetteer @x", "known gazetteers: parliament"),
        (row("NOT @parlament AND a"), "rule[1].query", "@parlament", "'parliament'"),
        (row("@parliament:KX"), "rule[1].query", "'KX'", "'KZ'"),
        (row("@parliament:kz"), "rule[1].query", "'kz'", "'KZ'"),
        (row("@parliament:turkik"), "rule[1].query", "'turkik'", "'turkic'"),
        (row("@parliament:majilis"), "rule[1].query", "'majilis'", "'kz-majilis'"),
        (row("NOT a"), "rule[1].query", "nearly every article", "AND NOT"),
        (row("a OR NOT b"), "rule[1].query", "nearly every article", "AND NOT"),
        (row(extra='channels = ["dekk"]'), "rule[1].channels", "'dekk'", "'desk'"),
        (row(extra='channels = ["DESK"]'), "rule[1].channels", "'DESK'", "'desk'"),
        (row(extra='channels = ["x"]'), "rule[1].channels", "'x'", "known channels: desk, night"),
        (row(extra='severity = "hihg"'), "rule[1].severity", "'low', 'normal'", "choose"),
        (row(extra='chanels = ["desk"]'), "rule[1].chanels", "unknown key", "'channels'"),
        (row(name="a b"), "rule[1].name", "pattern", "docs"),
        (row() + row("b"), "rule[2].name", "'r' is taken", "rename"),
        ("[[rules]]\n", "rules", "unknown key", "'rule'"),
        ("[[rule]]\nname = 'r'\n", "rule[1].query", "needed", "add it"),
        ("[[rule]\n", "", "not TOML", "toml.io"),
    ],
)
def test_a_fault_has_file_place_and_remedy(
    write: Write, text: str, place: str, problem: str, remedy: str
) -> None:
    """Each fault is told with its file, the rule, the key, the nearest known name or a remedy."""
    path = write("r.toml", text)
    (fault,) = faults_of(path)
    assert fault.place == (f"{path}: {place}" if place else str(path))
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_a_fault_in_a_query_is_drawn(write: Write) -> None:
    """A query's fault is one line with place and remedy, and under it the query with a caret."""
    path = write("r.toml", row("majilis AND (visit trip)"))
    head, query, caret = str(faults_of(path)[0]).split("\n")
    assert head.startswith(f"{path}: rule[1].query: visit and trip stand side by side")
    assert "line 1, column 20" in head
    assert '"visit trip" for the phrase' in head
    assert query[caret.index("^") :] == "trip)"


def test_a_bad_rule_is_never_skipped(write: Write, tmp_path: Path) -> None:
    """One bad rule among good ones stops all of them, whatever is wrong with it."""
    good = write("good.toml", row(name="good"))
    latin = tmp_path / "latin.toml"
    latin.write_bytes("# é".encode("latin-1"))
    bad = [
        write("query.toml", row(name="g2") + row("(a", name="bad") + row(name="g3")),
        write("key.toml", row(extra="x = 1")),
        write("toml.toml", "rule ="),
        tmp_path / "missing.toml",
        tmp_path,
        latin,
    ]
    for path in bad:
        assert len(faults_of(good, path)) == 1
    assert len(faults_of(good, *bad)) == len(bad)


def test_all_faults_of_all_rules_come_at_once(write: Write) -> None:
    """Every fault of every rule is told in one run, several of one rule among them."""
    many = row("@x AND @y:Z AND @parliament:Q", name="one", extra='channels = ["p", "q"]')
    files = [
        write("a.toml", many + row("a b", name="two", extra='channels = ["z"]')),
        write("b.toml", row("NOT a", name="one") + row('"', name="four")),
    ]
    places = [fault.place.partition(": ")[2] for fault in faults_of(*files)]
    assert sorted(places) == sorted(
        ["rule[1].channels"] * 2 + ["rule[1].query"] * 3 + ["rule[2].channels", "rule[2].query"]
        + ["rule[1].name", "rule[1].query", "rule[2].query"]
    )  # fmt: skip


def test_a_name_is_taken_by_a_bad_rule_too(write: Write) -> None:
    """A second rule of a name is told of even when the first one cannot be read."""
    problems = [fault.problem for fault in faults_of(write("r.toml", row("a b") + row("b")))]
    assert any("side by side" in problem for problem in problems)
    assert any("'r' is taken" in problem for problem in problems)


def test_a_wrong_key_does_not_hide_a_wrong_query(write: Write) -> None:
    """Faults of form and faults of queries in one file are told together."""
    path = write("r.toml", row(extra='severity = "hihg"') + row("a b", name="two"))
    assert [fault.place for fault in faults_of(path)] == [
        f"{path}: rule[1].severity",
        f"{path}: rule[2].query",
    ]


@pytest.mark.parametrize(
    ("change", "gazetteers", "changes"),
    [
        (row("@parliament OR b", extra='channels = ["desk"]'), gazetteer(), True),
        (row("@parliament", extra='channels = ["night-desk"]'), gazetteer(), True),
        (row("@parliament", extra='channels = ["desk"]\nseverity = "high"'), gazetteer(), True),
        (row("@parliament", name="q", extra='channels = ["desk"]'), gazetteer(), True),
        (row("@parliament", extra='channels = ["desk"]'), gazetteer(digest="other"), True),
        (row("@parliament", extra='channels = ["desk"]\ntitle = "New"'), gazetteer(), False),
        (
            row("@parliament", extra='channels = ["desk"]'),
            gazetteer() | gazetteer("cities", "new"),
            False,
        ),
    ],
)
def test_the_hash_changes_with_what_a_rule_does(
    write: Write, change: str, gazetteers: dict[str, Gazetteer], changes: bool  # noqa: FBT001
) -> None:  # fmt: skip
    """The hash changes with query, severity, channels and the lists used, and with nothing else."""
    plain = write("a.toml", row("@parliament", extra='channels = ["desk"]'))
    (before,) = load(plain)
    (after,) = load_rules([write("b.toml", change)], gazetteers, CHANNELS)
    assert (before.hash != after.hash) is changes
    assert load(plain)[0].hash == before.hash


def test_a_query_by_hand_is_checked_too() -> None:
    """A query typed for a search is read and checked like a rule's, and tells nobody."""
    rule = rule_of("search", "@parliament:KZ AND visit*", gazetteer())
    assert (rule.name, rule.channels) == ("search", ())
    with pytest.raises(RuleError, match="side by side"):
        rule_of("search", "a b", gazetteer())
    for query in ("@x", "@parliament:X", "NOT a"):
        with pytest.raises(ConfigError):
            rule_of("search", query, gazetteer())
