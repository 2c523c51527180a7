"""One message: its header into the fields of an article, its parts into a body or by name."""

import re
import unicodedata
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import cast

from wirewatch.errors import Unreadable
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.language import tag_of
from wirewatch.formats.mail.charset import readable, words
from wirewatch.formats.mail.parts import body_and_rest
from wirewatch.formats.moments import when
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_FIELD_LIMIT = 10_000  # characters of a header's field; reading it takes more than linear time
_FAILURES = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError, MessageError,
)  # fmt: skip
_IDENTIFIER = re.compile(r"<([^<>]+)>")
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")


class _Patient(EmailPolicy):
    """The default policy, that also bears fields which are broken or without end."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Parse a field; what cannot be parsed stays as it stands, on one line."""
        try:
            parsed: str = super().header_fetch_parse(name, value[:_FIELD_LIMIT])
        except _FAILURES:
            return " ".join(value[:_FIELD_LIMIT].split())
        return parsed


_PATIENT = _Patient()


def read_message(data: bytes, line_limit: int) -> list[Article | Skipped]:
    """Give the article of a message, then what is attached to it.

    Raises Unreadable (malformed) for a message whose parts cannot be told from each other.
    """
    try:
        message = cast("EmailMessage", BytesParser(policy=_PATIENT).parsebytes(data))
        body, rest = body_and_rest(message, line_limit)
    except _FAILURES as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound message: {error}") from error
    return [_article(message, body), *rest]


def _article(message: EmailMessage, body: str) -> Article | Skipped:
    """Make an article of a message; one that says nothing is none."""
    title = _field(message, "subject")
    identifier = _identifier(message)
    if not title and not body:
        return Skipped(identifier or "message", SkipReason.NO_TEXT)
    date = _field(message, "date")
    published, precision = when(date)
    sender = _sender(message)
    return Article(
        guid=identifier or identity_of(date, sender or "", title, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        published=published,
        published_precision=precision,
        agency=_field(message, "organization") or None,
        byline=sender,
        language=_language(message),
        url=_address(message),
        subjects=_keywords(message),
    )


def _raw(message: EmailMessage, name: str) -> str:
    """Give the first field of a name as it was sent, on one line, or nothing."""
    values = (str(value) for key, value in message.raw_items() if key.lower() == name)
    return " ".join(next(values, "")[:_FIELD_LIMIT].split())


def _field(message: EmailMessage, name: str) -> str:
    """Give a field's text, its encoded words read."""
    return _clean(words(_raw(message, name)))


def _clean(text: str) -> str:
    """Give text as one line in NFC, without control characters."""
    return unicodedata.normalize("NFC", " ".join(text.translate(_CONTROLS).split()))


def _identifier(message: EmailMessage) -> str | None:
    """Give the message's own identity, without its brackets."""
    written = _field(message, "message-id")
    inside = _IDENTIFIER.search(written)
    return (inside[1].strip() if inside else written) or None


def _sender(message: EmailMessage) -> str | None:
    """Give the sender's name, or else the address."""
    written = readable(_raw(message, "from"))
    try:
        pairs = getaddresses([written])
    except _FAILURES:
        pairs = []
    names = (_clean(words(name)).strip("'\" ") or _clean(address) for name, address in pairs)
    return (
        ", ".join(dict.fromkeys(name for name in names if name)) or _clean(words(written)) or None
    )


def _language(message: EmailMessage) -> str | None:
    """Give the first language that is declared."""
    return tag_of(_field(message, "content-language").partition(",")[0].strip())


def _address(message: EmailMessage) -> str | None:
    """Give the address under which the message is archived (RFC 5064)."""
    inside = _IDENTIFIER.search(_field(message, "archived-at"))
    return inside[1].replace(" ", "") if inside else None


def _keywords(message: EmailMessage) -> tuple[str, ...]:
    """Give the keywords, each once."""
    named = (word.strip() for word in _field(message, "keywords").split(","))
    return tuple(dict.fromkeys(word for word in named if word))
