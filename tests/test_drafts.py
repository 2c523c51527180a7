"""Drafts of rules: as TOML to paste, and saved only where it is allowed, whole, over nobody's work."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import GAZETTEER, Site, Wirewatch
from wirewatch.config import Config, load_config
from wirewatch.errors import ConfigError
from wirewatch.pipeline import drafts as module
from wirewatch.pipeline.drafts import Draft, Saved, draft_of, left_out, save, toml_of
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.rulebook import load_rules
from wirewatch.rules.rulefile import RuleFile
from wirewatch.states import Severity

DRAFT = Draft("bridges", "bridge* AND @parliament:KZ", "Bridges", Severity.HIGH, ("desk",))
Save = Callable[[Draft], Saved]

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(WORDS, WORDS, st.lists(WORDS, max_size=3))
def test_what_is_written_is_read_again(query: str, title: str, channels: list[str]) -> None:
    """Whatever a person types stands in the TOML as it was typed, and nothing beside it."""
    text = toml_of(Draft("a", query, title, channels=tuple(channels)))
    [rule] = tomllib.loads(text)["rule"]
    assert rule == {
        "name": "a", "query": query, "title": title, "severity": "normal", "channels": channels,
    }  # fmt: skip
    assert all(char.isprintable() or char == "\n" for char in text)


def test_it_reads_as_people_write_it() -> None:
    """The TOML is as in docs/rules.md: a query between single quotes, empty keys left out."""
    assert toml_of(Draft("a", '"Milli Majlis" AND NOT sport')) == (
        "[[rule]]\nname = 'a'\nquery = '\"Milli Majlis\" AND NOT sport'\n"
        "severity = 'normal'\nchannels = []\n"
    )
    RuleFile.model_validate(tomllib.loads(toml_of(DRAFT)))


def test_half_a_character_is_refused() -> None:
    """What no file can hold is refused by name."""
    with pytest.raises(ConfigError, match="half a character"):
        toml_of(Draft("a", "bridge\ud800"))


def test_a_live_rule_is_taken_over(tmp_path: Path) -> None:
    """A draft of a rule has its keys with another query, and says what it lacks."""
    path = tmp_path / "rules.toml"
    path.write_text(
        "[[rule]]\nname = 'visits'\nquery = 'visit*'\nseverity = 'low'\ntags = ['a', 'b']\n"
        "group = '{place}'\nwhen = { within = '1h', articles = 3 }\n"
        "[[rule.test]]\ntext = 'a visit'\n"
    )
    [rule] = load_rules([path], {}, [])
    assert draft_of(rule, "visit") == Draft(
        "visits", "visit", "", Severity.LOW, (), ("a", "b"), "{place}"
    )
    assert left_out(rule) == ("when", "test")


@pytest.fixture
def folder(site: Site) -> Path:
    """Allow rules to be saved in a folder, which the configuration reads."""
    folder = site.folder / "drafts"
    folder.mkdir()
    site.write("json://127.0.0.1:9/x")
    text = site.config.read_text()
    paths = 'paths = ["rules.toml", "drafts/*.toml"]\nsave_to = "drafts"'
    site.config.write_text(text.replace('paths = ["rules.toml"]', paths))
    return folder


def config(site: Site) -> Config:
    return load_config(site.config)


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Gazetteer]:
    (tmp_path / "lists.toml").write_text(GAZETTEER)
    return load_gazetteers([tmp_path / "lists.toml"], [])


@pytest.fixture
def saving(site: Site, lists: dict[str, Gazetteer]) -> Save:
    """Give what saves a draft by the configuration as it is then."""
    return lambda draft: save(draft, config(site), lists)


def left(folder: Path) -> list[str]:
    """Name what lies in the folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_draft_is_saved(folder: Path, saving: Save, wirewatch: Wirewatch) -> None:
    """A draft becomes a file of its own, which the configuration reads; again it is replaced."""
    assert saving(DRAFT) == Saved(folder / "bridges.toml", is_read=True)
    assert "bridges  high  → desk" in wirewatch("rules", "list").out
    saving(Draft("bridges", "bridge* OR 'river''", severity=Severity.LOW))
    assert "bridges  low  → nobody" in wirewatch("rules", "list").out
    assert left(folder) == ["bridges.toml"]
    assert (folder / "bridges.toml").stat().st_mode & 0o133 == 0


