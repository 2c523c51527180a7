"""What is asked of every process of a cluster, and what each says of itself, as it travels."""

from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from wirewatch.cluster.entry import EntryError
from wirewatch.states import Role
from wirewatch.store.desks import Leading

QUESTION = "how"
"""The kind of a letter that asks."""
ACCOUNT = "account"
"""The kind of a letter that answers."""


class Question(NamedTuple):
    """What is asked beside how somebody is: 0 and "" are nothing.

    The rolling digest at the position `at`, the position of an `entry`, and what `measure` came to.
    """

    at: int = 0
    entry: str = ""
    measure: str = ""


class Follows(NamedTuple):
    """How a desk stands in the log, and what it answers to the rest of a question.

    `desks` are all that ever joined or took the lead. "" and 0 are for what it does not know (yet).
    """

    position: int
    digest: str
    lag: float
    leads: bool
    leading: Leading | None
    desks: tuple[str, ...] = ()
    digest_at: str = ""
    entry_at: int = 0
    measured: str = ""


class Account(NamedTuple):
    """What a process says of itself; `process` is another after each start.

    `done` are the arrivals handed over or worked on, of a desk the entries that it copied, since
    its start; `trouble` is why it cannot use the broker as it should, `follows` only desks have.
    """

    name: str
    role: Role
    process: str
    program: str
    rules: str
    done: int
    trouble: str = ""
    follows: Follows | None = None


_QUESTIONS: TypeAdapter[Question] = TypeAdapter(Question)
_ACCOUNTS: TypeAdapter[Account] = TypeAdapter(Account)


def written_question(question: Question) -> bytes:
    """Write a question for its way."""
    return _QUESTIONS.dump_json(question)


def read_question(body: bytes) -> Question:
    """Read a question. Raises EntryError where it is none."""
    question: Question = _read(_QUESTIONS, body)
    return question


def written_account(account: Account) -> bytes:
    """Write an account for its way."""
    return _ACCOUNTS.dump_json(account)


def read_account(body: bytes) -> Account:
    """Read an account. Raises EntryError where it is none."""
    account: Account = _read(_ACCOUNTS, body)
    return account


def _read(shape: TypeAdapter[Any], body: bytes) -> Any:  # noqa: ANN401 - what the shape gives
    """Read what came."""
    try:
        return shape.validate_json(body)
    except ValidationError as error:
        problem = str(error).splitlines()[0]
        raise EntryError(f"{problem}; are all machines of one version?") from error
