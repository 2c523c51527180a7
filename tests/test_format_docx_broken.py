"""DOCX that is locked, broken, endless or no DOCX: read or refused in words, in no time."""

import importlib
import random
import re
import struct
import sys
import tracemalloc
import unicodedata
import zlib
from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import pytest

from docx_samples import (
    LIMIT,
    OLE,
    PROPERTIES,
    STYLES,
    WORD,
    docx,
    members_of,
    p,
    read,
    refused,
    relations,
    types,
    zipped,
)
from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.docx import FORMAT
from wirewatch.formats.docx.package import read_parts
from wirewatch.formats.docx.relations import related
from wirewatch.states import FileReason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
@pytest.mark.parametrize("declared", ["utf-8", "UTF-16", "windows-1251", "nonsense-8"])
def test_encodings(encoding: str, declared: str) -> None:
    """A part in another encoding is read as it declares, or is refused as malformed."""
    xml = (
        f'<?xml version="1.0" encoding="{declared}"?><w:document xmlns:w="{WORD}"><w:body>'
        f"{p('Звон колокола слышен.')}</w:body></w:document>"
    )
    data = docx("", document=xml.encode(encoding))
    if encoding == declared.lower():
        assert read(data).body == "Звон колокола слышен."
    else:
        with suppress(Unreadable):
            assert unicodedata.is_normalized("NFC", read(data).body)


def test_marks_of_the_format() -> None:
    """Other zips are none, nor are zips that hold documents, nor text, nor compound files."""
    document = docx(p("Text."))
    stored = BytesIO()
    with ZipFile(stored, "w") as archive:
        archive.writestr("a.docx", document)
    others = [
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        zipped({"[Content_Types].xml": types("application/sheet"), "xl/workbook.xml": "<x/>"}),
        zipped({"[Content_Types].xml": types("x"), "xl/a.docx": document}),
        zipped({"a.txt": "text", "word/document.xml": "<x/>"}),
        stored.getvalue(),
        b"PK\x03\x04",
        b"word/document.xml",
        OLE,
        OLE + "__substg1.0_ WordDocument".encode("utf-16-le"),
    ]
    assert FORMAT.recognises(Document(document, LIMIT))
    for data in others:
        assert not FORMAT.recognises(Document(data, LIMIT))


@pytest.mark.parametrize(
    ("stream", "reason", "detail"),
    [
        ("EncryptedPackage", FileReason.ENCRYPTED, "a password is needed"),
        ("WordDocument", FileReason.UNKNOWN_FORMAT, "before 2007: save it as .docx"),
    ],
)
def test_compound_files(stream: str, reason: FileReason, detail: str) -> None:
    """Locked documents and those of before 2007 are refused, and it is said what to do."""
    wrong = refused(OLE + stream.encode("utf-16-le") + b"\0" * 400)
    assert wrong.reason is reason
    assert detail in wrong.detail


def test_locked_zip() -> None:
    """A zip whose members need a password is refused as encrypted."""
    data = bytearray(docx(p("Text.")))
    for found in re.finditer(b"PK\x01\x02", data):
        data[found.start() + 8] |= 1
    assert refused(bytes(data)).reason is FileReason.ENCRYPTED


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("document", "<w:document"),
        ("document", ""),
        ("document", f'<w:document xmlns:w="{WORD}"/>'),
        ("document", f'<w:styles xmlns:w="{WORD}"><w:body/></w:styles>'),
        ("document", "<document><body/></document>"),
        ("styles", "<w:styles"),
        ("styles", STYLES.replace("paragraph", "paragrapx")),
        ("core", "<cp:core"),
        ("_rels/.rels", "<Relationships"),
        ("_rels/.rels", relations(officeDocument="../../etc/passwd")),
        ("_rels/.rels", relations(officeDocument="word/gone.xml")),
    ],
)
def test_malformed(part: str, content: str) -> None:
    """What is broken is refused in words."""
    wrong = refused(docx(p("Text."), **{part: content}))
    assert wrong.reason is FileReason.MALFORMED
    assert "no sound" in wrong.detail


@pytest.mark.parametrize("xml", ["", p(""), "<w:p/>", "<w:sectPr/>", "<w:tbl><w:tr/></w:tbl>"])
def test_no_text(xml: str) -> None:
    """A document without text is refused for want of it."""
    assert refused(docx(xml, PROPERTIES)).reason is FileReason.NO_TEXT


def test_title_alone() -> None:
    """A document of one line keeps it as its text, whatever its title."""
    assert read(docx(p("Bells for the quay"), PROPERTIES)).body == "Bells for the quay"


def test_long_paragraph() -> None:
    """A paragraph over the limit of a line is refused."""
    with pytest.raises(Unreadable) as caught:
        parse(docx(p("The bell was rung at nine.")), 20)
    assert caught.value.reason is FileReason.LINE_TOO_LONG


def test_outside_is_left_alone() -> None:
    """Nothing outside of the package is read, neither by relations nor by entities."""
    outside = relations(officeDocument="http://quay.example/x").replace(
        "/>", ' TargetMode="External"/>'
    )
    assert related(outside.encode(), "") == {}
    entity = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY f "bomb">]>'
        f'<w:document xmlns:w="{WORD}"><w:body>{p("One &e;&f;two.")}</w:body></w:document>'
    )
    assert read(docx("", document=entity)).body == "One two."


