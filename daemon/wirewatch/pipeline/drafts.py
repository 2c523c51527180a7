"""Drafts of rules as TOML: to be pasted, or saved where the configuration lets the workbench save.

A draft is a file of its own, `NAME.toml`. Its first line says who wrote it, and holds a digest of
what follows: what a person has changed since is theirs, and is not written over.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wirewatch.config import Config, read_config
from wirewatch.errors import ConfigError, Fault
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.rulebook import Rule, read_rules
from wirewatch.states import Severity

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_SIGNED = re.compile(r"# Written by the workbench of Wirewatch, sha256 ([0-9a-f]{64})\n")
_MODE = 0o644
_LARGEST = 1_000_000  # bytes that are read of a file, to see whose it is


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it is to be written."""

    name: str
    query: str
    title: str = ""
    severity: Severity = Severity.NORMAL
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a draft was saved, and whether the configuration reads that file."""

    path: Path
    is_read: bool


def draft_of(rule: Rule, query: str) -> Draft:
    """Give a rule as a draft with another query; its tests and its condition are not in it."""
    title = rule.title if rule.title != rule.name else ""
    return Draft(rule.name, query, title, rule.severity, rule.channels, rule.tags, rule.group)


def left_out(rule: Rule) -> tuple[str, ...]:
    """Name the keys of a rule that a draft of it lacks: they are to be pasted from its file."""
    return (*(["when"] if rule.when else []), *(["test"] if rule.tests else []))


def toml_of(draft: Draft) -> str:
    """Write a draft as TOML, to be pasted into a file of rules. Raises ConfigError."""
    try:
        draft.query.encode()
        draft.title.encode()
    except UnicodeEncodeError as error:
        problem = "it holds half a character, which no file can"
        raise ConfigError([Fault(draft.name, problem, "type it again")]) from error
    values = {
        "name": _text(draft.name),
        "title": _text(draft.title) if draft.title else "",
        "query": _text(draft.query),
        "severity": _text(draft.severity.value),
        "channels": _list(draft.channels),
        "tags": _list(draft.tags) if draft.tags else "",
        "group": _text(draft.group) if draft.group else "",
    }
    return "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items() if value)


def save(draft: Draft, config: Config, gazetteers: Mapping[str, Gazetteer]) -> Saved:
    """Save a draft where the configuration lets rules be saved; checked whole, written whole.

    Raises ConfigError with every fault, and where a file or a rule of that name is not ours.
    """
    folder = config.rules_saved_to
    if folder is None:
        remedy = "set it to a folder of `rules.paths`, or paste the TOML"
        raise ConfigError([Fault(f"{config.path}: rules.save_to", "is not set", remedy)])
    if not _NAME.fullmatch(draft.name):
        problem = f"{draft.name!r} is no name of a rule that can be a file's"
        raise ConfigError([Fault("name", problem, "use letters of ASCII, digits, '-', '_', '.'")])
    path = folder / f"{draft.name}.toml"
    text = toml_of(draft)
    part = folder / f".{draft.name}.{secrets.token_hex(8)}.part"
    try:
        is_ours = _is_ours(path)
        _write(part, _signed(text))
        _require_sound(part, path, config, gazetteers)
        _put(part, path, is_ours=is_ours)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise ConfigError([Fault(str(path), problem, "check the folder and its rights")]) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    again, _ = read_config(config.path)
    return Saved(path, again is not None and path in again.rule_files)


def _require_sound(
    part: Path, path: Path, config: Config, gazetteers: Mapping[str, Gazetteer]
) -> None:
    """Raise ConfigError unless all rules are sound with this one among them."""
    others = [file for file in config.rule_files if file != path]
    channels = [channel.name for channel in config.channels]
    _, faults = read_rules([*others, part], gazetteers, channels)
    if faults:
        named = (
            replace(fault, place=fault.place.replace(str(part), str(path))) for fault in faults
        )
        raise ConfigError(named)


def _put(part: Path, path: Path, *, is_ours: bool) -> None:
    """Let a file that is whole take its name; one that is not ours is never replaced."""
    if is_ours:
        part.replace(path)
    else:
        try:
            os.link(part, path)
        except FileExistsError as error:
            problem = "the workbench did not write this file, or somebody has changed it since"
            remedy = "paste the TOML into it, or choose another name"
            raise ConfigError([Fault(str(path), problem, remedy)]) from error
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(part: Path, text: str) -> None:
    """Write a new file, durably."""
    made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _signed(text: str) -> str:
    """Put the line before a text by which it is known as ours."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"# Written by the workbench of Wirewatch, sha256 {digest}\n{text}"


def _is_ours(path: Path) -> bool:
    """Tell whether a file is as the workbench wrote it. Raises OSError."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return False
        text = opened.read(_LARGEST).decode(errors="replace")
    found = _SIGNED.match(text)
    return found is not None and _signed(text[found.end() :]) == text


def _list(words: Iterable[str]) -> str:
    """Write a list of strings."""
    return f"[{', '.join(_text(word) for word in words)}]"


def _text(text: str) -> str:
    """Write a string: as it is between single quotes where that can be, else with escapes."""
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    """Write a character between double quotes; what cannot be seen by its number."""
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\U{ord(char):08x}"
