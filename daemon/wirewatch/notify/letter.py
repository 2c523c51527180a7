"""A mail: a page with plain text beside it, and a month as a picture in it."""

from typing import NamedTuple

from wirewatch.model import Message
from wirewatch.notify.chart import picture
from wirewatch.notify.fit import Alerts, Room, fitted, shares
from wirewatch.notify.markup import Own, Rendered
from wirewatch.notify.month import chart_of
from wirewatch.notify.render import Manner, put
from wirewatch.notify.services import in_utf8
from wirewatch.notify.values import alert_values, digest_values, gathered
from wirewatch.notify.words import phrases
from wirewatch.states import MessageFormat

PICTURE = "alerts.png"
"""By what name the page shows the picture that comes with it."""

_ROOM = Room(body=90_000, weights=((in_utf8, 90_000),))  # some readers cut what is over 102 kB
_HEIGHT = 160  # pixels of the highest bar


class Letter(NamedTuple):
    """A message as it goes out; `beside` and `picture` are empty where it is no page."""

    title: str
    body: str
    beside: str = ""
    picture: bytes = b""


def letters(message: Message, manner: Manner, room: Room, *, is_mail: bool) -> list[Letter]:
    """Give the messages that go out for one, in their order: mostly a single one.

    A mail in HTML has its plain text beside it, and a digest is a page there.
    """
    if not is_mail or manner.form is not MessageFormat.HTML:
        return [Letter(*words) for words in fitted(message, manner, room)]
    if message.gathered:
        return _pages(message, manner)
    text = put("alert", alert_values(message, manner.style), _beside(manner))
    return [Letter(*words, text.body) for words in fitted(message, manner, room)]


def _pages(message: Message, manner: Manner) -> list[Letter]:
    """Give a digest as pages, the first with the month's picture."""
    chart = chart_of(message.month, _HEIGHT)
    drawn = b""
    if chart:
        label = phrases(manner.style.language, MessageFormat.TEXT).say("a_day")
        drawn = picture(chart._replace(label=Own(label)))
        chart = chart._replace(picture=Own(f"cid:{PICTURE}" if drawn else ""))

    def put_some(some: Alerts, part: int = 1, of: int = 1, kind: str = "page") -> Rendered:
        values = digest_values(message, some, manner.style)._replace(
            part=part,
            parts=of,
            chart=chart if part == 1 else None,
            language=Own(manner.style.language),
        )
        return put(kind, values, manner if kind == "page" else _beside(manner))

    found = shares(gathered(message, manner.style), put_some, _ROOM)
    return [
        Letter(
            *put_some(share, number, len(found)),
            put_some(share, number, len(found), "digest").body,
            drawn if number == 1 else b"",
        )
        for number, share in enumerate(found, start=1)
    ]


def _beside(manner: Manner) -> Manner:
    """Give the manner of the plain text beside a page."""
    return manner._replace(form=MessageFormat.TEXT, has_no_title=False)
