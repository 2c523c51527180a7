"""PDF: text in paragraphs out of lines that only stand somewhere, and refusals in words."""

import re
import unicodedata

import pytest

from pdf_samples import INFO, LEFT, STORY, Row, paragraphs, pdf, read, rows
from wirewatch.formats.identity import identity_of
from wirewatch.formats.office.title import given_author, given_title
from wirewatch.formats.pdf.properties import moment_of
from wirewatch.model import Article
from wirewatch.states import Precision


def test_field_by_field() -> None:
    """Every field of an article is read where it stands."""
    page = rows("BAKU. KAZINFORM - The bell was rung at nine.")
    body = "The bell was rung at nine."
    found = read(pdf(page, info=INFO, catalog="/Lang (en-GB)"))
    published = "2024-01-01T22:04:05Z"
    assert found == Article(
        guid=identity_of(published, "Bells for the quay", "BAKU. KAZINFORM", body),
        title="Bells for the quay",
        headline="Bells for the quay",
        body=body,
        dateline="BAKU. KAZINFORM",
        published=published,
        published_precision=Precision.MINUTE,
        place="BAKU",
        agency="Kazinform",
        byline="Ann Bo",
        language="en-GB",
        subjects=("bells", "quays"),
    )


def test_nothing_said() -> None:
    """What a document does not say is empty: no date, no author, no language."""
    found = read(pdf(rows("The bell was rung at nine.")))
    assert (found.title, found.headline) == ("", "The bell was rung at nine.")
    assert (found.published, found.byline, found.language, found.agency) == (None,) * 4
    assert found.subjects == ()


def test_day_of_dateline() -> None:
    """The dateline's day is the date where the properties have none."""
    page = rows("BAKU, March 5, 2024. /Trend/. The bell was rung.")
    found = read(pdf(page))
    assert (found.published, found.published_precision) == ("2024-03-05", Precision.DAY)
    assert read(pdf(page, info=INFO)).published == "2024-01-01T22:04:05Z"


def test_identity() -> None:
    """The same text and properties in other bytes are the same article, other text another."""
    page = rows(*STORY)
    assert read(pdf(page)).guid == read(pdf(page, catalog="/PageMode /UseNone")).guid
    assert read(pdf(page)).guid != read(pdf(rows(*STORY, "Twice."))).guid


def test_lines_and_hyphens() -> None:
    """Lines become one paragraph, words that were broken are whole again."""
    assert paragraphs(rows(*STORY)) == ["The parliament adopted a law on bells by a show of hands."]
    text = rows(
        "It met the Anglo-", "Saxon well-known", "of pages 10-", "20 and soft hy\xad", "phens"
    )
    expected = "It met the Anglo-Saxon well-known of pages 10-20 and soft hyphens"
    assert paragraphs(text) == [expected]


def test_hyphen_of_the_word() -> None:
    """A hyphen that a word has elsewhere in the document stays where a line ends in it."""
    text = rows("Their co-operation began. The co-", "operation and the oper-", "ation went on")
    assert paragraphs(text) == [
        "Their co-operation began. The co-operation and the operation went on"
    ]


def test_wider_gap() -> None:
    """A larger distance parts paragraphs."""
    page = [*rows("The bell was rung", "at nine and", "at ten"), *rows("it was heard", top=640)]
    assert paragraphs(page) == ["The bell was rung at nine and at ten", "it was heard"]


def test_indent() -> None:
    """A line that begins further right begins a paragraph."""
    page = [
        *rows("The bell was rung at nine and it", "was heard on all the quays of it"),
        *rows("On the next day it was not heard", left=LEFT + 20, top=672),
        *rows("for it had been taken to a smith", top=658),
    ]
    assert paragraphs(page) == [
        "The bell was rung at nine and it was heard on all the quays of it",
        "On the next day it was not heard for it had been taken to a smith",
    ]


def test_short_last_line() -> None:
    """A line on which the next word would have had room ends a paragraph."""
    page = rows(
        "The bell was rung at nine, and it was heard on",
        "all quays.",
        "On the next day it was not heard, as a smith",
        "had it.",
    )
    assert paragraphs(page) == [
        "The bell was rung at nine, and it was heard on all quays.",
        "On the next day it was not heard, as a smith had it.",
    ]


def test_list() -> None:
    """Each point of a list is a paragraph, with its own further lines."""
    page = [
        *rows("\x95 one bell that was cast anew by"),
        *rows("the smith", left=LEFT + 12, top=686),
        *rows("\x95 two ropes", top=672),
    ]
    written = [(x, y, size, text.replace("\x95", "•")) for x, y, size, text in page]
    assert paragraphs(written) == ["• one bell that was cast anew by the smith", "• two ropes"]


def test_columns() -> None:
    """Two columns are read one after the other, and a sentence goes on over both."""
    page = [
        *rows("The bell of the quay", "was rung at nine and"),
        *rows("heard on all quays of", "the harbour.", left=320),
    ]
    assert paragraphs(page) == [
        "The bell of the quay was rung at nine and heard on all quays of the harbour."
    ]


