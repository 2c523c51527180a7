"""Asks every process of a cluster how it is."""

import contextlib
import uuid
from collections.abc import Iterator, Sequence

from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.cluster.account import (
    QUESTION,
    Account,
    Question,
    read_account,
    written_question,
)
from wirewatch.cluster.entry import EntryError
from wirewatch.states import Role


def accounts(
    link: Link, asks: str, question: Question, seconds: float, most: int = 0
) -> list[Account]:
    """Ask, and give what all say who answer in time, by name; `most` answers are enough.

    Raises BrokerUnavailableError.
    """
    letter = Letter(uuid.uuid4().hex, QUESTION, written_question(question))
    said = _read(link.ask(asks, "", letter, seconds, most))
    order = list(Role)
    return sorted(said, key=lambda one: (order.index(one.role), one.name, one.process))


def _read(letters: Sequence[Letter]) -> Iterator[Account]:
    """Read answers; what a program of another version says is left out."""
    for letter in letters:
        with contextlib.suppress(EntryError):
            yield read_account(letter.body)
