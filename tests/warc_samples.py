"""Web archives for tests, record by record; the pages are invented."""

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.warc import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason

URL = "https://quay.example/lamps"
STORY = [
    "The Riigikogu has hung eleven lamps along the stairs that lead down to its archive, and the keepers say that nobody has missed a step since the first of them was lit on Monday.",
    "The lamps were found in a cellar of the old customs house, where they had waited for forty years, and were cleaned by two glaziers who asked for no more than a tour of the building.",
    "A twelfth lamp is kept back for the day on which one of the others goes out, said the keepers.",
]
PAGE = (
    "<!DOCTYPE html>\n<html lang='en'><head><title>Lamps for the archive</title></head><body>"
    "<article><h1>Lamps for the archive</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    + "</article></body></html>"
).encode()


def record(
    block: bytes,
    kind: str = "response",
    url: str = URL,
    content_type: str = "application/http; msgtype=response",
    *more: str,
    version: str = "WARC/1.1",
    end: str = "\r\n",
) -> bytes:
    """Give one record; `more` are further lines of its header."""
    lines = [
        version,
        f"WARC-Type: {kind}",
        *([f"WARC-Target-URI: {url}"] if url else []),
        "WARC-Date: 2026-03-03T09:00:00Z",
        *([f"Content-Type: {content_type}"] if content_type else []),
        *more,
        f"Content-Length: {len(block)}",
    ]
    return end.join([*lines, "", ""]).encode() + block + (end * 2).encode()


def answer(
    body: bytes = PAGE, *headers: str, status: str = "200 OK", media_type: str = "text/html"
) -> bytes:
    """Give what a server answered."""
    lines = [f"HTTP/1.1 {status}", *headers]
    lines += [f"Content-Type: {media_type}"] if media_type else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def read(*records: bytes) -> list[Article | Skipped]:
    """Read an archive of some records by this format alone."""
    document = Document(b"".join(records), 1_000_000)
    assert FORMAT.recognises(document)
    return list(FORMAT.parse(document))


def one(block: bytes) -> Article:
    """Read the article in an answer."""
    (article,) = read(record(block))
    assert isinstance(article, Article)
    return article


def refusal(*records: bytes) -> tuple[FileReason, str]:
    """Give why an archive is refused."""
    try:
        found = read(*records)
    except Unreadable as error:
        return error.reason, error.detail
    raise AssertionError(found)
