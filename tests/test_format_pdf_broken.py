"""PDF that is locked, broken, endless or no PDF: read or refused in words, in no time."""

import importlib
import random
import re
import sys
import tracemalloc
import zlib
from contextlib import suppress

import pytest

from pdf_samples import (
    INFO,
    LIMIT,
    STORY,
    assembled,
    drawn,
    objects_of,
    pdf,
    read,
    refused,
    rows,
    stream,
)
from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.pdf import FORMAT
from wirewatch.formats.pdf.expansion import check_streams
from wirewatch.states import FileReason


def test_marks_of_the_format() -> None:
    """A PDF is told by its mark, with a little in front; text about PDF and archives are none."""
    data = pdf(rows(*STORY))
    for front in (b"", b"\n\n", b"\xef\xbb\xbf", b"\x1b%-12345X@PJL\r\n", b"\0" * 128):
        assert FORMAT.recognises(Document(front + data, LIMIT))
    tar = b"a.pdf".ljust(257, b"\0") + b"ustar".ljust(255, b"\0")
    for front in (b"PK\x03\x04a.pdf\0", tar, b"WARC/1.0\n\n", b"They begin with ", b"\0" * 1_100):
        assert not FORMAT.recognises(Document(front + data, LIMIT))


def test_junk_in_front() -> None:
    """A document is read whatever stands before its mark."""
    assert read(b"\n\n" + pdf(rows(*STORY))).body == read(pdf(rows(*STORY))).body


def test_encrypted() -> None:
    """A document with a password, or locked in an unknown way, is refused as encrypted."""
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (
        b"11" * 32, b"22" * 32,
    )  # fmt: skip
    objects = objects_of(rows(*STORY))
    assert refused(assembled(objects, locked)).reason is FileReason.ENCRYPTED
    strange = b"/Encrypt << /Filter /Quay /V 1 >> /ID [<00> <00>]"
    assert refused(assembled(objects, strange)).reason is FileReason.ENCRYPTED


def test_pictures() -> None:
    """Pages that are only pictures are refused for want of text, and it is said why."""
    objects = objects_of(b"q 9 0 0 9 0 0 cm /P Do Q")
    objects[7] = stream(
        b"\xff", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"
        b" /ColorSpace /DeviceGray",
    )  # fmt: skip
    objects[5] = objects[5].replace(b"/Font <<", b"/XObject << /P 7 0 R >> /Font <<")
    wrong = refused(assembled(objects))
    assert wrong.reason is FileReason.NO_TEXT
    assert "its pages are pictures" in wrong.detail
    empty = refused(pdf(b""))
    assert (empty.reason, empty.detail) == (FileReason.NO_TEXT, "there is no text on its pages")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.4\nno objects\n%%EOF", FileReason.MALFORMED),
        (b"%PDF-1.4\n%%EOF", FileReason.MALFORMED),
        (
            pdf(rows(*STORY)).replace(b"/Type /Catalog /Pages", b"/Type /Catalog"),
            FileReason.MALFORMED,
        ),
        (assembled(objects_of(rows(*STORY)) | {5: b"null"}), FileReason.MALFORMED),
        (pdf(rows(*STORY))[:-40], FileReason.TRUNCATED),
        (b"%PDF-1.4\n", FileReason.TRUNCATED),
    ],
)
def test_malformed(data: bytes, reason: FileReason) -> None:
    """What is broken is refused, never read in part."""
    assert refused(data).reason is reason


def test_long_paragraph() -> None:
    """A paragraph over the limit of a line is refused."""
    with pytest.raises(Unreadable) as caught:
        parse(pdf(rows(*STORY)), 20)
    assert caught.value.reason is FileReason.LINE_TOO_LONG


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and characters have a limit each."""
    data = pdf(rows("one page"), rows("two pages"), rows("three pages"))
    assert read(data)
    reader = importlib.import_module("wirewatch.formats.pdf.reader")
    monkeypatch.setattr(reader, "MOST_PAGES", 2)
    wrong = refused(data)
    assert (wrong.reason, wrong.detail) == (FileReason.TOO_LARGE, "3 pages, the limit is 2")
    monkeypatch.undo()
    lines = importlib.import_module("wirewatch.formats.pdf.lines")
    monkeypatch.setattr(lines, "MOST_CHARACTERS", 20)
    assert refused(data).reason is FileReason.TOO_LARGE


def deflated(content: bytes, times: int = 1) -> bytes:
    """Write a document whose page is compressed, once or over and over."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    objects = objects_of(b"")
    objects[6] = stream(content, b"/Filter [" + b"/FlateDecode " * times + b"]")
    return assembled(objects)


