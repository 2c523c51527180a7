"""Mail: one message, or a mailbox (mbox) of many, each message an article.

Read by the standard library's email package. What is attached is named, and not read.
"""

import re

from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import HEADLINE
from wirewatch.formats.mail.message import read_message
from wirewatch.model import Article, Skipped

_HEAD = 65_536  # bytes in which the header of a message ends
_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:|[ \t]")
_SENDER = re.compile(rb"^from[ \t]*:[^\n]*(?:\n[ \t][^\n]*){0,20}?@", re.IGNORECASE | re.MULTILINE)
_OTHERS = frozenset(
    (
        b"date", b"subject", b"to", b"message-id", b"received", b"mime-version", b"return-path",
        b"delivered-to", b"content-type",
    )
)  # fmt: skip
_OTHERS_NEEDED = 2
_POSTMARK = rb"From [^\n]{0,300}\d:\d\d[^\n]{0,60}\d{4}[^\n]{0,60}\n(?=[!-9;-~]+:)"
_FIRST = re.compile(_POSTMARK)
_PARTING = re.compile(rb"(?<!\n)\n\n++(?=" + _POSTMARK + rb")")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def _recognises(document: Document) -> bool:
    """Take what begins with the header of a message, or with the first line of a mailbox."""
    data = _plain_lines(document.data[:_HEAD])
    postmark = _FIRST.match(data)
    return _is_header(data[postmark.end() if postmark else 0 :], postmark is not None)


def _plain_lines(data: bytes) -> bytes:
    """Give bytes with plain newlines, without a mark or empty lines in front."""
    data = data.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.lstrip(b"\n")


def _is_header(data: bytes, in_mailbox: bool) -> bool:  # noqa: FBT001 - it is what is known
    """Tell the header of a message: nothing but fields, the sender's address, and two more."""
    header = data.partition(b"\n\n")[0]
    names = set()
    for line in header.split(b"\n"):
        field = _FIELD.match(line)
        if field is None:
            return False
        names.add((field[1] or b"").lower())
    others = len(names & _OTHERS)
    if in_mailbox:
        return b"from" in names and others > 0
    return others >= _OTHERS_NEEDED and _SENDER.search(header) is not None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read every message of a file. Raises Unreadable (malformed)."""
    data = _plain_lines(document.data)
    if not _FIRST.match(data):
        return read_message(data, document.line_limit)
    items: list[Article | Skipped] = []
    for written in _PARTING.split(data):
        message = _QUOTED_FROM.sub(rb"\1", written.partition(b"\n")[2])
        items += read_message(message, document.line_limit)
    return items


_SOURCES = {
    "guid": "Message-ID, else the digest of Date, From, title and body",
    "title": "Subject",
    "headline": HEADLINE,
    "body": (
        "of alternatives the plain text, else the HTML; of other parts those like the first; up "
        "to the signature"
    ),
    "published": "Date",
    "agency": "Organization",
    "byline": "the name in From, else the address",
    "language": "Content-Language",
    "url": "Archived-At",
    "subjects": "Keywords",
}

FORMAT = Format(
    name="mail",
    reads="messages of electronic mail (EML) and mailboxes (mbox)",
    rank=40,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "a header of nothing but fields, with an address in From and two more usual ones, or with "
        "From and one more behind the From line of a mailbox"
    ),
    sources=_SOURCES,
)
