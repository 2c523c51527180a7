"""Web archives, as crawlers write them: each page of HTML that a server gave is an article.

What an archive says of a page, it says of its fetching: when a page was published only the page
knows.
"""

import re

from wirewatch.errors import Unreadable
from wirewatch.formats.archives.allowance import Allowance, Unpacking
from wirewatch.formats.document import Document, Format
from wirewatch.formats.html import FORMAT as PAGE
from wirewatch.formats.html import page
from wirewatch.formats.warc.answer import Answer, answer_of
from wirewatch.formats.warc.encodings import decoded, looks_like_html, unchunked
from wirewatch.formats.warc.records import Record, records
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_START = re.compile(rb"[\r\n]{0,8}(?:WARC/|filedesc://)")
_OF_ALL = Unpacking(size=500_000_000)
_OF_ONE = Unpacking(size=20_000_000)
_ABOUT_OTHERS = frozenset(("warcinfo", "arc_header", "request", "metadata", "continuation"))
_HTML = frozenset(("text/html", "application/xhtml+xml"))
_UNTOLD = frozenset(("", "application/octet-stream", "application/unknown", "unknown/unknown"))
_MEDIA = {"image": SkipReason.PICTURE, "audio": SkipReason.AUDIO, "video": SkipReason.VIDEO}
_PASSED_OVER = {  # pages are strangers to each other: one that is broken does not refuse the rest
    FileReason.EMPTY: SkipReason.NO_CONTENT,
    FileReason.NO_TEXT: SkipReason.NO_TEXT,
    FileReason.BINARY: SkipReason.BINARY,
    FileReason.NUL_BYTES: SkipReason.BINARY,
    FileReason.LONE_SURROGATES: SkipReason.BINARY,
    FileReason.UNDECODABLE: SkipReason.BINARY,
    FileReason.TRUNCATED: SkipReason.UNKNOWN_FORMAT,
    FileReason.LINE_TOO_LONG: SkipReason.UNKNOWN_FORMAT,
    FileReason.MALFORMED: SkipReason.UNKNOWN_FORMAT,
    FileReason.UNKNOWN_FORMAT: SkipReason.UNKNOWN_FORMAT,
}


def _recognises(document: Document) -> bool:
    """Look for the first record."""
    return _START.match(document.data) is not None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read all records that hold something. Raises Unreadable."""
    of_all = Allowance(_OF_ALL, len(document.data))
    held = (one for one in records(document.data) if one.kind not in _ABOUT_OTHERS)
    return [_item(record, of_all) for record in held]


def _item(record: Record, of_all: Allowance) -> Article | Skipped:
    """Read one record."""
    name = record.url or f"record at byte {record.offset:,}"
    if record.kind == "revisit":
        return Skipped(name, SkipReason.NO_CONTENT)
    if record.kind not in {"response", "resource", "conversion"} or record.segmented:
        return Skipped(name, SkipReason.UNKNOWN_FORMAT)
    answer = answer_of(record)
    if not answer.has_content:
        return Skipped(name, SkipReason.NO_CONTENT)
    if record.kind == "conversion" or answer.media_type not in _HTML | _UNTOLD:
        kind = answer.media_type.partition("/")[0]
        return Skipped(name, _MEDIA.get(kind, SkipReason.DATA))
    try:
        return _page(answer, name, record.url, of_all)
    except Unreadable as error:
        if error.reason not in _PASSED_OVER:
            raise Unreadable(error.reason, f"{name}: {error.detail}") from error
        return Skipped(name, _PASSED_OVER[error.reason])


def _page(answer: Answer, name: str, url: str, of_all: Allowance) -> Article | Skipped:
    """Read a page. Raises Unreadable."""
    body = unchunked(answer.body) if answer.chunked else answer.body
    data = decoded(body, answer.encodings, Allowance(_OF_ONE, len(body)))
    if data is None:
        return Skipped(name, SkipReason.UNKNOWN_FORMAT)
    of_all.take(len(data) if data is not body else 0)
    if answer.media_type not in _HTML and not looks_like_html(data):
        return Skipped(name, SkipReason.DATA)
    found = page.read(data, url, answer.charset)
    return Skipped(name, found.why) if isinstance(found, Skipped) else found


FORMAT = Format(
    name="warc",
    reads="web archives of crawlers (WARC, ARC), an article for each page of HTML",
    rank=3,
    recognises=_recognises,
    parse=_parse,
    told_by="a file that begins with `WARC/`, or with `filedesc://` (ARC)",
    sources=PAGE.sources,
    binary=True,
    heavy=True,
    needs="warcio",
)
