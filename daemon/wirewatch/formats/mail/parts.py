"""The parts of a message: which are its text, and what the others are called."""

import re
import unicodedata
from collections.abc import Iterator
from email.message import EmailMessage
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.mail.charset import decoded, words
from wirewatch.formats.mail.plain import paragraphs
from wirewatch.formats.plain import UNSEEN
from wirewatch.model import Skipped
from wirewatch.states import FileReason, SkipReason

_REASONS = {
    "image": SkipReason.PICTURE,
    "audio": SkipReason.AUDIO,
    "video": SkipReason.VIDEO,
}
_HEAD = re.compile(r"</head\s*>", re.IGNORECASE)  # the page's title before it is no text


class _Text(NamedTuple):
    """The text of a part, with the number of the alternatives it belongs to, 0 for none."""

    alternatives: int
    is_html: bool
    body: str


def body_and_rest(message: EmailMessage, line_limit: int) -> tuple[str, list[Skipped]]:
    """Give the text of a message in paragraphs, and what else is in it, by name.

    Raises Unreadable (malformed) where it should have parts and has none, else what the email
    package raises for headers of parts that it cannot read.
    """
    if message.get_content_maintype() == "multipart" and not message.is_multipart():
        raise Unreadable(FileReason.MALFORMED, "a message whose parts cannot be told apart")
    texts: list[_Text] = []
    rest: list[Skipped] = []
    for part, alternatives in _leaves(message):
        if _is_text(part):
            texts.append(_text(part, alternatives, line_limit))
        else:
            reason = _REASONS.get(part.get_content_maintype(), SkipReason.DATA)
            rest.append(Skipped(_name(part), reason))
    return "\n\n".join(_chosen([text for text in texts if text.body])), rest


def _leaves(message: EmailMessage) -> Iterator[tuple[EmailMessage, int]]:
    """Give the parts that hold something, in order, with the alternatives each belongs to."""
    waiting: list[tuple[EmailMessage, int]] = [(message, 0)]
    counted = 0
    while waiting:
        part, alternatives = waiting.pop()
        if not part.is_multipart() or part.get_content_maintype() == "message":
            yield part, alternatives
            continue
        if not alternatives and part.get_content_type() == "multipart/alternative":
            counted += 1
            alternatives = counted
        children = [one for one in part.iter_parts() if isinstance(one, EmailMessage)]
        waiting += [(one, alternatives) for one in reversed(children)]


def _is_text(part: EmailMessage) -> bool:
    """Tell text that is to be read from what is attached."""
    attached = part.get_content_disposition() == "attachment" or part.get_filename()
    return not attached and part.get_content_type() in {"text/plain", "text/html"}


def _chosen(texts: list[_Text]) -> list[str]:
    """Take of alternatives the plain text, else the HTML; of other parts those like the first."""
    plain = {text.alternatives for text in texts if not text.is_html}
    taken = [
        text
        for text in texts
        if not (text.alternatives and text.is_html and text.alternatives in plain)
    ]
    return [text.body for text in taken if text.alternatives or text.is_html == taken[0].is_html]


def _text(part: EmailMessage, alternatives: int, line_limit: int) -> _Text:
    """Read the text of one part."""
    payload = part.get_payload(decode=True)
    data = (
        payload
        if isinstance(payload, bytes)
        else str(part.get_payload()).encode("utf-8", "replace")
    )
    text = decoded(data, part.get_content_charset(), line_limit)
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN)
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    if part.get_content_type() == "text/html":
        text = _HEAD.split(text, maxsplit=1)[-1]
        body = markup.paragraphs([markup.fragment(text)]) if text.strip() else ""
        return _Text(alternatives, True, body)
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    run_on = str(part.get_param("delsp", "")).lower() == "yes"
    return _Text(alternatives, False, paragraphs(text, flowed=flowed, run_on=run_on))


def _name(part: EmailMessage) -> str:
    """Say what a part is called: its file's name, else its kind."""
    name = " ".join(words(str(part.get_filename() or "")).translate(UNSEEN).split())
    return unicodedata.normalize("NFC", name) or part.get_content_type()
