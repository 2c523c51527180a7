"""Alerts taken on by a link: a page that asks once more, then notes who has.

Chats and mail readers fetch links to look at them: only the button of the page takes an alert on.
What a page shows of articles is escaped; it runs no script and loads nothing.
"""

import html
import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs

from wirewatch.clock import Clock
from wirewatch.control.asker import printable
from wirewatch.event import Event
from wirewatch.pipeline.acts import Performer, TakeOn
from wirewatch.seal import PATH, is_sealed
from wirewatch.store.acknowledgements import Named, alerts_named, named
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.web.visit import HTML, Answer, Request, Route

_log = logging.getLogger("wirewatch.web")

_ANY_LINK = re.compile(PATH + r"/.*")
_LINK = re.compile(PATH + r"/([0-9a-f]{16})/([0-9a-f]{32})")
_LONGEST_NAME = 60
_MOST_FIELDS = 8
_SHOWN = 20  # alerts of a message that gathers many
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
    performer: Performer
    turn: threading.Lock = field(default_factory=threading.Lock)


class Acknowledging:
    """The pages behind the links of messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def routes(self) -> tuple[Route, ...]:
        """Give where the pages lie."""
        return (Route(_ANY_LINK, {"GET": self._show, "POST": self._take}),)

    def _show(self, request: Request) -> Answer:
        """Show what is to be taken on, with a button."""
        found = self._found(request.path)
        if not found:
            return _NO_SUCH
        return _page(HTTPStatus.OK, "Take this alert on?", _listed(found) + _form(found))

    def _take(self, request: Request) -> Answer:
        """Take it on."""
        found = self._found(request.path)
        if not found:
            return _NO_SUCH
        try:
            form = parse_qs(
                request.body.decode(errors="replace"),
                keep_blank_values=True,
                max_num_fields=_MOST_FIELDS,
            )
        except ValueError:
            said = "<p>A name is enough.</p>"
            return _page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much", said)
        by = printable(form.get("by", [""])[0])[:_LONGEST_NAME].strip() or "somebody, by link"
        numbers = [one.alert for one in found]
        desk = self._desk
        try:
            with desk.turn:
                names = tuple(map(str, numbers))
                desk.performer.perform(TakeOn(desk.clock(), names, by))
                found = named(desk.store.db, numbers)
        except StoreUnavailableError:
            said = "<p>Please try again.</p>"
            return _page(HTTPStatus.SERVICE_UNAVAILABLE, "Not noted", said)
        _log.info(Event("alerts-taken-on", alerts=numbers, by=by))
        return _page(HTTPStatus.OK, "Taken on", _listed(found))

    def _found(self, path: str) -> list[Named]:
        """Find the alerts that a link names."""
        link = _LINK.fullmatch(path)
        if not link or not is_sealed(self._desk.seal, *link.groups()):
            return []
        with self._desk.turn:
            numbers, _ = alerts_named(self._desk.store.db, [link[1]])
            return named(self._desk.store.db, numbers) if numbers else []


def _page(status: HTTPStatus, heading: str, body: str) -> Answer:
    """Make a page."""
    page = _PAGE.format(heading=html.escape(heading), body=body)
    return Answer(page.encode(), status, HTML)


_NO_SUCH = _page(HTTPStatus.NOT_FOUND, "No such alert", "<p>The link is not whole, or too old.</p>")


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
    return html.escape(printable(text))
