"""The daemon as pages and commands see it: asked over its socket, one request a connection."""

import contextlib
import http.client
import json
import socket
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from wirewatch.control.address import reached
from wirewatch.control.wishes import Begun, Hush, TakenOn, WishError
from wirewatch.errors import WirewatchError

HOST = "localhost"
"""The name under which the daemon is asked."""
LONGEST_FORM = 64_000
"""Bytes of a form: some thousands of alerts, or a comment in any script."""

_PATIENCE = 10.0  # seconds for an answer; the daemon gives a request as long
_LONGEST_ANSWER = 1_000_000  # bytes


_T = TypeVar("_T")


class NoDaemonError(WirewatchError):
    """No daemon answers at the socket; the message says where, why, and what to do."""


class NotGrantedError(WirewatchError):
    """The daemon could not do what it was asked; the message is its own."""


class Daemon:
    """The daemon behind a socket: a `Desk`.

    Raises NoDaemonError when none answers, WishError when a wish makes no sense,
    NotGrantedError when the store cannot be written or the daemon is busy.
    """

    def __init__(self, path: Path, patience: float = _PATIENCE) -> None:
        self._path = path
        self._patience = patience

    def is_there(self) -> bool:
        """Tell whether somebody listens at the socket."""
        try:
            with _connected(self._path, self._patience):
                return True
        except OSError:
            return False

    def acknowledge(self, names: Sequence[str], by: str = "") -> TakenOn:
        """Take alerts on, by their numbers or the `ref` of a message."""
        return self._ask("/acknowledge", [*_each("alert", names), ("by", by)], _taken_on)

    def retry(self, alerts: Sequence[int], by: str = "", *, dead: bool = False) -> int:
        """Make what was not delivered of alerts, or every `dead` delivery, due at once."""
        fields = [*_each("alert", map(str, alerts)), ("by", by), ("dead", "1" if dead else "")]
        return self._ask("/retry", fields, lambda said: int(said["due"]))

    def silence(self, hush: Hush, by: str = "") -> Begun:
        """Begin a silence."""
        fields = [(key, getattr(hush, key)) for key in Hush.__dataclass_fields__]
        return self._ask("/silence", [*fields, ("by", by)], lambda said: Begun(**said))

    def unsilence(self, number: int, by: str = "") -> bool:
        """End a silence; tell whether there was such a one, still at work."""
        fields = [("silence", str(number)), ("by", by)]
        return self._ask("/unsilence", fields, lambda said: bool(said["ended"]))

    def _ask(self, path: str, fields: Iterable[tuple[str, str]], read: Callable[[Any], _T]) -> _T:
        """Send a form; read what is answered."""
        form = urlencode([(key, value) for key, value in fields if value], errors="replace")
        if len(form) > LONGEST_FORM:
            raise WishError("", f"that is too much at once: {len(form)} bytes of {LONGEST_FORM}")
        connection = _Connection(self._path, self._patience)
        try:
            with contextlib.suppress(BrokenPipeError):  # it may have said why, then hung up
                connection.request("POST", path, form, {"Host": HOST})
            answer = connection.getresponse()
            status, body = HTTPStatus(answer.status), answer.read(_LONGEST_ANSWER)
            if status is HTTPStatus.OK:
                return read(json.loads(body))
        except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError) as error:
            raise self._silent(error) from error
        finally:
            connection.close()
        raise _refusal(status, body)

    def _silent(self, error: Exception) -> NoDaemonError:
        """Say that no daemon answers, and what to do."""
        match error:
            case FileNotFoundError() | ConnectionRefusedError():
                why = "it does not run; start it with `wirewatch run`"
            case PermissionError():
                why = "you may not ask it; ask as its user, or become a member of its group"
            case TimeoutError():
                why = "it takes too long; see its log, then look whether it has done so after all"
            case OSError():
                why = f"{error.strerror or error}; see its log"
            case _:
                why = "what answers there is no daemon of this program; check `control.socket`"
        return NoDaemonError(f"no daemon answers at {self._path}: {why}")


class _Connection(http.client.HTTPConnection):
    """A connection to a socket in the file system."""

    def __init__(self, path: Path, patience: float) -> None:
        super().__init__(HOST, timeout=patience)
        self._socket_path = path
        self._patience = patience

    def connect(self) -> None:
        """Connect; the library's own would look for a host."""
        self.sock = _connected(self._socket_path, self._patience)


def _connected(path: Path, patience: float) -> socket.socket:
    """Connect to a socket. Raises OSError."""
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(patience)
    try:
        with reached(path) as address:
            made.connect(address)
    except OSError:
        made.close()
        raise
    return made


def _each(key: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Give a field for each of some values."""
    return [(key, value) for value in values]


def _taken_on(said: Any) -> TakenOn:  # noqa: ANN401 - whatever JSON holds
    """Read what became of alerts."""
    return TakenOn(tuple(said["alerts"]), said["taken"], said["before"], tuple(said["unknown"]))


def _refusal(status: HTTPStatus, body: bytes) -> WirewatchError:
    """Make the error that a refusal means; one of the server itself is a line of text."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    told = said if isinstance(said, dict) else {}
    problem = str(told.get("problem") or "")
    if status is HTTPStatus.BAD_REQUEST and problem:
        return WishError(str(told.get("field") or ""), problem)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return NotGrantedError(f"the daemon could not do it just now: {problem or 'it is busy'}")
    return NotGrantedError(f"the daemon refused it: {problem or status.phrase}; see its log")
