"""ANPA 1312: headers, heading lines, stories and footers, one message or several."""

from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.anpa import FORMAT
from wirewatch.formats.document import Document
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision, SkipReason

LIMIT = 1_000_000
OPENING = b"\x16\x16\x01"
HEADER = b"a0421\x1fworld\nu i\x13\x11 BC-EU--Malta-Bells 2ndLd-Writethru   03-04 0096\n"
HEADING = (
    b"\x02BC-EU--Malta-Bells, 2nd Ld-Writethru,71<\n"
    b"\x03Malta's parliament votes the bells back<\n"
    b"^AP Photo VLT101<\n"
    b"^Eds: CORRECTS number of bells.<\n"
    b"^By CARMENU ZAHRA=\n"
    b"^Associated Press=\n"
)
STORY = (
    b"\t   VALLETTA, Malta (AP) _ The parliament of Malta voted on Tuesday to bring\n"
    b"back nine bells _ all of them cracked.\n \n"
    b"\t   ``They ring for the clerks,'' a caf\xe9 owner said.\n"
)
FOOTER = b"\n\t   AP-WF-03-04-14 0905GMT<\n\n\x04"
GOOD = OPENING + HEADER + HEADING + STORY + FOOTER


def _only(data: bytes) -> Any:
    """Parse a file of one item."""
    (item,) = FORMAT.parse(Document(data, LIMIT))
    return item


def test_fields() -> None:
    """Every field of a good message is found, and nothing else."""
    assert parse(GOOD, LIMIT).format == "anpa"
    article = _only(GOOD)
    assert article == Article(
        guid=article.guid,
        title="Malta's parliament votes the bells back",
        headline="Malta's parliament votes the bells back",
        body="The parliament of Malta voted on Tuesday to bring back nine bells — all of them"
        " cracked.\n\n“They ring for the clerks,” a café owner said.",
        dateline="VALLETTA, Malta (AP)",
        version=3,
        published="2014-03-04T09:05:00Z",
        published_precision=Precision.MINUTE,
        place="VALLETTA",
        country="Malta",
        agency="AP",
        byline="CARMENU ZAHRA",
        subjects=("anpa:i",),
        urgency=2,
        slugline="BC-EU--Malta-Bells",
        signal="update",
        note="CORRECTS number of bells.",
    )
    assert article.guid.startswith("sha256:")


@pytest.mark.parametrize(
    ("letter", "urgency"), [("f", 1), ("u", 2), ("b", 3), ("r", 5), ("z", None)]
)
def test_priorities(letter: str, urgency: int | None) -> None:
    """Priority letters become an urgency; a letter without a known rank becomes none."""
    assert _only(GOOD.replace(b"u i\x13", letter.encode() + b" i\x13")).urgency == urgency


def test_carets_and_controls_in_any_mixture() -> None:
    """Heading lines are marked by a caret or by ETX; the footer may have an ETX of its own."""
    marked = GOOD.replace(b"^", b"\x03").replace(b"AP-WF", b"\x03AP-WF")
    assert _only(marked) == _only(GOOD)


def test_alert() -> None:
    """An alert has neither headline nor byline: its first sentence is the headline."""
    data = OPENING + b"W1645\x1fasian\nb a BC-EU--APNewsAlert     03-04 0017\n"
    data += b"\x02^BC-EU--APNewsAlert,17<\n\t   VALLETTA, Malta (AP) _ Bells are back.\n" + FOOTER
    article = _only(data)
    assert (article.title, article.headline) == ("", "Bells are back.")
    assert (article.version, article.signal, article.byline) == (1, None, None)


def test_list_of_headlines() -> None:
    """Where no line begins with a tab, the heading lines behind the headline are the story."""
    data = OPENING + b"V4644\x1f-----\nr e AP-Top-Bells     02-09 0121\n"
    data += b"\x02^*9006< ^AP-Top-Bells,0176<\n^Bells at noon<\n^Nine rang<\n^One cracked<\n"
    article = _only(data)
    assert (article.title, article.body) == ("Bells at noon", "Nine rang\n\nOne cracked")
    assert (article.slugline, article.published, article.agency) == ("AP-Top-Bells", None, None)


def test_states_are_no_countries() -> None:
    """A state in a dateline is not taken for a country."""
    assert _only(GOOD.replace(b"VALLETTA, Malta", b"VALLETTA, N.M.")).country is None
    assert _only(GOOD.replace(b"VALLETTA, Malta", b"VALLETTA, Texas")).country is None


@pytest.mark.parametrize(
    ("turn", "signal", "status"),
    [
        (b"KILL", "kill", "canceled"),
        (b"Correction", "correction", "usable"),
        (b"Rpt", "repeat", "usable"),
        (b"Withheld", "correction", "withheld"),
    ],
)
def test_signals(turn: bytes, signal: str, status: str) -> None:
    """What becomes of a story is read behind its keyword; a note of correction is one, too."""
    data = GOOD.replace(b"2ndLd-Writethru", turn).replace(b"2nd Ld-Writethru", turn)
    article = _only(data)
    assert (article.signal, article.status, article.version) == (signal, status, 1)


def test_words_in_the_story_are_no_signal() -> None:
    """A story about something killed or withdrawn is not withdrawn."""
    data = GOOD.replace(b"all of them cracked", b"a kill, withdrawn").replace(b"CORRECTS", b"Has")
    assert _only(data).status == "usable"
    assert _only(data).signal == "update"


def test_several_messages() -> None:
    """Each message of a file is an item; one without text is passed over by name."""
    empty = OPENING + b"a0422\x1fworld\nr i BC-Empty 03-04 0000\n\x02^BC-Empty,0<\n\x04"
    first, second = FORMAT.parse(Document(GOOD + empty, LIMIT))
    assert first == _only(GOOD)
    assert second == Skipped("BC-Empty", SkipReason.NO_TEXT)


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace(b"\x02", b""),
        OPENING + b"a0421\x1fworld\n\x02text\x03",
        GOOD + OPENING + b"no header at all",
    ],
    ids=["no STX", "no second line", "no header"],
)
def test_malformed(data: bytes) -> None:
    """A message without header, second line or STX is refused."""
    with pytest.raises(Unreadable, match="malformed"):
        parse(data, LIMIT)


def test_long_lines() -> None:
    """A line over the limit is refused, as in any format."""
    with pytest.raises(Unreadable) as refused:
        parse(GOOD, 50)
    assert refused.value.reason is FileReason.LINE_TOO_LONG


def test_others_are_left_alone() -> None:
    """Other files are not claimed, whatever their bytes."""
    others = [b"", b"\x00\xff", b"\x01eca0001 4 i 46  dpa 0027\n", b"VALLETTA, March 4. /APA/."]
    assert not any(FORMAT.recognises(Document(data, LIMIT)) for data in others)
