"""Libraries that only some formats need: found when a file asks for them, or asked for by name."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from wirewatch.errors import Unreadable
from wirewatch.states import FileReason

EXTRA = "documents"
"""The extra that has them all (`pip install 'wirewatch[documents]'`)."""


def is_installed(name: str) -> bool:
    """Tell whether a library is there; nothing is imported."""
    return not name or find_spec(name) is not None


def library(name: str) -> Any:  # noqa: ANN401 - a module, whose type is known where it is used
    """Give a module of a library that is installed as an extra.

    Raises Unreadable (not-installed) that says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        remedy = f"pip install 'wirewatch[{EXTRA}]', then ingest the file again"
        raise Unreadable(FileReason.NOT_INSTALLED, f"{error}: {remedy}") from error
