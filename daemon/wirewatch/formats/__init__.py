"""Formats: each file of this room that has a FORMAT reads one kind of file into articles.

A format is added by adding its file. Detection looks at content first; the first format in order
of `rank` that recognises a document reads it.
"""

import pkgutil
from functools import cache
from importlib import import_module

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document, Format
from wirewatch.model import Article
from wirewatch.states import FileReason


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


def parse(data: bytes, line_limit: int) -> tuple[str, list[Article]]:
    """Read a file's bytes into a format's name and articles, at least one.

    Raises Unreadable with the reason when nothing can be read, or when a line is longer than
    `line_limit` characters.
    """
    document = Document(data, line_limit)
    for known in formats():
        if known.recognises(document):
            articles = known.parse(document)
            if not articles:
                raise Unreadable(FileReason.NO_TEXT, f"no article in this {known.name} file")
            return known.name, articles
    raise Unreadable(FileReason.UNKNOWN_FORMAT, "no known format recognises the content")
