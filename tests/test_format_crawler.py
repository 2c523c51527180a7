"""JSON of crawlers: objects, arrays and lines, an article each; a broken line is named."""

import json
from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import Reading, parse
from wirewatch.formats.identity import identity_of
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision, SkipReason

PLEASE: dict[str, Any] = {
    "authors": ["Hana Novotná", "Petr Dvořák", "Hana Novotná"],
    "date_download": "2025-05-05 10:00:00",
    "date_publish": "2025-05-04 17:20:00",
    "description": "Lifts.",
    "language": "cs",
    "maintext": "The lift of the Senate stood still.\nIt moved again at noon.",
    "source_domain": "vltava.example",
    "title": "A lift stands still",
    "url": "https://vltava.example/lift",
}
FUNDUS = {
    "title": "A lift stands still",
    "body": {
        "summary": ["It was stuck."],
        "sections": [
            {"headline": [], "paragraphs": ["The lift stood still.", "Nobody was in it."]},
            {"headline": ["Noon"], "paragraphs": ["It moved again."]},
        ],
    },
    "authors": ["Hana Novotná"],
    "publishing_date": "2025-05-04 17:20:00+02:00",
    "topics": ["Lifts", "Senate", "Lifts"],
    "lang": "cs",
    "publisher": "Vltava Post",
    "html": {"requested_url": "https://vltava.example/l", "responded_url": ""},
}

ANY: tuple[Any, ...] = (
    None, True, 7, -1.5, "", "x", [], [[]], [None], {}, {"sections": [1]}, [{}],
)  # fmt: skip


def read(data: bytes) -> Reading:
    """Parse bytes as a file."""
    reading = parse(data, 10_000_000)
    assert reading.format == "crawler"
    return reading


def one(value: object) -> Article:
    """Parse a value that holds one article."""
    (article,) = read(json.dumps(value).encode()).articles
    return article


def lines(*values: object) -> bytes:
    """Write JSON lines."""
    return "\n".join(json.dumps(value) for value in values).encode()


def refused(data: bytes) -> Unreadable:
    """Give the reason for which bytes are refused."""
    with pytest.raises(Unreadable) as caught:
        parse(data, 10_000_000)
    return caught.value


def test_every_field_of_news_please() -> None:
    """Each field of news-please is where it should be; a moment without a zone stays local."""
    body = "The lift of the Senate stood still.\n\nIt moved again at noon."
    url = "https://vltava.example/lift"
    assert one(PLEASE) == Article(
        guid=identity_of(url, "2025-05-04T17:20:00", "A lift stands still", body),
        title="A lift stands still",
        headline="A lift stands still",
        body=body,
        published="2025-05-04T17:20:00",
        published_precision=Precision.MINUTE,
        agency="vltava.example",
        byline="Hana Novotná, Petr Dvořák",
        language="cs",
        url=url,
    )


def test_every_field_of_fundus() -> None:
    """Each field of fundus is where it should be; its sections are the text."""
    article = one(FUNDUS)
    assert article.body == (
        "It was stuck.\n\nThe lift stood still.\n\nNobody was in it.\n\nNoon\n\nIt moved again."
    )
    assert (article.published, article.language) == ("2025-05-04T15:20:00Z", "cs")
    assert (article.agency, article.url) == ("Vltava Post", "https://vltava.example/l")
    assert article.subjects == ("Lifts", "Senate")
    assert one(FUNDUS | {"plaintext": "One.\n\nTwo\nlines."}).body == "One.\n\nTwo lines."


def test_text_instead_of_maintext() -> None:
    """Other crawlers call the text `text`."""
    article = one({"title": "A lift", "text": "It moved.", "url": "https://vltava.example/2"})
    assert (article.title, article.body, article.published) == ("A lift", "It moved.", None)


def test_identity_is_the_content() -> None:
    """The same article fetched again is the same; changed text at the same address is another."""
    again = one(PLEASE | {"date_download": "2025-05-06 10:00:00"})
    assert again.guid == one(PLEASE).guid
    assert one(PLEASE | {"maintext": "It fell."}).guid != again.guid


