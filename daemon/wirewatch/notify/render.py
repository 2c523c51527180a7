"""A message in words: as plain text, Markdown or HTML, by the templates of its channel. Pure."""

import logging
import re
from typing import NamedTuple

from wirewatch.event import Event
from wirewatch.model import Message
from wirewatch.notify.markup import MARKUPS, Rendered
from wirewatch.notify.template import FAILURES, Style, written
from wirewatch.notify.values import (
    AlertValues,
    DigestValues,
    alert_values,
    digest_values,
    gathered,
)
from wirewatch.states import MessageFormat

_MARKED = re.compile(r"[\\*&<]")  # what escapes and markup of any form have some of

_log = logging.getLogger("wirewatch.templates")

SHIPPED = Style()
"""How messages are written where a channel says nothing of it."""


class Manner(NamedTuple):
    """In which form a channel's messages are written, and by which templates.

    With `has_no_title` the service has none, and shows the title above the text, in its markup.
    """

    form: MessageFormat
    style: Style = SHIPPED
    has_no_title: bool = False


def render(message: Message, form: MessageFormat, style: Style = SHIPPED) -> Rendered:
    """Put a message into words, however long they become."""
    if message.gathered:
        values = digest_values(message, gathered(message, style), style)
        return put("digest", values, Manner(form, style))
    return put("alert", alert_values(message, style), Manner(form, style))


def put(kind: str, values: AlertValues | DigestValues, manner: Manner) -> Rendered:
    """Put values into words, by a channel's own template, or the shipped one should that fail."""
    try:
        return _put(kind, values, manner)
    except FAILURES as error:
        if not manner.style.template and not manner.style.sources:
            raise
        name = type(error).__name__
        _log.warning(Event("template-failed", template=manner.style.template, error=name))
        _log.debug(Event("template-said", said=str(error)))
        return _put(kind, values, manner._replace(style=manner.style.shipped))


def _put(kind: str, values: AlertValues | DigestValues, manner: Manner) -> Rendered:
    """Put values into words; the title is plain text, whatever the form, where it stands alone."""
    form = manner.form
    newline = "\n" if kind == "page" else MARKUPS[form].newline
    title, body = _parted(written(manner.style, kind, form, values._asdict()), newline)
    if not manner.has_no_title and _MARKED.search(title):
        text = written(manner.style, kind, MessageFormat.TEXT, values._asdict())
        title, _ = _parted(text, newline)
    return Rendered(title, body)


def _parted(text: str, newline: str) -> tuple[str, str]:
    """Part what a template gives: its first line is the title, the others are the text."""
    title, *lines = (line.rstrip() for line in text.split("\n") if not line.isspace() and line)
    return title.strip(), newline.join(lines)
