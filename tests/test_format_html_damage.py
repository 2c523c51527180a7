"""HTML as it comes: in encodings it does not name, cut short, damaged, and made to take long."""

import random
import re
import time
import unicodedata
from pathlib import Path

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import extras, parse
from wirewatch.formats.html.page import read
from wirewatch.model import Article
from wirewatch.states import FileReason

SEED = (Path(__file__).parents[1] / "seeds" / "40-html.html").read_bytes()
TEXT = (
    "Депутаты постановили перенести лампы большого зала на другую сторону в понедельник утром.",
    "Никто их об этом не просил, и хранитель ламп нашёл в каждом окне только пустой крючок.",
    "Лампы останутся на месте, пока палата не проголосует, написал председатель на доске у входа.",
)
BODY = "\n\n".join(TEXT)
LATIN = (
    "<p>The clerks moved the lamps of the great hall to its other side on Monday morning.</p>" * 5
)
START = "<html><body>" + LATIN
NEVER = re.compile("[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\ud800-\udfff\xad\ufeff]")
MOST = 10
"""Times the work of an ordinary page of the same length that a page may take; five is the worst."""


@pytest.fixture(scope="module")
def ordinary() -> float:
    """Give the seconds of work that each byte of an ordinary page takes, here and now."""
    page = (START + "<p>A long page says one thing or another, and goes on.</p>" * 20_000).encode()
    read(START.encode())  # what is loaded once is no part of a page
    began = time.process_time()
    read(page)
    return (time.process_time() - began) / len(page)


def cyrillic(head: str) -> str:
    """Write a page in Cyrillic."""
    story = "".join(f"<p>{text}</p>" for text in TEXT)
    return f"<!doctype html><html><head>{head}</head><body>{story}</body></html>"


def body(data: bytes, charset: str = "") -> str:
    """Read the text of a page that is an article."""
    article = read(data, charset=charset)
    assert isinstance(article, Article)
    return article.body


def refused(data: bytes) -> Unreadable:
    """Give why a page is refused."""
    with pytest.raises(Unreadable) as caught:
        read(data)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251", "koi8-r", "utf-16"])
@pytest.mark.parametrize(
    "head",
    [
        "<meta charset={}>",
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={}">',
        "<title>x</title><meta name=x content=y><meta charset='{}'/>",
    ],
)
def test_declared(encoding: str, head: str) -> None:
    """A page is read in the encoding it declares, in whichever way."""
    name = encoding.removesuffix("-sig")
    assert body(cyrillic(head.format(name)).encode(encoding)) == BODY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "windows-1251"])
@pytest.mark.parametrize("declared", ["", "utf-8", "nonsense-8", "idna", "hex", "utf-7", "utf-16"])
def test_wrongly_declared(encoding: str, declared: str) -> None:
    """A page in another encoding than it says, or in none that it says, is seen through."""
    assert body(cyrillic(f"<meta charset={declared}>").encode(encoding)) == BODY


def test_what_the_answer_said() -> None:
    """The charset of the answer goes before that of the page, and text in UTF-8 before both."""
    page = cyrillic("<meta charset=iso-8859-5>")
    assert body(page.encode("windows-1251"), "windows-1251") == BODY
    assert body(page.encode("windows-1251"), ' "CP1251" ') == BODY
    assert body(page.encode("iso-8859-5"), "no-such") == BODY
    assert body(page.encode(), "windows-1251") == BODY


def test_names_of_smaller_encodings() -> None:
    """What is called iso-8859-1 is windows-1252, as browsers have it, and gb2312 is its successor."""
    page = START.replace("clerks", "clerks\u2019 caf\xe9").encode("cp1252")
    for name in ("iso-8859-1", "us-ascii", "windows-1252"):
        assert "clerks’ café" in body(page.replace(b"lamps", b"lam\x81ps"), name)
    assert "镕" in body((START + "<p>" + "镕基在议会大厅说话。" * 9).encode("gb18030"), "gb2312")


def test_a_broken_letter() -> None:
    """One broken letter does not make UTF-8 another encoding."""
    data = cyrillic("").encode().replace("ё".encode(), b"\xd1")
    assert body(data) == BODY.replace("ё", "\ufffd")


def test_characters_that_no_text_holds() -> None:
    """NUL bytes, control characters, halves of pairs and soft hyphens are left out."""
    data = START.replace(
        "clerks", "cl\0er\x01k&#1;s&#0;&#xd800;&shy; \x93ab\x94 &#150; \ufeff"
    ).encode()
    text = body(data)
    assert not NEVER.search(text)
    assert "cl" in text
    nul = START.encode().replace(b"clerks", b"cl\0er\x01k\x02s\x7f")
    assert body(nul) == body(START.encode())
    assert parse(nul, 100).format == "html"
    windows = START.replace("clerks", "&#147;clerks&#148;").encode()
    assert "“clerks”" in body(windows)
    assert "parliament" in body(START.replace("clerks", "parlia&shy;ment").encode())
    assert body(START.replace("clerks", "e\u0301").encode()).count("é") == 5