def lying(name: str) -> bytes:
    """Write a document of which a member says that it is small, and expands to 300 MB."""
    members = members_of(p("Text."))
    members[name] = b"PLACE" * 3
    data = zipped(members)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = b" " * 1_000_000
    packed = b"".join(packer.compress(piece) for _ in range(300)) + packer.flush()
    small = zlib.compress(b"PLACE" * 3)[2:-4]
    with ZipFile(BytesIO(data)) as archive:
        info = archive.getinfo(name)
    start = info.header_offset + 30 + len(name)
    assert data[start : start + info.compress_size] == small
    grown = bytearray(data[:start] + packed + data[start + info.compress_size :])
    more = len(packed) - info.compress_size
    for found in [*re.finditer(b"PK\x01\x02", data)]:
        at = found.start() + more
        (length,) = struct.unpack_from("<H", grown, at + 28)
        (offset,) = struct.unpack_from("<I", grown, at + 42)
        if grown[at + 46 : at + 46 + length] == name.encode():
            struct.pack_into("<I", grown, at + 20, len(packed))
        elif offset > info.header_offset:
            struct.pack_into("<I", grown, at + 42, offset + more)
    end = grown.rfind(b"PK\x05\x06")
    struct.pack_into("<I", grown, end + 16, struct.unpack_from("<I", grown, end + 16)[0] + more)
    return bytes(grown)


@pytest.mark.parametrize(
    "data",
    [
        zipped(members_of(p("Text.")) | {"word/media/a.png": b"\0" * 30_000_000}),
        docx(p("a" * 40_000_000)),
        zipped(members_of(p("Text.")) | {f"word/media/{at}": b"" for at in range(5_001)}),
        zipped(members_of(p("Text.")) | {f"word/{at}": b"\0" * 990_000 for at in range(203)}),
    ],
)
def test_zip_bombs(data: bytes) -> None:
    """What expands too far, by ratio, in sum or in number, is refused before it is expanded."""
    tracemalloc.start()
    wrong = refused(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert wrong.reason is FileReason.EXPANDS_TOO_FAR
    assert most < 20_000_000 + 4 * len(data)


@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml", "word/media/a.png"])
def test_lying_zip(name: str) -> None:
    """A member that is larger than the zip says is never expanded whole."""
    data = lying(name)
    tracemalloc.start()
    with suppress(Unreadable):
        assert read(data).body == "Text."
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_large_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is read has a limit of its own."""
    package = importlib.import_module("wirewatch.formats.docx.package")
    monkeypatch.setattr(package, "MOST_PART", 100)
    with pytest.raises(Unreadable) as caught:
        read_parts(docx(p("Text.")))
    assert caught.value.reason is FileReason.EXPANDS_TOO_FAR


def test_marks_without_end() -> None:
    """A text of more marks than any book has is refused."""
    xml = "".join(f"<w:p {at}=''/>" for at in range(1_000_001))
    assert refused(docx(xml)).reason is FileReason.TOO_LARGE


LAUGHS = "".join(
    f'<!ENTITY e{at} "{f"&e{at - 1};" * 10 if at else "ha" * 10}">' for at in range(12)
)
ATTRIBUTES = " ".join(f"a{at}=''" for at in range(9_999))


@pytest.mark.parametrize(
    "xml",
    [
        f'<!DOCTYPE x [{LAUGHS}]><w:document xmlns:w="{WORD}"><w:body>{p("&e11;")}</w:body></w:document>',
        f'<!DOCTYPE x [{LAUGHS}]><w:document xmlns:w="{WORD}" w:x="&e11;"><w:body/></w:document>',
        f'<w:document xmlns:w="{WORD}"><w:body>{"<w:sdt>" * 10_000}',
        f'<w:document xmlns:w="{WORD}"><w:body>{"<w:sdt>" * 10_000}{"</w:sdt>" * 10_000}</w:body></w:document>',
        f'<w:document xmlns:w="{WORD}"><w:body>{"<w:p/>" * 150_000}</w:body></w:document>',
        f'<w:document xmlns:w="{WORD}"><w:body {ATTRIBUTES}/></w:document>',
    ],
    ids=["laughs", "laughs-in-attribute", "depth-unclosed", "depth", "paragraphs", "attributes"],
)
def test_bombs(xml: str) -> None:
    """Entities, depth and sheer number are refused, and take no time."""
    data = zipped(members_of("") | {"word/document.xml": xml, "x": random.Random(1).randbytes(9)})  # noqa: S311
    assert refused(data).reason in {FileReason.MALFORMED, FileReason.NO_TEXT}


def test_damage() -> None:
    """Cut short it is refused; with bytes flipped it is read or refused, in clean text."""
    data = docx(p("BAKU. KAZINFORM – The bell", "1") + p("was rung."), PROPERTIES)
    for cut in range(50):
        piece = data[: len(data) * cut // 50]
        FORMAT.recognises(Document(piece, LIMIT))
        with pytest.raises(Unreadable):
            FORMAT.parse(Document(piece, LIMIT))
    assert refused(data[:-30]).reason is FileReason.TRUNCATED
    chance = random.Random(42)  # noqa: S311 - the same damage every time
    for _ in range(200):
        flipped = bytearray(data)
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        document = Document(bytes(flipped), LIMIT)
        FORMAT.recognises(document)
        try:
            (article,) = FORMAT.parse(document)
        except Unreadable:
            continue
        text = "".join(map(str, article))
        assert text.encode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where python-docx is not installed, it is said what to install."""
    monkeypatch.setitem(sys.modules, "docx", None)
    wrong = refused(docx(p("Text.")))
    assert wrong.reason is FileReason.NOT_INSTALLED
    assert "wirewatch[documents]" in wrong.detail