def test_running_lines() -> None:
    """Headers, footers and page numbers are left out, a sentence goes on over pages."""
    texts = ["The bell was rung and", "heard on every quay that", "the harbour has."]
    pages: list[list[Row]] = [
        [(LEFT, 800, 9, "Press service of the parliament"), (LEFT, 700, 12, text),
         (290, 30, 9, f"{number} / 3")]
        for number, text in enumerate(texts, start=1)
    ]  # fmt: skip
    expected = "The bell was rung and heard on every quay that the harbour has."
    assert paragraphs(*pages) == [expected]
    first_without = [pages[0][1:], *pages[1:]]
    assert paragraphs(*first_without) == [expected]


def test_number_of_a_lone_page() -> None:
    """A page's own number is left out even where nothing repeats; other numbers stay."""
    page = rows("The bell was rung at nine.")
    assert paragraphs([*page, (290, 30, 12, "- 1 -")]) == ["The bell was rung at nine."]
    assert paragraphs([*page, (290, 30, 12, "1893")])[-1] == "1893"


def test_copies_of_a_page() -> None:
    """Two pages that say the same are two copies, and no running header."""
    page = rows("The bell was rung at nine.")
    assert paragraphs(page, page) == ["The bell was rung at nine."] * 2


def test_rows_of_figures() -> None:
    """Rows of a table that are alike but for their figures are no running header."""
    pages = [rows(f"{number}1 {number}2 {number}3", f"row {'abc'[number]}") for number in range(3)]
    assert "11 12 13" in " ".join(paragraphs(*pages))


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("(Bells for the quay)", "Bells for the quay"),
        ("<FEFF041A043E043B043E043A043E043B>", "Колокол"),
        ("(\\357\\273\\277T\\303\\265rva)", "Tõrva"),
        ("(Caf\\351\\000 o\\223k\\001)", "Café ofik"),
        ("<FEFFD83D>", "Large letters"),
        ("(Microsoft Word - press_release.doc)", "Large letters"),
        ("(untitled)", "Large letters"),
        ("(Report final.indd)", "Large letters"),
        ("(C:\\\\desk\\\\bells)", "Large letters"),
        ("(   )", "Large letters"),
        ("(Document1)", "Large letters"),
        ("[1 2]", "Large letters"),
    ],
)
def test_title(given: str, title: str) -> None:
    """The title is the property, in each of its encodings, else the largest lines."""
    page = [(LEFT, 740, 20, "Large"), (LEFT, 718, 20, "letters"), *rows(*STORY)]
    found = read(pdf(page, info=f"/Title {given}"))
    assert (found.title, "Large letters" in found.body) == (title, title != "Large letters")


def test_first_line_as_title() -> None:
    """Where all type is of one size, a short first line without a full stop is the title."""
    page = [*rows("Bells for the quay"), *rows("The bell was rung at nine, as ever.", top=660)]
    found = read(pdf(page))
    assert (found.title, found.body) == (
        "Bells for the quay",
        "The bell was rung at nine, as ever.",
    )


@pytest.mark.parametrize("title", ["Untitled-1", "a/b.tex", "(anonymous)", "a" * 2_000, "/" * 9])
def test_no_title(title: str) -> None:
    """What programs put in the place of a title is none."""
    assert given_title(title) == ""


def test_no_author() -> None:
    """What programs put in the place of an author is none."""
    assert [given_author(name) for name in ("Admin", "(anonymous)", "", "Ann Bo")] == [
        None, None, None, "Ann Bo",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("D:20240102030405+05'00'", "2024-01-01T22:04:05Z"),
        ("D:20240102030405+05'00", "2024-01-01T22:04:05Z"),
        ("D:20240102030405-0330", "2024-01-02T06:34:05Z"),
        ("D:20240102030405-03", "2024-01-02T06:04:05Z"),
        ("D:20240102030405Z00'00'", "2024-01-02T03:04:05Z"),
        ("D:20240102030405Z", "2024-01-02T03:04:05Z"),
        ("D:20240102030405", "2024-01-02T03:04:05"),
        ("D:202401020304", "2024-01-02T03:04:00"),
        ("20240102", "2024-01-02"),
        ("D:202401", "2024-01"),
        ("D:2024", "2024"),
        ("D:20241302030405", None),
        ("D:20240102250405", None),
        ("D:20240102030405+99'00'", None),
        ("Tuesday", None),
        ("", None),
    ],
)
def test_dates(written: str, published: str | None) -> None:
    """Dates are read in all their forms, with their zone where they have one."""
    assert moment_of(written)[0] == published


def test_letters_by_name() -> None:
    """A font's letters are told by their names, in other scripts too."""
    font = "/Encoding << /Differences [65 /afii10019 /afii10080 /afii10082] >>"
    assert paragraphs(rows("ABC"), font=font) == ["Вор"]


def test_ligatures_and_marks() -> None:
    """Ligatures are parted, accents put on their letters, control characters left out."""
    font = "/Encoding << /Differences [65 /fi /uni0065 /uni0301 /uni0007 /uniD800 /uniFFFE] >>"
    (found,) = paragraphs(rows("ABCDEF"), font=font)
    assert found.startswith("fié")
    assert found.encode()
    assert unicodedata.is_normalized("NFC", found)
    assert not re.search("[\x00-\x1f\ufffe]", found)