def test_long_lines() -> None:
    """A page on one line is read, whatever length a line of text may have."""
    assert parse(START.encode() * 3, 100).articles[0].body.startswith("The clerks")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", FileReason.EMPTY),
        (b" \0\n", FileReason.EMPTY),
        (b"<!-- no end", FileReason.MALFORMED),
        (b"<html>" + b"<div>" * 10_000 + b"text", FileReason.MALFORMED),
        (b"<html><p " + b" ".join(b"a%d=1" % n for n in range(5_000)) + b">", FileReason.MALFORMED),
        (b"<html><p>" + b"\xff\xfe\xfd" * 1_000, FileReason.UNDECODABLE),
    ],
    ids=["empty", "NUL", "comment", "deep", "attributes", "no encoding"],
)
def test_refused(data: bytes, reason: FileReason) -> None:
    """What is no page that can be read is refused by name, in words."""
    error = refused(data)
    assert error.reason is reason
    assert error.detail


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library it is said what to install."""

    def missing(name: str) -> None:
        raise ImportError(f"No module named '{name}'")

    monkeypatch.setattr(extras, "import_module", missing)
    error = refused(START.encode())
    assert error.reason is FileReason.NOT_INSTALLED
    assert "trafilatura" in error.detail
    assert "pip install" in error.detail


def test_the_library_gives_up() -> None:
    """What is nested or long beyond the library's means is read by the density of its text."""
    nested = body(("<html><body>" + "<div>" * 1_000 + LATIN).encode())
    assert nested == body(START.encode())
    long = "The clerks moved a lamp. " * 400_000
    assert len(body(f"<html><body><nav>Home</nav><p>{long}</p>".encode())) == len(long) - 1


@pytest.mark.parametrize(
    "data",
    [
        START + "<a href='/x'>a link to another page</a> " * 100_000,
        START + "<ul>" + "<li><a href='/x'>a link</a></li>" * 50_000,
        START + "<p>word after word" * 50_000,
        START + "<h1>Lamps</h1>" * 50_000,
        START + "<article>some words of a story</article>" * 50_000,
        START + "<table><tr><td>" * 600 + LATIN,
        START + "<p>" + "The clerks moved a lamp. " * 400_000,
        START + "<p>" + "&amp;&#1234;" * 400_000,
        START + "<p>" + " \n" * 2_000_000,
        START + "<" * 2_000_000,
        START + '<a "' * 500_000,
        START + "<!--" * 500_000,
        START + '<script type="application/ld+json">' + "[" * 2_000_000 + "</script>",
        START + '<script type="application/ld+json">' + '{"@graph":' * 200_000 + "</script>",
        START + '<script type="application/ld+json">{"n": ' + "9" * 1_000_000 + "}</script>",
        '<html><script type="application/ld+json">{"@type": "Article", "headline": "x", "articleBody": "'
         "a" + " " * 2_000_000 + '"}</script>' + START,
        "<!DOCTYPE html [<!ENTITY a 'ha'>"
        + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
        + "]><html><body><p>&i;</p>" + LATIN,
    ],
    ids=[
        "links", "list", "paragraphs", "headings", "articles", "tables", "long", "references", "blanks",
        "brackets", "quotes", "comments", "arrays", "objects", "digits", "spaces", "entities",
    ],
)  # fmt: skip
def test_bombs(data: str, ordinary: float) -> None:
    """Pages made to take long or much take no more than in proportion to their length."""
    written = data.encode()
    began = time.process_time()
    assert isinstance(read(written), Article)
    took = time.process_time() - began
    assert took < MOST * ordinary * max(len(written), 1_000_000)


def test_an_element_of_a_name_that_none_may_have() -> None:
    """What damage makes of a tag may be no name: the page is read all the same."""
    damaged = bytearray(SEED)
    for place, taken, put in ((15, 0, b"<!--"), (62, 60, b"<"), (1522, 60, b"<")):
        damaged[place : place + taken] = put
    assert body(bytes(damaged))


def test_damage() -> None:
    """Cut short or with bytes flipped, a page is an article, is none, or is refused."""
    chance = random.Random(40)  # noqa: S311 - the same damage each time
    damaged = [SEED[: len(SEED) * place // 50] for place in range(50)]
    for _ in range(200):
        flipped = bytearray(SEED)
        flipped[chance.randrange(len(SEED))] ^= 1 << chance.randrange(8)
        damaged.append(bytes(flipped))
    articles = 0
    for data in damaged:
        try:
            article = read(data)
        except Unreadable:
            continue
        for text in filter(lambda one: isinstance(one, str), article):
            assert not NEVER.search(str(text))
            assert unicodedata.is_normalized("NFC", str(text))
        if isinstance(article, Article):
            articles += 1
            assert all(
                piece == " ".join(piece.split()) != "" for piece in article.body.split("\n\n")
            )
    assert articles > 200
