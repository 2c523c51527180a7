"""Paths in the configuration: where they lead, and folders that would feed each other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wirewatch.config import load_config
from wirewatch.errors import ConfigError, Fault

Write = Callable[..., Path]

STORE = '[store]\npath = "../var/wirewatch.db"\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str, folder: str = "config") -> Path:
        path = tmp_path / folder / "wirewatch.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


def inbox(name: str, path: object, extra: str = "") -> str:
    return f"[[inbox]]\nname = '{name}'\npath = '{path}'\n{extra}\n"


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert all(fault.remedy for fault in caught.value.faults)
    return list(caught.value.faults)


def test_paths_count_from_the_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative paths begin at the configuration's folder, wherever the program is started."""
    path = write(STORE + inbox("a", "../in/./x/..", "archive = 'kept'"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for given in (path, Path("../config/wirewatch.toml")):
        config = load_config(given)
        assert config.path.resolve() == path
        assert config.path.is_absolute()
        assert config.store.resolve() == tmp_path / "var" / "wirewatch.db"
        assert config.inboxes[0].path.resolve() == tmp_path / "in"
        assert config.inboxes[0].archive is not None
        assert config.inboxes[0].archive.resolve() == tmp_path / "config" / "kept"


def test_absolute_and_home_paths_are_taken_as_they_are(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An absolute path stays, and ~ is the user's own folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    config = load_config(write("[store]\npath = '/data/w.db'\n" + inbox("a", "~/in")))
    assert config.store == Path("/data/w.db")
    assert config.inboxes[0].path == tmp_path / "home" / "in"


@pytest.mark.parametrize("folder", ["config", "with space", "[draft] rules", "a?b*"])
def test_patterns_stand_for_files(write: Write, folder: str) -> None:
    """Patterns give the files they match, sorted and each once, whatever the folder's own name."""
    path = write(
        STORE
        + inbox("a", "../in")
        + "[rules]\npaths = ['rules/*.toml', 'rules/b.toml', 'more/**/*.toml']\n"
        + "[gazetteers]\npaths = ['lists/[ab].toml']\n",
        folder,
    )
    names = ["rules/b.toml", "rules/a.toml", "rules/a.txt", "more/deep/er/c.toml", "lists/a.toml",
             "lists/c.toml"]  # fmt: skip
    for name in names:
        file = path.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    config = load_config(path)
    found = [str(file.relative_to(path.parent)) for file in config.rule_files]
    assert found == ["rules/a.toml", "rules/b.toml", "more/deep/er/c.toml"]
    assert [file.name for file in config.gazetteer_files] == ["a.toml"]


def test_a_pattern_may_lead_out_of_the_folder(write: Write, tmp_path: Path) -> None:
    """Patterns may be absolute or lead upwards; a folder without a file is no fault."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "none").mkdir()
    (tmp_path / "rules" / "a.toml").touch()
    patterns = f"'../rules/*.toml', '{tmp_path}/rules/a*.toml', '../none/*.toml'"
    path = write(STORE + inbox("a", "../in") + f"[rules]\npaths = [{patterns}]\n")
    assert load_config(path).rule_files == (tmp_path / "rules" / "a.toml",)


@pytest.mark.parametrize(
    ("boxes", "place", "problem"),
    [
        (inbox("a", "/i") + inbox("b", "/i/b"), "inbox[2].path", "inside the inbox 'a'"),
        (inbox("b", "/i/b/c") + inbox("a", "/i"), "inbox[1].path", "inside the inbox 'a'"),
        (inbox("a", "/i") + inbox("b", "/i"), "inbox[2].path", "the inbox 'a'"),
        (inbox("a", "/i/../j") + inbox("b", "/j/./b"), "inbox[2].path", "inside the inbox 'a'"),
        (
            inbox("a", "/i", "after = 'archive'\narchive = '/i/old'"),
            "inbox[1].archive",
            "inside the inbox",
        ),
        (
            inbox("a", "/i", "after = 'archive'\narchive = '/j/old'") + inbox("b", "/j"),
            "inbox[1].archive",
            "inside the inbox",
        ),
        (inbox("a", "../var"), "store.path", "inside the inbox 'a'"),
    ],
)
def test_folders_that_feed_themselves_are_faults(
    write: Write, boxes: str, place: str, problem: str
) -> None:
    """An inbox, archive or store inside an inbox would be read as news; it is refused once."""
    path = write(STORE + boxes)
    (fault,) = faults_of(path)
    assert fault.place == f"{path}: {place}"
    assert problem in fault.problem


@pytest.mark.parametrize(
    "boxes",
    [
        inbox("a", "/i") + inbox("b", "/ii"),
        inbox("a", "/i", "recursive = false") + inbox("b", "/i/b"),
        inbox("a", "/i", "after = 'archive'\narchive = '/old'"),
        inbox("a", "/i", "archive = '/i/old'"),
        inbox("a", "/old/i", "after = 'archive'\narchive = '/old'"),
    ],
)
def test_folders_beside_each_other_are_sound(write: Write, boxes: str) -> None:
    """Folders that cannot feed each other are accepted, the subfolder of a flat inbox too."""
    assert load_config(write(STORE + boxes)).inboxes
