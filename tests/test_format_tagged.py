"""Tagged text: records of tagged lines, in windows-1252 or UTF-8."""

from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.tagged import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision, SkipReason

LIMIT = 1_000_000
FIRST = """AN#BRG20141113-1
TI#Le Sénat belge
 compte ses « chaises »
BY#By Odile Vandamme
PD#13 November 2014
ET#9:05
SN#Brugge Pers
LA#fr
KW#chaises; Sénat; chaises
UR#https://example.org/chaises
XX#unknown
TX#Le Sénat belge a compté ses chaises – il en manque deux.

Elles étaient,
dit-on, « prêtées ».
"""
SECOND = "AN#BRG20141113-2\nTI#Deux chaises\nPD#2014-11-13\nTX#Retrouvées.\nAu grenier.\n"
THIRD = "AN#BRG20141113-3\nPD#2014\n"
GOOD = (FIRST + SECOND + THIRD).encode("cp1252")


def _items(text: str, encoding: str = "utf-8") -> Any:
    """Parse a text."""
    return FORMAT.parse(Document(text.encode(encoding), LIMIT))


def test_fields() -> None:
    """Every field of a good record is found, and nothing else."""
    reading = parse(GOOD, LIMIT)
    assert reading.format == "tagged"
    assert reading.articles[0] == Article(
        guid="BRG20141113-1",
        title="Le Sénat belge compte ses « chaises »",
        headline="Le Sénat belge compte ses « chaises »",
        body="Le Sénat belge a compté ses chaises – il en manque deux.\n\n"
        "Elles étaient, dit-on, « prêtées ».",
        published="2014-11-13T09:05:00",
        published_precision=Precision.MINUTE,
        agency="Brugge Pers",
        byline="Odile Vandamme",
        language="fr",
        url="https://example.org/chaises",
        subjects=("chaises", "Sénat"),
    )


def test_several_records() -> None:
    """Each record is an article, in order; one without text is passed over by its number."""
    reading = parse(GOOD, LIMIT)
    assert [article.guid for article in reading.articles] == ["BRG20141113-1", "BRG20141113-2"]
    assert reading.articles[1].body == "Retrouvées.\n\nAu grenier."
    assert reading.articles[1].published_precision is Precision.DAY
    assert reading.skipped == (Skipped("BRG20141113-3", SkipReason.NO_TEXT),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    """UTF-8, with or without its mark, and UTF-16 give what windows-1252 gives."""
    assert parse((FIRST + SECOND + THIRD).encode(encoding), LIMIT) == parse(GOOD, LIMIT)


def test_line_ends() -> None:
    """The line ends of Windows change nothing."""
    assert parse(GOOD.replace(b"\n", b"\r\n"), LIMIT) == parse(GOOD, LIMIT)


def test_without_number() -> None:
    """The tag that opens the file opens each record; without a number content is the identity."""
    first, second = _items("TI#Chairs\nTX#Two.\nTI#Tables\nTX#None.\n")
    assert (first.title, second.title) == ("Chairs", "Tables")
    assert first.guid.startswith("sha256:")
    assert first.guid != second.guid


def test_dates() -> None:
    """A date that is none, or could be two, is no date."""
    for written in ("03/04/2014", "31 Brumaire 2014", "November 13", "soon"):
        (item,) = _items(f"AN#1\nPD#{written}\nTX#Two.\n")
        assert item.published is None
    (item,) = _items("AN#1\nPD#20141113\nTX#Two.\n")
    assert item.published == "2014-11-13"


def test_language_that_is_no_tag() -> None:
    """A language in words is not declared in the form of BCP 47, and left out."""
    (item,) = _items("AN#1\nLA#Français\nTX#Deux.\n")
    assert item.language is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"AN#1\nTI#One\nTI#Two\nTX#Three\n", FileReason.MALFORMED),
        (b"TI#One\nAN#1\nAN#2\nTX#Three\n", FileReason.MALFORMED),
        (b"AN#1\nTI#Caf\xe9 \x81\n", FileReason.UNDECODABLE),
        ("AN#1\nTI#Café é".encode()[:-1], FileReason.TRUNCATED),
    ],
)
def test_malformed(data: bytes, reason: FileReason) -> None:
    """A record with two titles or numbers, and bytes of neither encoding, are refused."""
    with pytest.raises(Unreadable) as refused:
        parse(data, LIMIT)
    assert refused.value.reason is reason


def test_others_are_left_alone() -> None:
    """Other files are not claimed, whatever their bytes; one tag makes no tagged text."""
    others = [b"", b"\x00\xff", b"AN# 7 is a number", b"# Title\nAN#1\nTI#2", b"C## and F##\nTI#x"]
    assert not any(FORMAT.recognises(Document(data, LIMIT)) for data in others)
