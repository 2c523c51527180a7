"""Alerts taken on by a link: a small server that asks once more, then notes who has.

Chats and mail readers fetch links to look at them: only the button of the page takes an alert on.
What a page shows of articles is escaped; it runs no script and loads nothing.
"""

import html
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs

from wirewatch.clock import Clock
from wirewatch.seal import PATH, is_sealed
from wirewatch.store.acknowledgements import Named, acknowledge, alerts_named, named
from wirewatch.store.database import Store, StoreUnavailableError

_LINK = re.compile(PATH + r"/([0-9a-f]{16})/([0-9a-f]{32})")
_LONGEST_FORM = 2_000  # bytes
_LONGEST_NAME = 60
_MOST_FIELDS = 8
_PATIENCE = 10.0  # seconds for a request
_SHOWN = 20  # alerts of a message that gathers many
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width"><title>Wirewatch</title></head>
<body><h1>{heading}</h1>
{body}
</body></html>
"""
_FORM = """<form method="post"><p><label>Your name
<input name="by" maxlength="60" autocomplete="name"></label>
<button>Take it on</button></p></form>"""


@dataclass
class Desk:
    """What the server works on; one request at a time touches the store."""

    store: Store
    seal: bytes
    clock: Clock
    turn: threading.Lock = field(default_factory=threading.Lock)


class Acknowledging:
    """The server: `run` it in a thread. Its port is bound when it is made. Raises OSError."""

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        handler = type("Handler", (_Handler,), {"desk": desk})
        self._server = ThreadingHTTPServer(address, handler)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """Give the port that it listens on."""
        return self._server.server_port

    def run(self) -> None:
        """Serve until asked to stop."""
        with self._server:
            self._server.serve_forever(0.5)

    def stop(self) -> None:
        """Ask the server to end."""
        self._server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    """One visitor."""

    desk: ClassVar[Desk]
    timeout = _PATIENCE
    server_version = "Wirewatch"
    sys_version = ""

    def do_GET(self) -> None:
        """Show what is to be taken on, with a button."""
        found = self._found()
        if found:
            self._say(HTTPStatus.OK, "Take this alert on?", _listed(found) + _form(found))

    def do_POST(self) -> None:
        """Take it on."""
        form = self._form()
        found = self._found()
        if not found or form is None:
            return
        by = _printable(form.get("by", [""])[0])[:_LONGEST_NAME].strip() or "somebody, by link"
        numbers = [one.alert for one in found]
        try:
            with self.desk.turn, self.desk.store.write() as db:
                acknowledge(db, numbers, by, self.desk.clock())
                found = named(db, numbers)
        except StoreUnavailableError:
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, "Not noted", "<p>Please try again.</p>")
            return
        self._say(HTTPStatus.OK, "Taken on", _listed(found))

    def _found(self) -> list[Named]:
        """Find the alerts that a link names; say so where there are none."""
        link = _LINK.fullmatch(self.path)
        if link and is_sealed(self.desk.seal, *link.groups()):
            with self.desk.turn:
                numbers, _ = alerts_named(self.desk.store.db, [link[1]])
                if numbers:
                    return named(self.desk.store.db, numbers)
        self._say(
            HTTPStatus.NOT_FOUND, "No such alert", "<p>The link is not whole, or too old.</p>"
        )
        return []

    def _form(self) -> dict[str, list[str]] | None:
        """Read what was filled in; say so where that is no form of ours."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST_FORM:
            self.close_connection = True
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much", "<p>A name is enough.</p>")
            return None
        sent = self.rfile.read(int(length)).decode(errors="replace")
        try:
            return parse_qs(sent, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much", "<p>A name is enough.</p>")
            return None

    def _say(self, status: HTTPStatus, heading: str, body: str) -> None:
        """Answer with a page."""
        page = _PAGE.format(heading=html.escape(heading), body=body).encode()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing: an address holds what opens it."""


def _listed(found: Sequence[Named]) -> str:
    """Show alerts, and who has taken them on."""
    items = "".join(f"<li>{_line(one)}</li>\n" for one in found[:_SHOWN])
    more = f"<p>and {len(found) - _SHOWN} more</p>" if len(found) > _SHOWN else ""
    return f"<ul>{items}</ul>{more}"


def _line(one: Named) -> str:
    """Show one alert."""
    said = f"<strong>{_text(one.title)}</strong> {_text(one.headline)}"
    if one.acknowledged:
        said += f" — taken on by {_text(one.by or '')}, {_text(one.acknowledged[:16])}Z"
    return said


def _form(found: Sequence[Named]) -> str:
    """Give the form, if there is anything left to take on."""
    return "" if all(one.acknowledged for one in found) else _FORM


def _text(text: str) -> str:
    """Write a text of an article, or of a visitor, into a page."""
    return html.escape(_printable(text))


def _printable(text: str) -> str:
    """Leave out what cannot be seen."""
    return "".join(char if char.isprintable() else " " for char in text)
