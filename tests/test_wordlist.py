"""Plain lists: a name a line, and tables as spreadsheets write them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import Fault
from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.reading import load_gazetteers, read_gazetteers
from wirewatch.rules.gazetteer.wordlist import is_wordlist, read_wordlist
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def entries_of(path: Path) -> list[Entry]:
    _, entries, faults = read_wordlist(path)
    assert faults == []
    return [entry for _, entry in entries]


def faults_of(path: Path) -> list[tuple[str, str]]:
    """Give the faults of a file: where in it, and what."""
    _, faults = read_gazetteers([], [path])
    assert all(fault.remedy for fault in faults)
    assert all(fault.place.startswith(str(path)) for fault in faults)
    return [(fault.place.removeprefix(str(path)).lstrip(": "), fault.problem) for fault in faults]


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.txt", True), ("a.csv", True), ("A.TXT", True), ("A.Csv", True),
     ("a.toml", False), ("txt", False), ("a.txt.toml", False)],
)  # fmt: skip
def test_the_ending_tells_a_plain_list(name: str, plain: bool) -> None:  # noqa: FBT001
    """`.txt` and `.csv`, in any case, are plain lists; all else is TOML."""
    assert is_wordlist(Path(name)) == plain


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("people.txt", "people"),
        ("Watch list 2.CSV", "watch-list-2"),
        ("watch_list.txt", "watch_list"),
        ("Länder (alle).txt", "lander-alle"),
        ("Люди.txt", "люди"),
    ],
)
def test_a_list_is_named_after_its_file(write: Write, file: str, name: str) -> None:
    """The file's name, folded and with dashes, is the list's, and a query can ask for it."""
    loaded = load_gazetteers([], [write(file, "name\nX\n")])
    assert list(loaded) == [name]
    rule_of("r", f"@{name}", loaded)


def test_each_line_is_a_name(write: Write) -> None:
    """Empty lines and remarks are passed over; white space around a name, and a BOM, are none."""
    text = (
        '\ufeffFirst\r\n\r\n  Second name\t\n# remark\n  # remark\n\x0c\nThird, "so called"\n#\nC#'
    )
    entries = entries_of(write("g.txt", text))
    assert [entry.name for entry in entries] == ["First", "Second name", 'Third, "so called"', "C#"]
    assert all(entry.spellings == (entry.name,) for entry in entries)
    assert [entry.id for entry in entries] == ["first", "second-name", "third-so-called", "c"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_do(write: Write, newline: str) -> None:
    """Places count lines as an editor shows them, whatever ends a line or stands within one."""
    text = newline.join(["A\u2028b", "B\x85c", "C\x0bd", "—"])
    assert faults_of(write("g.txt", text)) == [("line 4", "'—' holds no letter or digit")]


def test_every_column_is_read(write: Write) -> None:
    """Columns may stand in any order; the last three hold several, and groups lose their case."""
    text = (
        "Groups,SPELLINGS, acronyms ,country,id,name\n"
        "EU| Arab |,Un|Deux |,U|D,FR,one,First\n"
        ",,ACR,,,Second\n"
        ",,,,,Third\n"
    )
    assert entries_of(write("g.csv", text)) == [
        Entry("one", "First", "FR", frozenset({"eu", "arab"}), ("Un", "Deux"), ("U", "D")),
        Entry("second", "Second", acronyms=("ACR",)),
        Entry("third", "Third", spellings=("Third",)),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_spreadsheets_part_cells_in_three_ways(write: Write, mark: str) -> None:
    """Commas, semicolons and tabs part cells; quotes keep them, newlines and quotes in a cell."""
    rows = [["name", "country", "", ""], ['"Smith, J.; Jr"', "KZ", "", ""],
            ['"Grand\nAssembly"', "TR"], ['"The ""A"" team"'], ["", "", "", ""]]  # fmt: skip
    entries = entries_of(write("g.csv", "\ufeff" + "\r\n".join(mark.join(row) for row in rows)))
    assert [(entry.name, entry.country) for entry in entries] == [
        ("Smith, J.; Jr", "KZ"), ("Grand Assembly", "TR"), ('The "A" team', None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "line 1", "there is no column `name`"),
        ("title\nX\n", "line 1", "unknown column 'title'"),
        ("id,country\nx,KZ\n", "line 1", "there is no column `name`"),
        ("name,,id\nX,,x\n", "line 1", "unknown column ''"),
        ("name,id,name\nX,x,Y\n", "line 1", "the column 'name' is given twice"),
        ("name\n", "", "the list is empty"),
        ("name,country\nX,kz\n", "line 2", "'kz' is no country code"),
        ("name,country\nX,KAZ\n", "line 2", "'KAZ' is no country code"),
        ("name,country\n,KZ\n", "line 2", "a row without a name"),
        ("name,acronyms\nX,X|—\n", "line 2", "'—' holds no letter or digit"),
        ("name,spellings\nX,…\n", "line 2", "'…' holds no letter or digit"),
        ("name,id\nX,a b\n", "line 2", "'a b' cannot be asked for"),
        ("name,groups\nX,ok|a:b\n", "line 2", "'a:b' cannot be asked for"),
        ("name,id\nX,a\nY,a\n", "line 3", "the id 'a' is given twice"),
        ("name\nX\nx\n", "line 3", "'x' is a spelling of 'x' too"),
        ("name\nSmith, John\n", "line 2", "2 cells, but the heading has 1 columns"),
        ('name\nX\n"A\nB"\n\n—\n', "line 6", "'—' holds no letter or digit"),
        ('name\nX\n"A\nB\n', "line 3", "no CSV: unexpected end of data"),
        ('name\nX\n"A" B\n', "line 3", "no CSV: ',' expected after '\"'"),
        ('name\n"' + "A\n" * 80_000, "line 2", "no CSV: field larger than field limit (131072)"),
    ],
)
def test_faults_of_a_table_are_placed(write: Write, text: str, place: str, problem: str) -> None:
    """Each fault says the line and the problem; no name is lost in silence, nothing is raised."""
    assert faults_of(write("g.csv", text)) == [(place, problem)]


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("g.txt", b"", "the list is empty"),
        ("g.txt", b"# only\n\n", "the list is empty"),
        ("g.txt", "é".encode("latin-1"), "byte 0 is not UTF-8"),
        ("g.csv", "name\nX".encode("utf-16"), "byte 0 is not UTF-8"),
        ("—.txt", b"X", "the file's name makes no name"),
    ],
)
def test_faults_of_a_file(write: Write, file: str, content: bytes, problem: str) -> None:
    """A file that cannot be read as a list is told by its name."""
    assert faults_of(write(file, content)) == [("", problem)]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file and a folder are faults, as they are for TOML."""
    (tmp_path / "folder.csv").mkdir()
    assert faults_of(tmp_path / "none.txt") == [("", "No such file or directory")]
    assert faults_of(tmp_path / "folder.csv") == [("", "Is a directory")]


