"""What formats share: bylines, statuses, urgencies, languages, topics and plain paragraphs."""

import pytest

from wirewatch.formats.byline import signed_by, without_by
from wirewatch.formats.language import code_of, tag_of
from wirewatch.formats.newscodes import short
from wirewatch.formats.plain import is_wrapped, parted, plain_paragraphs
from wirewatch.formats.status import status_of
from wirewatch.formats.urgency import urgency_of

MARGIN = "The keepers of the lamp were told on Monday that it may rest"
TOPICS = "cv.iptc.org/newscodes"


@pytest.mark.parametrize(
    ("byline", "writer"),
    [
        ("By Ann Bo", "Ann Bo"),
        ("BY: Ann Bo,", "Ann Bo"),
        ("by : Ann", "Ann"),
        ("Ann Bo,", "Ann Bo,"),
        ("Byron Bo", "Byron Bo"),
        ("By", None),
        ("By  ", None),
        ("", None),
    ],
)
def test_without_by(byline: str, writer: str | None) -> None:
    """A byline loses its 'By', and nothing that only begins like it."""
    assert without_by(byline) == writer


@pytest.mark.parametrize(
    ("line", "writer"),
    [("By Ann", "Ann"), ("BY Ann Bo", "Ann Bo"), ("by Ann", ""), ("By", ""), ("Von Ann", "")],
)
def test_signed_by(line: str, writer: str) -> None:
    """A line signs a story only if it begins with 'By' as agencies write it."""
    assert signed_by(line) == writer


def test_signed_by_other_words() -> None:
    """Agencies of other languages sign with words of theirs."""
    assert (signed_by("Von Ann Bo", "Von"), signed_by("By Ann", "Von")) == ("Ann Bo", "Ann")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Canceled", "canceled"),
        ("cancelled", "canceled"),
        ("KILLED", "canceled"),
        ("withheld", "withheld"),
        ("usable", "usable"),
        ("", "usable"),
        ("embargoed", "withheld"),
    ],
)
def test_status(said: str, status: str) -> None:
    """What is taken back is canceled; an embargo without an end withholds; the rest is usable."""
    assert status_of(said, None) == status


def test_status_until_a_moment() -> None:
    """What is embargoed until a known moment is usable from then on."""
    assert status_of("embargoed", "2026-03-03T10:00:00Z") == "usable"
    assert status_of("withheld", "2026-03-03T10:00:00Z") == "withheld"


def test_urgency() -> None:
    """An urgency is a number from 1 to 9, and nothing else."""
    found = [urgency_of(number) for number in (1, 9, 0, 10, -1, None)]
    assert found == [1, 9, None, None, None, None]


def test_languages() -> None:
    """A tag has the form of one; the name of a language in words is no code."""
    assert tag_of("", "not a tag", "az-Latn-AZ", "en") == "az-Latn-AZ"
    assert tag_of("no tag") is None
    assert [code_of(text) for text in ("en", "kaz", "pt-BR", "English", "e")] == [
        "en", "kaz", "pt-BR", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"http://{TOPICS}/mediatopic/20000587", "medtop:20000587"),
        (f"https://{TOPICS}/subjectcode/11006000/", "subj:11006000"),
        (f"http://{TOPICS}/mediatopic:20000587", "medtop:20000587"),
        (f"http://{TOPICS}/genre/Feature", f"http://{TOPICS}/genre/Feature"),
        ("medtop:20000587", "medtop:20000587"),
        ("", ""),
    ],
)
def test_topics(address: str, code: str) -> None:
    """Topics of the IPTC have a short code however they are written; other addresses stay."""
    assert short(address) == code


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One.\nTwo.", "One.\n\nTwo."),
        ("\n One. \r\n \t\r\nTwo\r\n three.\n\n", "One.\n\nTwo three."),
        ("One.\n\n\n\nTwo.", "One.\n\nTwo."),
        ("\n\n", ""),
        ("e\u0301", "\u00e9"),
    ],
)
def test_plain_paragraphs(text: str, paragraphs: str) -> None:
    """Plain text is parted at empty lines, or where it has none inside at all its line ends."""
    assert plain_paragraphs(text) == paragraphs


def test_parted_lines() -> None:
    """Empty lines around a text part nothing: only those inside it do."""
    assert parted(["", "One.", "two.", " "]) == ["One.", "two."]
    assert parted(["One", "two.", "", "Three."]) == ["One two.", "Three."]
    assert parted([]) == []


def test_margin() -> None:
    """Lines of about the same length are one paragraph; short ones, or endless ones, are not."""
    assert is_wrapped([MARGIN, MARGIN, "until spring."])
    assert not is_wrapped([MARGIN, "until spring.", MARGIN])
    assert not is_wrapped([MARGIN, MARGIN * 2])