def test_compressed_page() -> None:
    """A compressed page is read as any other."""
    assert read(deflated(drawn(rows(*STORY)))).body == read(pdf(rows(*STORY))).body


@pytest.mark.parametrize("times", [1, 2, 3])
def test_expanding_stream(times: int) -> None:
    """A stream that expands a thousand times, or a million, is refused before it is expanded."""
    data = deflated(b" " * 40_000_000, times)
    tracemalloc.start()
    wrong = refused(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert wrong.reason is FileReason.EXPANDS_TOO_FAR
    assert most < 150_000_000


def test_expanding_picture() -> None:
    """Pictures, which are never expanded, may be as large as they are."""
    content = zlib.compress(b" " * 40_000_000, 9)
    check_streams(b"1 0 obj " + stream(content, b"/Subtype /Image /Filter /FlateDecode"))
    with pytest.raises(Unreadable):
        check_streams(b"1 0 obj " + stream(content, b"/Subtype /Form /Filter /FlateDecode"))


def circles() -> list[bytes]:
    """Write trees of pages that go round in circles, or lie about how many there are."""
    trees = (
        b"<< /Type /Pages /Count 1000 /Kids [5 0 R 2 0 R] >>",
        b"<< /Type /Pages /Count 1000 /Kids [7 0 R 7 0 R] >>",
        b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>",
        b"<< /Type /Pages /Count -1 /Kids [5 0 R] >>",
        b"<< /Type /Pages /Count 1000000000 /Kids [5 0 R] >>",
    )
    again = b"<< /Type /Pages /Count 500 /Parent 2 0 R /Kids [2 0 R 2 0 R] >>"
    return [assembled(objects_of(rows(*STORY)) | {2: tree, 7: again}) for tree in trees]


def deep_tree() -> bytes:
    """Write a tree of pages of ten thousand levels."""
    objects = objects_of(rows(*STORY))
    objects[2] = b"<< /Type /Pages /Count 1 /Kids [10 0 R] >>"
    for number in range(10, 10_010):
        below = number + 1 if number < 10_009 else 5
        objects[number] = b"<< /Type /Pages /Count 1 /Parent 2 0 R /Kids [%d 0 R] >>" % below
    return assembled(objects)


@pytest.mark.parametrize(
    "data",
    [
        *circles(),
        deep_tree(),
        assembled(objects_of(rows(*STORY)) | dict.fromkeys(range(9, 100_000), b"<< >>")),
        assembled(objects_of(rows(*STORY)) | {7: b"[" * 100_000 + b"]" * 100_000}),
        pdf(b"[" * 1_000_000),
        pdf(b"BT /F1 1 Tf " + b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 2_000 + b"ET"),
        pdf(rows(*STORY), info="/Title (" + "/" * 200_000 + " x) /Keywords (" + "," * 99_000 + ")"),
        pdf(rows("-" * 100_000, "." * 100_000 + ")" * 100_000)),
    ],
)
def test_bombs(data: bytes) -> None:
    """What goes round, or is endless, deep or enormous, is read or refused in no time."""
    with suppress(Unreadable):
        assert read(data).body


def test_damage() -> None:
    """Cut short it is refused; with bytes flipped it is read or refused, in clean text."""
    page = [*rows("BAKU. KAZINFORM - The bell"), *rows(*STORY, top=600)]
    data = pdf(page, rows(*STORY), info=INFO, catalog="/Lang (en)")
    for cut in range(50):
        with pytest.raises(Unreadable):
            FORMAT.parse(Document(data[: len(data) * cut // 50], LIMIT))
    chance = random.Random(41)  # noqa: S311 - the same damage every time
    for _ in range(200):
        flipped = bytearray(data)
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            (article,) = FORMAT.parse(Document(bytes(flipped), LIMIT))
        except Unreadable:
            continue
        text = "".join(map(str, article))
        assert text.encode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PDFium is not installed, it is said what to install."""
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    wrong = refused(pdf(rows(*STORY)))
    assert wrong.reason is FileReason.NOT_INSTALLED
    assert "wirewatch[documents]" in wrong.detail
