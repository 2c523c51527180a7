"""Formats, found by discovery: each file of this room that has a FORMAT reads one kind of file.

A format is added by adding its file. Detection looks at content first; the first format in order
of `rank` that recognises a document reads it, and those that are no text are asked first.
"""

import pkgutil
from functools import cache
from importlib import import_module

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document, Format
from wirewatch.states import FileReason

_ROOM = __name__.rpartition(".")[0]


@cache
def formats() -> tuple[Format, ...]:
    """Give every format in the order in which they are tried."""
    room = import_module(_ROOM)
    modules = (
        import_module(f"{_ROOM}.{info.name}") for info in pkgutil.iter_modules(room.__path__)
    )
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return tuple(sorted(found, key=lambda known: (not known.binary, known.rank, known.name)))


def parser_of(known: Format) -> str:
    """Give the name and version of what reads a format, as the ledger keeps it."""
    return f"{known.name}/{known.version}"


def binary_format(document: Document) -> Format | None:
    """Give the format of what is no text, if it is one that is known."""
    return next((one for one in formats() if one.binary and one.recognises(document)), None)


def text_format(document: Document) -> Format:
    """Give the format of a text.

    Raises Unreadable: when it is no text, and unknown-format.
    """
    for known in formats():
        if not known.binary and known.recognises(document):
            return known
    raise Unreadable(FileReason.UNKNOWN_FORMAT, "no known format recognises the content")