def test_without_the_key_nothing_is_saved(site: Site, saving: Save) -> None:
    """Nothing is written unless the configuration names a folder; the fault names the key."""
    site.write("json://127.0.0.1:9/x")
    before = left(site.folder)
    with pytest.raises(ConfigError, match=r"rules\.save_to: is not set; .*paste the TOML"):
        saving(DRAFT)
    assert left(site.folder) == before


def test_a_folder_that_is_not_there_is_a_fault(site: Site, folder: Path) -> None:
    """The folder has to be there when the configuration is read."""
    folder.rmdir()
    with pytest.raises(ConfigError, match=r"rules\.save_to: .* is no folder"):
        config(site)


def test_what_is_not_read_is_said(site: Site, folder: Path, saving: Save) -> None:
    """A draft in a folder that no pattern names is saved, and said not to be at work."""
    text = site.config.read_text()
    site.config.write_text(text.replace(', "drafts/*.toml"', ""))
    assert saving(DRAFT) == Saved(folder / "bridges.toml", is_read=False)


@pytest.mark.parametrize(
    "name", ["../rules", "a/b", "", ".hidden", "-x", "a b", "ä", "a\x00", "x" * 101, "a\n"]
)
def test_a_name_that_leads_elsewhere_is_refused(folder: Path, saving: Save, name: str) -> None:
    """Only a plain name becomes a file's name."""
    with pytest.raises(ConfigError, match="is no name of a rule that can be a file's"):
        saving(Draft(name, "bridges"))
    assert left(folder) == []


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Draft("a", "bridges AND"), r"drafts/a\.toml: rule\[1\]\.query: the query ends too early"),
        (Draft("a", "@parlament:KZ"), r"drafts/a\.toml: rule\[1\]\.query: unknown gazetteer"),
        (Draft("a", "bridges", channels=("dusk",)), r"rule\[1\]\.channels: unknown channel 'dusk'"),
        (Draft("kz-az", "bridges"), r"rule\[1\]\.name: the name 'kz-az' is taken"),
        (Draft("a", "bridges", group="{colour}"), r"rule\[1\]\.group: \{colour\} is no field"),
    ],
)
def test_a_faulty_draft_is_not_saved(folder: Path, saving: Save, draft: Draft, said: str) -> None:
    """A draft is checked with all other rules before it has a name; its faults name its own file."""
    with pytest.raises(ConfigError, match=said):
        saving(draft)
    assert left(folder) == []


@pytest.mark.parametrize("change", ["own", "edited", "emptied", "link", "folder"])
def test_what_somebody_else_wrote_stays(folder: Path, saving: Save, change: str) -> None:
    """A file that a person wrote, or changed since, is never written over."""
    path = folder / "bridges.toml"
    saving(DRAFT)
    written = path.read_text()
    path.unlink()
    match change:
        case "own":
            path.write_text("# mine\n")
        case "edited":
            path.write_text(written.replace("KZ", "AZ"))
        case "emptied":
            path.write_text(written.splitlines()[0] + "\n")
        case "link":
            (folder / "elsewhere").write_text(written)
            path.symlink_to("elsewhere")
        case _:
            path.mkdir()
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(ConfigError):
        saving(DRAFT)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert not [name for name in left(folder) if name.endswith(".part")]


def test_what_comes_meanwhile_stays(
    folder: Path, saving: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that somebody puts there while a draft is checked is not written over."""
    plain = module._require_sound

    def meanwhile(*given: object) -> None:
        plain(*given)  # type: ignore[arg-type]
        (folder / "bridges.toml").write_text("# mine\n")

    monkeypatch.setattr(module, "_require_sound", meanwhile)
    with pytest.raises(ConfigError, match="did not write this file"):
        saving(DRAFT)
    assert (folder / "bridges.toml").read_text() == "# mine\n"
    assert left(folder) == ["bridges.toml"]


def test_a_full_disk_leaves_what_was_there(
    folder: Path, saving: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk refuses, the old file stays whole, and nothing beside it."""
    saving(DRAFT)
    before = (folder / "bridges.toml").read_bytes()

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ConfigError, match="cannot be written: No space left"):
        saving(Draft("bridges", "roads"))
    assert (folder / "bridges.toml").read_bytes() == before
    assert left(folder) == ["bridges.toml"]
