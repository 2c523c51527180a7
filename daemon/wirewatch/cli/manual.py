"""`wirewatch manual`: the manual page, made of what the commands say of themselves."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from wirewatch import __version__
from wirewatch.cli.app import app

if TYPE_CHECKING:
    from typer.core import TyperGroup

_FILES = (
    ("./config/wirewatch.toml", "the configuration, where it is not named by --config; else"),
    ("~/.config/wirewatch/wirewatch.toml", "that of a person; else"),
    ("/etc/wirewatch/wirewatch.toml", "that of the machine"),
)
_CODES = (
    ("0", "all is well"),
    ("1", "what was found is not as it should be"),
    ("2", "the configuration or the command line is at fault, and nothing was done"),
)
_VARIABLES = (
    ("NO_COLOR", "takes the colours away on a terminal; pipes never have any"),
    ("COLUMNS", "how wide the terminal is taken to be"),
)


@app.command()
def manual(context: typer.Context) -> None:
    """Print the manual page, for `man -l -` or a folder of such pages."""
    print("\n".join(_page(context.find_root().command)))  # type: ignore[arg-type]


def _page(group: "TyperGroup") -> Iterator[str]:
    """Give the lines of the page, in the macros of man(7)."""
    yield f'.TH WIREWATCH 1 "" "wirewatch {__version__}" "Wirewatch"'
    yield from (".SH NAME", r"wirewatch \- news wires into SQLite, alerts by rules")
    yield from (".SH SYNOPSIS", ".B wirewatch", r"[\-\-config FILE]", ".I VERB", r"\&...")
    yield from (".SH DESCRIPTION", _text(group.help or ""))
    yield ".SH VERBS"
    yield from _verbs(group.commands, "")
    for heading, rows in (("EXIT STATUS", _CODES), ("FILES", _FILES), ("ENVIRONMENT", _VARIABLES)):
        yield f".SH {heading}"
        for name, does in rows:
            yield from _item(name, does)
    yield from (".SH SEE ALSO", ".BR sqlite3 (1),", ".BR systemctl (1),", ".BR journalctl (1)")


def _verbs(commands: Mapping[str, Any], before: str) -> Iterator[str]:
    """Give each verb with its arguments and options; those of a group one after the other."""
    for name, command in commands.items():
        words = f"{before}{name}"
        if hasattr(command, "commands"):
            yield from _verbs(command.commands, f"{words} ")
        else:
            yield from _verb(command, words)


def _verb(command: Any, words: str) -> Iterator[str]:  # noqa: ANN401 - typer types it not
    """Give one verb: a command of the library that typer carries in itself, and does not type."""
    arguments = [
        one.metavar or str(one.name).upper()
        for one in command.params
        if one.param_type_name == "argument"
    ]
    yield f".SS {_escaped(' '.join([words, *arguments]))}"
    yield _text(command.help or "")
    for one in command.params:
        if one.param_type_name == "option":
            yield from _item(", ".join([*one.opts, *one.secondary_opts]), str(one.help))


def _item(name: str, does: str) -> Iterator[str]:
    """Give a name and what it stands for."""
    yield from (".TP", f".B {_escaped(name)}", _text(does))


def _text(text: str) -> str:
    """Write paragraphs."""
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n.PP\n".join(map(_escaped, paragraphs))


def _escaped(line: str) -> str:
    """Write a line so that nothing in it is a request."""
    line = line.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{line}" if line.startswith((".", "'")) else line
