"""IPTC 7901: headers, slug lines, status lines and stories, with control bytes or without."""

from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.iptc7901 import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import Precision, SkipReason

LIMIT = 1_000_000
HEADER = b"\x7f\x7f\x01eca0003 3 i 120  dpa-tns 0045\n\n"
SLUGS = b"Austria/parliament/"
HEADING = (
    b"\n\x02REFILE\n1ST LEAD\nAustrian lawmakers lend out\ntheir umbrellas\n"
    b"By Resi Unterweger and\nPoldi Obermayr, dpa =\n\n"
)
STORY = (
    b"Vienna (dpa) - The National Council of Austria has two hundred umbrellas\n"
    b"and no rain _ so the caf\xe9s may have them.\n\n"
    b"They are to be back by the first of the month.\n\n"
)
NOTEBOOK = b"# Notebook\n\n## Note to editors\n- adds number of umbrellas\n\n## Internet links\n- [x](y)\n\n"
PRIVATE = b"* * * *\nThe following information is not for publication\n\n- Tel: 000\n\ndpa ru po\n"
FOOTER = b"\x03\n131137 GMT Oct 13\n\n"
GOOD = HEADER + SLUGS + HEADING + STORY + NOTEBOOK + PRIVATE + FOOTER
BODY = (
    "The National Council of Austria has two hundred umbrellas and no rain — so the cafés may have"
    " them.\n\nThey are to be back by the first of the month."
)


def _only(data: bytes) -> Any:
    """Parse a file of one item."""
    (item,) = FORMAT.parse(Document(data, LIMIT))
    return item


def _lost(data: bytes) -> bytes:
    """Take out every control byte, as some senders do."""
    return data.translate(None, b"\x01\x02\x03\x7f")


def test_fields() -> None:
    """Every field of a good message is found, and nothing else; what is private is left out."""
    assert parse(GOOD, LIMIT).format == "iptc7901"
    article = _only(GOOD)
    assert article == Article(
        guid=article.guid,
        title="Austrian lawmakers lend out their umbrellas",
        headline="Austrian lawmakers lend out their umbrellas",
        body=BODY,
        dateline="Vienna (dpa)",
        version=2,
        published="2013-10-13T11:37:00Z",
        published_precision=Precision.MINUTE,
        place="Vienna",
        agency="dpa",
        byline="Resi Unterweger and Poldi Obermayr, dpa",
        subjects=("iptc7901:i", "Austria", "parliament"),
        urgency=3,
        slugline="Austria/parliament",
        signal="refile",
        note="adds number of umbrellas",
    )
    assert article.guid.startswith("sha256:")


def test_lost_control_bytes() -> None:
    """Without one control byte left the same article is read."""
    assert parse(_lost(GOOD), LIMIT).format == "iptc7901"
    assert _only(_lost(GOOD)) == _only(GOOD)


def test_german_month_and_no_zone() -> None:
    """A German month is read; a moment without GMT stays local, as written."""
    assert _only(GOOD.replace(b"GMT Oct", b"GMT Okt")).published == "2013-10-13T11:37:00Z"
    assert _only(GOOD.replace(b"GMT Oct", b"Oct")).published == "2013-10-13T11:37:00"
    assert _only(GOOD.replace(b"GMT Oct", b"GMT Foo")).published is None


@pytest.mark.parametrize(
    ("line", "signal", "status"),
    [
        (b"EXTRA", "extra", "usable"),
        (b"CORRECTION", "correction", "usable"),
        (b"REPEAT", "repeat", "usable"),
        (b"STORY WITHDRAWN", "kill", "canceled"),
        (b"(Achtung)", "achtung", "usable"),
    ],
)
def test_signals(line: bytes, signal: str, status: str) -> None:
    """A line of status in front of the headline is the signal of this version."""
    article = _only(GOOD.replace(b"REFILE\n1ST LEAD", line))
    assert (article.signal, article.status, article.version) == (signal, status, 1)


def test_words_in_the_story_are_no_signal() -> None:
    """A story that says WITHDRAWN is not withdrawn."""
    data = GOOD.replace(b"two hundred umbrellas", b"WITHDRAWN umbrellas")
    assert _only(data).status == "usable"


def test_no_byline() -> None:
    """Without a byline it is the headline that ends in an equals sign."""
    data = GOOD.replace(b"By Resi Unterweger and\nPoldi Obermayr, dpa =", b"=")
    assert _only(data).byline is None
    assert _only(data).title == "Austrian lawmakers lend out their umbrellas"


def test_story_without_heading() -> None:
    """A message that begins with its story has no title; the dateline begins the story."""
    article = _only(HEADER + SLUGS + b"\n\x02" + STORY + FOOTER)
    assert (article.title, article.body) == ("", BODY)
    assert article.dateline == "Vienna (dpa)"


def test_several_messages() -> None:
    """Each message of a file is an item; one without text is passed over by name."""
    empty = b"\x01eca0004 4 i 0  dpa 0046\n\nAustria/\n\x02\n\x03\n"
    first, second = FORMAT.parse(Document(GOOD + empty, LIMIT))
    assert first == _only(GOOD)
    assert second == Skipped("Austria", SkipReason.NO_TEXT)


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace(b"\x02", b""),
        GOOD.replace(b"0003 3 i", b"0003 three i"),
        GOOD + b"\x01and no more",
    ],
    ids=["no STX", "no priority", "no header"],
)
def test_malformed(data: bytes) -> None:
    """A message without header, priority or STX is refused."""
    with pytest.raises(Unreadable, match="malformed"):
        parse(data, LIMIT)


def test_others_are_left_alone() -> None:
    """Other files are not claimed, whatever their bytes."""
    others = [
        b"", b"\x00\xff", b"\x16\x16\x01a0421\x1fworld\n", b"VIENNA, March 4. /APA/.",
        b"Room101 3 i 120  is free today\nand nobody knows why",
    ]  # fmt: skip
    assert not any(FORMAT.recognises(Document(data, LIMIT)) for data in others)
