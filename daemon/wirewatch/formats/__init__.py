"""Formats: each file of this room that has a FORMAT reads one kind of file into articles.

A format is added by adding its file. Detection looks at content first; the first format in order
of `rank` that recognises a document reads it.
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document, Format
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason


class Reading(NamedTuple):
    """What a file was read as: its format, its articles, and the items that are none."""

    format: str
    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...] = ()


@cache
def formats() -> tuple[Format, ...]:
    """Give every format, those that look for the most particular signs first."""
    modules = (import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return tuple(sorted(found, key=lambda known: (known.rank, known.name)))


def parser_of(name: str) -> str:
    """Give the name and version of what reads a format, as the ledger keeps it."""
    version = next(known.version for known in formats() if known.name == name)
    return f"{name}/{version}"


def parse(data: bytes, line_limit: int) -> Reading:
    """Read a file's bytes.

    Raises Unreadable with the reason when nothing can be read, when there is neither an article
    nor an item that is none, or when a line is longer than `line_limit` characters.
    """
    document = Document(data, line_limit)
    for known in formats():
        if known.recognises(document):
            items = known.parse(document)
            if not items:
                raise Unreadable(FileReason.NO_TEXT, f"no article in this {known.name} file")
            return Reading(
                known.name,
                tuple(item for item in items if isinstance(item, Article)),
                tuple(item for item in items if isinstance(item, Skipped)),
            )
    raise Unreadable(FileReason.UNKNOWN_FORMAT, "no known format recognises the content")
