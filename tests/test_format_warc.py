"""Web archives: each page that a server gave is an article, all else is passed over by name."""

import sys

import pytest

from warc_samples import PAGE, STORY, URL, answer, one, read, record, refusal
from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.html import page
from wirewatch.formats.warc import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

BODY = "\n\n".join(STORY)


def test_page() -> None:
    """A page is an article at its address; the day of its fetching is not when it was published."""
    article = one(answer())
    assert (article.title, article.body) == ("Lamps for the archive", BODY)
    assert (article.url, article.published) == (URL, None)


def test_daemon_reads_it() -> None:
    """An archive is told from other files by its first bytes."""
    reading = parse(record(answer()), 1_000)
    assert reading.format == "warc"
    assert [article.title for article in reading.articles] == ["Lamps for the archive"]


@pytest.mark.parametrize("version", ["WARC/0.17", "WARC/0.18", "WARC/1.0", "WARC/1.1"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("before", [b"", b"\r\n", b"\n\n"])
def test_versions(version: str, end: str, before: bytes) -> None:
    """All versions of the format are read, with either line end, and empty lines before them."""
    archive = record(answer(), version=version, end=end)
    first, second = read(before + archive, archive)
    assert isinstance(first, Article)
    assert first == second


def test_archive_of_all_kinds() -> None:
    """Records about other records are no items; the others are items in their order."""
    about = [
        record(b"software: quay\r\n", kind, "", "application/warc-fields")
        for kind in ("warcinfo", "metadata", "continuation")
    ]
    request = record(b"GET /lamps HTTP/1.1\r\n\r\n", "request")
    rest = [
        record(answer(), "revisit"),
        record(b"Lamps", "conversion", URL, "text/plain"),
        record(PAGE, "conversion", URL, "text/html"),
        record(b"", "response"),
        record(answer(), "echo"),
        record(answer(), "response", URL, "", "WARC-Segment-Number: 1"),
    ]
    article, *others = read(about[0], request, record(answer()), *about[1:], *rest)
    assert isinstance(article, Article)
    assert others == [
        Skipped(URL, SkipReason.NO_CONTENT),
        Skipped(URL, SkipReason.DATA),
        Skipped(URL, SkipReason.DATA),
        Skipped(URL, SkipReason.NO_CONTENT),
        Skipped(URL, SkipReason.UNKNOWN_FORMAT),
        Skipped(URL, SkipReason.UNKNOWN_FORMAT),
    ]
    assert read(*about, request) == []


def test_resource() -> None:
    """A page that was stored without an answer of HTTP is an article too."""
    (article,) = read(record(PAGE, "resource", URL, "text/html; charset=utf-8"))
    assert isinstance(article, Article)
    assert article.body == BODY
    text = record(answer(status="404 x"), "resource", URL, "text/plain")
    assert read(text) == [Skipped(URL, SkipReason.DATA)]


@pytest.mark.parametrize(
    ("media_type", "why"),
    [
        ("image/png", SkipReason.PICTURE),
        ("audio/ogg", SkipReason.AUDIO),
        ("Video/MP4; codecs=x", SkipReason.VIDEO),
        ("text/css", SkipReason.DATA),
        ("text/plain", SkipReason.DATA),
        ("application/pdf", SkipReason.DATA),
        ("", SkipReason.DATA),
        ("application/octet-stream", SkipReason.DATA),
    ],
)
def test_no_page(media_type: str, why: SkipReason) -> None:
    """What is no page is passed over for what it is, in answers and alone."""
    items = [
        *read(record(answer(b"\x01lamps", media_type=media_type))),
        *read(record(b"\x01lamps", "resource", URL, media_type)),
    ]
    assert items == [Skipped(URL, why)] * 2


@pytest.mark.parametrize(
    "status", ["301 Moved Permanently", "404 Not Found", "206 Partial", "304", "500 x", "", "2000"]
)
def test_other_statuses(status: str) -> None:
    """The page of a redirect or of an error is no article."""
    assert read(record(answer(status=status))) == [Skipped(URL, SkipReason.NO_CONTENT)]


@pytest.mark.parametrize(("body", "media_type"), [(b"", "image/png"), (b" \r\n\t ", "text/html")])
def test_nothing_in_it(body: bytes, media_type: str) -> None:
    """An answer without content has none."""
    items = read(record(answer(body, media_type=media_type)))
    assert items == [Skipped(URL, SkipReason.NO_CONTENT)]


@pytest.mark.parametrize("media_type", ["", "application/octet-stream", "unknown/unknown"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n<?xml version='1.0'?><!-- a > b -->"])
def test_page_of_unknown_type(media_type: str, before: bytes) -> None:
    """A page whose type nobody says is known by how it begins."""
    assert one(answer(before + PAGE, media_type=media_type)).body == BODY


@pytest.mark.parametrize(
    "media_type", ["TEXT/HTML", "text/html;charset=x-y", "application/xhtml+xml"]
)
def test_types_of_pages(media_type: str) -> None:
    """A page is known by its type, however that is written."""
    assert one(answer(media_type=media_type)).body == BODY


def test_charset_of_the_answer() -> None:
    """The charset that only the server says is the page's."""
    text = "Одиннадцать ламп повесили вдоль лестницы, которая ведёт в архив парламента. " * 6
    body = PAGE.replace(STORY[0].encode(), text.encode("ibm866"))
    for said in ("ibm866", '"IBM866"; x=y'):
        article = one(answer(body, media_type=f"text/html; charset={said}"))
        assert article.body.startswith(text.strip())


def test_old_archive() -> None:
    """An ARC file is read as well: each address with what was found there."""
    about = b"1 1 Quay\nURL IP-address Archive-date Content-type Archive-length\n"
    pieces = [
        f"filedesc://quay.arc 0.0.0.0 20040925000741 text/plain {len(about)}\n".encode() + about
    ]
    for url, block in (
        ("dns:quay.example", b"20040925 quay.example. 250 IN A 127.0.0.1\n"),
        ("https://quay.example/a lamp", answer()),
        ("https://quay.example/gone", answer(status="404 x")),
    ):
        line = f"{url} 127.0.0.1 20040925000741 text/html {len(block)}\n"
        pieces.append(line.replace("html", "dns" if "dns:" in url else "html").encode() + block)
    dns, article, gone = read(b"\n".join(pieces) + b"\n")
    assert dns == Skipped("dns:quay.example", SkipReason.DATA)
    assert isinstance(article, Article)
    assert article.body == BODY
    assert gone == Skipped("https://quay.example/gone", SkipReason.NO_CONTENT)
    reason, detail = refusal(b"\n".join(pieces)[:-40])
    assert reason is FileReason.MALFORMED
    assert "lacks 40 of its bytes" in detail


def test_names() -> None:
    """What is passed over is called by its address without control characters, or by its place."""
    nameless = record(answer(status="404 x"), "response", "")
    named = record(answer(status="404 x"), url="https://quay.example/\x85\x1bo\u0303")
    assert read(named, nameless) == [
        Skipped("https://quay.example/õ", SkipReason.NO_CONTENT),
        Skipped(f"record at byte {len(named)}", SkipReason.NO_CONTENT),
    ]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (FileReason.MALFORMED, SkipReason.UNKNOWN_FORMAT),
        (FileReason.NO_TEXT, SkipReason.NO_TEXT),
        (FileReason.NUL_BYTES, SkipReason.BINARY),
    ],
)
def test_broken_page(reason: FileReason, why: SkipReason, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be read is passed over by name, and the others are read."""
    real = page.read

    def fragile(data: bytes, url: str = "", charset: str = "") -> Article | Skipped:
        if b"broken" in data:
            raise Unreadable(reason, "broken")
        return real(data, url, charset)

    monkeypatch.setattr(page, "read", fragile)
    broken, article = read(record(answer(b"broken")), record(answer()))
    assert broken == Skipped(URL, why)
    assert isinstance(article, Article)


def test_nothing_to_read_pages_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library is not installed the archive waits, with the remedy."""

    def missing(data: bytes, url: str = "", charset: str = "") -> Article | Skipped:  # noqa: ARG001
        raise Unreadable(FileReason.NOT_INSTALLED, "install it")

    monkeypatch.setattr(page, "read", missing)
    assert refusal(record(answer())) == (FileReason.NOT_INSTALLED, f"{URL}: install it")
    monkeypatch.setitem(sys.modules, "warcio.archiveiterator", None)
    reason, detail = refusal(record(answer()))
    assert reason is FileReason.NOT_INSTALLED
    assert "pip install 'wirewatch[documents]'" in detail


def test_page_without_an_article() -> None:
    """A page that holds no article is passed over by its address."""
    body = b"<!doctype html><title>Lamps</title><link rel=canonical href=/other><body></body>"
    (item,) = read(record(answer(body)))
    assert isinstance(item, Skipped)
    assert item.item == URL


@pytest.mark.parametrize("data", [b"", b"WARC", b"\r\nThe WARC/1.0", b"<html>", b" WARC/1.0"])
def test_others(data: bytes) -> None:
    """What does not begin as an archive is none."""
    assert not FORMAT.recognises(Document(data, 1_000))