def test_all_faults_of_a_list_come_at_once(write: Write) -> None:
    """Every faulty line is told, and the sound ones are entries all the same."""
    path = write("g.csv", "name,country\n—,\nX,1\nGood,KZ\nA,B,C\n")
    _, entries, faults = read_wordlist(path)
    assert [fault.place for fault in faults] == [f"{path}: line {line}" for line in (2, 3, 5)]
    assert [(line, entry.id) for line, entry in entries] == [(4, "good")]
    assert all(isinstance(fault, Fault) for fault in faults)


def test_names_of_any_script_have_ids_that_stay(write: Write) -> None:
    """An id is made from the name alone, so that it stays when lines move, and can be asked for."""
    names = ["Асан Үсенов", "مجلس النواب", "国会", "O’Brien & Sons", "Grand-Assembly"]
    first = {one.name: one.id for one in entries_of(write("g.txt", "\n".join(names)))}
    again = {one.name: one.id for one in entries_of(write("g.txt", "\n".join(["X", *names[::-1]])))}
    assert {name: again[name] for name in names} == first
    assert first["Асан Үсенов"] == "асан-үсенов"
    assert first["Grand-Assembly"] == "grand-assembly"
    loaded = load_gazetteers([], [write("g.txt", "\n".join(names))])
    for name in names:
        (match,) = Matcher([rule_of("r", f"@g:{first[name]}", loaded)], loaded).match(
            Article("g", "", "", f"x {name} y"), "w"
        )[1]
        assert len(match.spans) == 1


def test_names_that_make_one_id_stay_two(write: Write) -> None:
    """Names that differ in marks alone, and rows of one name told apart by spellings, all count."""
    assert [one.id for one in entries_of(write("g.txt", "A.B\nA&B\nA-B-2"))] == [
        "a-b", "a-b-2", "a-b-2-3"
    ]  # fmt: skip
    path = write("h.csv", "name,spellings\nAli,Ali A\nAli,Ali B\n")
    assert [one.spellings for one in load_gazetteers([], [path])["h"].entries] == [
        ("Ali A",), ("Ali B",)
    ]  # fmt: skip


def test_lists_of_a_name_are_one(write: Write) -> None:
    """Two plain lists of a name add up: names beyond Latin do not hide each other by their lines."""
    files = [write("1/g.txt", "Иванов\n"), write("2/g.csv", "name\nПетров\nИванов\n")]
    entries = load_gazetteers([], files)["g"].entries
    assert [entry.name for entry in entries] == ["Иванов", "Петров"]


def test_nothing_is_short_in_a_plain_list(write: Write) -> None:
    """Braces and stars are a name's own letters here."""
    (entry,) = entries_of(write("g.txt", "a{b,c}*"))
    assert entry.spellings == ("a{b,c}*",)


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8)


@settings(max_examples=150, deadline=None)
@given(lines=LINES, kind=st.sampled_from(["txt", "csv"]))
def test_nothing_breaks_and_nothing_is_lost(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], kind: str
) -> None:
    """Whatever a file holds, it is entries with ids of their own, or faults, and never an error."""
    path = tmp_path_factory.mktemp("lists") / f"g.{kind}"
    path.write_text("\n".join(["name", *lines]), encoding="utf-8")
    name, entries, faults = read_wordlist(path)
    assert name == "g"
    assert entries or faults
    assert len({entry.id for _, entry in entries}) == len(entries)
    if kind == "txt":
        written = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
        kept = [line for line in written if line and not line.startswith("#")]
        assert len(entries) + len(faults) == len(kept)


def test_a_long_list_works(write: Write) -> None:
    """Twenty thousand names are read, each is found, and none is told as a fault."""
    path = write("g.txt", "\n".join(f"Name{number} Ali" for number in range(20_000)))
    loaded = load_gazetteers([], [path])
    assert len(loaded["g"].entries) == 20_000
    matcher = Matcher([], loaded)
    text = "Name0 Ali met Name19999 Ali, not Name20000 Ali or Name1 Alice."
    mentions, _ = matcher.match(Article("g", "", "", text), "w")
    assert [mention.entry for mention in mentions] == ["name0-ali", "name19999-ali"]
