"""The command line: one file of this room for each verb, found by itself."""

import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

from wirewatch.cli.app import app
from wirewatch.cli.terminal import nothing_acts
from wirewatch.errors import EXIT_DAMAGED, ConfigError, StoreDamagedError, WirewatchError

_TELLS_OF_ALL = {"manual"}
EXIT_NOT_WELL = 1
"""The command ran, and what it found is not as it should be."""
EXIT_CONFIG = 2
"""Nothing was started: the configuration or the command line is at fault."""


def load_commands(verb: str = "") -> None:
    """Import what adds a verb to the application, VERB.py and VERB_….py; all where there is none.

    The others would take a fifth of a second of each command, and of the daemon's start.
    """
    every = [info.name for info in pkgutil.iter_modules(__path__)]
    own = [name for name in every if name == verb or name.startswith(f"{verb}_")]
    for name in own if verb in every and verb not in _TELLS_OF_ALL else every:
        import_module(f"{__name__}.{name}")
    if not (app.registered_commands or app.registered_groups):
        load_commands()


def verb_of(words: Sequence[str]) -> str:
    """Give the first word of a command line that is no option, as its file is named."""
    rest = iter(words)
    for word in rest:
        if word == "--config":
            next(rest, None)
        elif not word.startswith("-"):
            return word.replace("-", "_")
    return ""


def main() -> None:
    """Run the command line; errors are for people, one to a line on standard error."""
    load_commands(verb_of(sys.argv[1:]))
    with nothing_acts():
        _run()


def _run() -> None:
    """Run a command, and say what went wrong."""
    try:
        app(prog_name="wirewatch")
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CONFIG)
    except WirewatchError as error:
        print(f"wirewatch: {error}", file=sys.stderr)
        sys.exit(EXIT_DAMAGED if isinstance(error, StoreDamagedError) else EXIT_NOT_WELL)
    except _database_errors() as error:
        print(
            f"wirewatch: the store cannot be read: {error}; see `wirewatch db check`",
            file=sys.stderr,
        )
        sys.exit(EXIT_DAMAGED if "malformed" in str(error) else EXIT_NOT_WELL)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _database_errors() -> type[Exception]:
    """Give what reading a damaged store raises; asked for only when something is raised."""
    from wirewatch.store.database import DatabaseError

    return DatabaseError
