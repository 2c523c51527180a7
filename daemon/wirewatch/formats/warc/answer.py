"""What a server answered, as a record keeps it: status, type, and the bytes of a page."""

import re
from io import BytesIO
from typing import NamedTuple

from wirewatch.formats.extras import library
from wirewatch.formats.warc.records import Record

_OK = "200"
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)


class Answer(NamedTuple):
    """An answer of HTTP. `charset` is empty where none is declared; `body` is as it was sent."""

    status: str
    media_type: str
    charset: str
    encodings: tuple[str, ...]
    chunked: bool
    body: bytes

    @property
    def has_content(self) -> bool:
        """Say whether this is what was asked for, and not a redirect, an error, or nothing."""
        return self.status == _OK and bool(self.body)


def answer_of(record: Record) -> Answer:
    """Read the answer in a record; a record without a header of HTTP holds the content alone.

    Raises Unreadable (not-installed).
    """
    if record.kind != "response" or not record.block.startswith(b"HTTP/"):
        return Answer(_OK, *_type(record.content_type), (), chunked=False, body=record.block)
    stream = BytesIO(record.block)
    parser = library("warcio.statusandheaders").StatusAndHeadersParser((), verify=False)
    header = parser.parse(stream)
    encodings = header.get_header("Content-Encoding", "").lower().split(",")
    return Answer(
        header.get_statuscode(),
        *_type(header.get_header("Content-Type", "")),
        tuple(encoding.strip() for encoding in encodings),
        chunked="chunked" in header.get_header("Transfer-Encoding", "").lower(),
        body=record.block[stream.tell() :],
    )


def _type(field: str) -> tuple[str, str]:
    """Give media type and charset."""
    charset = _CHARSET.search(field)
    return field.partition(";")[0].strip().lower(), charset[1] if charset else ""
