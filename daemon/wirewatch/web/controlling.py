"""What is asked over the daemon's own socket: acknowledge, retry, silence, unsilence.

Forms in, JSON out. Who may open the socket may ask; whom the kernel names as its user is noted
beside the name that is given.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from wirewatch.clock import Clock
from wirewatch.control.address import SocketFile
from wirewatch.control.asker import signed
from wirewatch.control.client import HOST, LONGEST_FORM
from wirewatch.control.wishes import ANY, Hush, StoreDesk, WishError
from wirewatch.errors import StoreError
from wirewatch.event import Event
from wirewatch.pipeline.acts import Performer
from wirewatch.store.database import StoreUnavailableError
from wirewatch.web.door import door
from wirewatch.web.server import Server
from wirewatch.web.visit import JSON, Answer, Request, Route

_log = logging.getLogger("wirewatch.web")

_MOST_FIELDS = 1_000
_NUMBER = re.compile(r"[0-9]{1,18}")

Form = Mapping[str, list[str]]
Said = dict[str, Any]


class Controlling:
    """The routes of the socket; one request at a time touches the store."""

    def __init__(self, performer: Performer, clock: Clock, woken: Callable[[], None]) -> None:
        self._desk = StoreDesk(performer, clock, woken)
        self._turn = threading.Lock()

    @property
    def routes(self) -> tuple[Route, ...]:
        """Give what may be asked, and where."""
        return (
            self._route("/acknowledge", self._acknowledge),
            self._route("/retry", self._retry),
            self._route("/silence", self._silence),
            self._route("/unsilence", self._unsilence),
        )

    def _route(self, path: str, grant: Callable[[Form, str], Said]) -> Route:
        """Make a route of what grants a wish."""

        def respond(request: Request) -> Answer:
            try:
                form = _form(request.body)
                by = signed(_one(form, "by"), request.user)
                with self._turn:
                    return _answer(grant(form, by))
            except WishError as error:
                said = {"field": error.field, "problem": error.problem}
                return _answer(said, HTTPStatus.BAD_REQUEST)
            except StoreUnavailableError as error:
                return _answer({"problem": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)
            except StoreError as error:
                return _answer({"problem": str(error)}, HTTPStatus.INTERNAL_SERVER_ERROR)

        return Route(re.compile(path), {"POST": respond})

    def _acknowledge(self, form: Form, by: str) -> Said:
        """Take alerts on."""
        found = self._desk.acknowledge(_some(form, "alert"), by)
        _log.info(Event("alerts-taken-on", alerts=list(found.alerts), by=by))
        return asdict(found)

    def _retry(self, form: Form, by: str) -> Said:
        """Send again what was not delivered."""
        dead = bool(_one(form, "dead"))
        named = [] if dead and "alert" not in form else _some(form, "alert")
        alerts = [_number("alert", one) for one in named]
        count = self._desk.retry(alerts, by, dead=dead)
        _log.info(Event("deliveries-retried", alerts=alerts, deliveries=count, by=by))
        return {"due": count}

    def _silence(self, form: Form, by: str) -> Said:
        """Begin a silence."""
        patterns = [_one(form, key) or ANY for key in ("rule", "channel", "source")]
        hush = Hush(_one(form, "until"), _one(form, "comment"), *patterns)
        begun = self._desk.silence(hush, by)
        _log.info(Event("silence-begun", silence=begun.silence, until=begun.until, by=by))
        return asdict(begun)

    def _unsilence(self, form: Form, by: str) -> Said:
        """End a silence."""
        number = _number("silence", _some(form, "silence")[0])
        ended = self._desk.unsilence(number, by)
        if ended:
            _log.info(Event("silence-ended", silence=number, by=by))
        return {"ended": ended}


class ControlServer(Server):
    """Serves the socket: `run` it in a thread. Raises OSError where the socket cannot be had."""

    def __init__(self, path: Path, routes: tuple[Route, ...]) -> None:
        self._file = SocketFile(path)
        super().__init__(self._file.socket, routes, door(HOST), LONGEST_FORM)

    def close(self) -> None:
        """Take the socket away, then let go of it."""
        self._file.remove()
        super().close()


def _form(body: bytes) -> Form:
    """Read a form. Raises WishError."""
    try:
        return parse_qs(body.decode(), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        problem = f"it is no form of at most {_MOST_FIELDS} fields in UTF-8"
        raise WishError("", problem) from error


def _one(form: Form, key: str) -> str:
    """Give a field's value; empty where there is none."""
    return form.get(key, [""])[0]


def _some(form: Form, key: str) -> list[str]:
    """Give a field's values. Raises WishError where there is none."""
    if key not in form:
        raise WishError(key, f"{key!r} is missing")
    return form[key]


def _number(key: str, said: str) -> int:
    """Read a number. Raises WishError."""
    if not _NUMBER.fullmatch(said):
        raise WishError(key, f"{said[:40]!r} is no number")
    return int(said)


def _answer(said: Said, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """Answer in JSON."""
    return Answer(f"{json.dumps(said)}\n".encode(), status, JSON)