def test_missing_pieces() -> None:
    """No title, no date, no text: the first two are borne, without text there is no article."""
    untitled = one(PLEASE | {"title": None, "date_publish": None})
    assert (untitled.title, untitled.headline) == ("", "The lift of the Senate stood still.")
    assert untitled.published is None
    for text in (None, "", " \n "):
        found = read(json.dumps(PLEASE | {"maintext": text}).encode())
        assert (found.format, found.articles) == ("crawler", ())
        assert found.skipped == (Skipped("A lift stands still", SkipReason.NO_TEXT),)


def test_lines_arrays_and_objects_are_one() -> None:
    """The same articles are read of lines, of an array, of either with a mark or white space."""
    values = (PLEASE, FUNDUS)
    expected = read(lines(*values))
    assert len(expected.articles) == 2
    assert read(json.dumps(values).encode()) == expected
    assert read(json.dumps(values, indent=2).encode()) == expected
    assert read(b"\xef\xbb\xbf\n" + lines(*values).replace(b"\n", b"\r\n\r\n") + b"\n") == expected
    assert read(json.dumps(PLEASE, indent=1).encode()).articles == expected.articles[:1]


@pytest.mark.parametrize(
    ("number", "row"),
    [
        (1, b'{"title": "A", "text": "B"'),
        (2, b'{"title": "A", "text": "B'),
        (2, b"no JSON at all"),
        (3, b'{"title": "A", "text": NaN}'),
        (3, b'{"title": "A", "text": ' + b"9" * 5_000 + b"}"),
        (3, b'{"title": "A", "text": ' + b"[" * 100_000),
        (3, b'{"title": "A", "text": "\\u0000"}'),
        (3, b'{"title": "A", "text": "\\ud800"}'),
    ],
)
def test_a_broken_line_is_named(number: int, row: bytes) -> None:
    """A file with a broken line is refused, with the number of the line."""
    rows = [lines(PLEASE)] * 3
    rows[number - 1] = row
    error = refused(b"\n".join(rows))
    assert f"(line {number}" in error.detail
    named = {b"\\u0000": FileReason.NUL_BYTES, b"\\ud800": FileReason.LONE_SURROGATES}
    found = [reason for sign, reason in named.items() if sign in row]
    assert error.reason is (found[0] if found else FileReason.MALFORMED)


@pytest.mark.parametrize(
    "data",
    [
        b'{"title": "A lift", "text": "It mov',
        b'[{"title": "A lift", "text": "It moved."}, {]',
        b"[" * 100_000,
        b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'[{"title": "A lift", "text": "It moved.", "n": -Infinity}]',
        b'[{"title": "A lift", "text": "It moved.", "n": ' + b"7" * 1_000_000 + b"}]",
    ],
    ids=["cut", "array", "brackets", "deep", "infinity", "long number"],
)
def test_malformed(data: bytes) -> None:
    """Broken JSON, numbers that are none and endless nesting are refused as malformed, at once."""
    assert refused(data).reason is FileReason.MALFORMED


def test_other_json_is_left_alone() -> None:
    """JSON without an article's fields is of no known format; an empty array holds nothing."""
    for other in (
        {"a": 1},
        {"headline": "Lamps"},
        [{"a": 1}],
        [[1]],
        {"title": "A"},
        {"text": "A"},
    ):
        assert refused(json.dumps(other).encode()).reason is FileReason.UNKNOWN_FORMAT
    assert refused(b"[\n ]").reason is FileReason.NO_TEXT


def test_plain_text_in_brackets_is_left_alone() -> None:
    """A wire story that begins with a bracket is no JSON."""
    story = b"[Advisory] PRAGUE, May 5. The lift of the Senate moved again on Monday at noon."
    assert parse(story, 100_000).format == "wire"


def test_large_files_take_linear_time() -> None:
    """A text of four megabytes, and ten thousand lines, are read at once."""
    assert len(one(PLEASE | {"maintext": "word " * 800_000}).body) == 3_999_999
    assert len(read(lines(*[{"title": "A", "text": "B"}] * 10_000)).articles) == 10_000


def test_wrong_types_everywhere() -> None:
    """Whatever type a field has, reading ends in articles, skipped items, or a refusal."""
    for name in PLEASE | FUNDUS:
        for value in ANY:
            for whole in (PLEASE, FUNDUS):
                reading = read(json.dumps(whole | {name: value}).encode())
                assert len(reading.articles) + len(reading.skipped) == 1
