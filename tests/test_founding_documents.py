"""The founding documents, where they are at hand: two real stories, read as people read them."""

from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import shipped_matcher
from wirewatch.formats import parse
from wirewatch.model import Article
from wirewatch.states import Precision

FOLDER = Path(__file__).parents[2] / "shared" / "seeds"


class Document(NamedTuple):
    """What one founding document says; of its story only the edges."""

    file: str
    dateline: str
    country: str | None
    agency: str
    published: str
    paragraphs: int
    starts: str
    ends: str
    parliaments: frozenset[str]


DOCUMENTS = [
    Document(
        "000_1554f4903c1c8206.txt",
        "BAKU, Azerbaijan, December 7.", "Azerbaijan", "Trend", "2024-12-07",
        9, "Kazakhstan and ", " mentioned areas.",
        frozenset({"kz-parliament", "az-milli-mejlis", "turkpa"}),
    ),
    Document(
        "004_f06f2b1920db07c2.txt",
        "BAKU. KAZINFORM", None, "Kazinform", "2023-05-16",
        7, "Chairman of ", " to Astana.",
        frozenset(
            {"kz-majilis", "kz-senate", "az-milli-mejlis", "turkpa", "pabsec", "ipu", "arab-parliament"}
        ),
    ),
]  # fmt: skip

pytestmark = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.file)


def _article(document: Document) -> Article:
    """Parse a founding document, or skip where it is not at hand."""
    path = FOLDER / document.file
    if not path.exists():
        pytest.skip(f"the founding documents are not in {FOLDER}")
    name, (article,), *_ = parse(path.read_bytes(), 1_000_000)
    assert name == "wire"
    return article


def test_heading(document: Document) -> None:
    """Place, country, agency and date are read, and no title or writer is made up."""
    article = _article(document)
    assert article.dateline == document.dateline
    assert article.place == "BAKU"
    assert article.country == document.country
    assert article.agency == document.agency
    assert article.published == document.published
    assert article.published_precision == Precision.DAY
    assert article.title == ""
    assert article.byline is None


def test_story(document: Document) -> None:
    """The story is there from its first word to its last, in its paragraphs."""
    article = _article(document)
    assert article.body.startswith(document.starts)
    assert article.body.endswith(document.ends)
    assert len(article.body.split("\n\n")) == document.paragraphs


def test_headline(document: Document) -> None:
    """The first sentence, shortened at a word's end, is the headline shown."""
    article = _article(document)
    begun = article.headline.removesuffix("…")
    assert begun != article.headline
    assert article.body.startswith(f"{begun} ")


def test_text_is_whole(document: Document) -> None:
    """Nothing but the leader, the dateline and the dash behind it is taken from the text."""
    article = _article(document)
    text = (FOLDER / document.file).read_text("utf-8")
    heading, _, _ = text.partition(document.starts)
    assert heading.split(maxsplit=2)[2].rstrip(" –") == document.dateline
    assert text[len(heading) :].rstrip() == article.body


def test_parliaments(document: Document) -> None:
    """Every legislature that the story names is found by the shipped gazetteer."""
    matcher = shipped_matcher()
    mentions, _ = matcher.match(_article(document), "wires")
    assert {each.entry for each in mentions if each.zone == "body"} == document.parliaments
