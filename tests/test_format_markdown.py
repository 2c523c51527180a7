"""Markdown: front matter in a strict part of YAML or in TOML, and bodies without marks."""

from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.markdown import FORMAT
from wirewatch.formats.markdown.marks import plain
from wirewatch.model import Article, Skipped
from wirewatch.states import Precision, SkipReason

LIMIT = 1_000_000
FRONT = """---
# the newsroom's pages
title: 'Estonia''s Riigikogu: a new carpet'
date: 2024-11-13 14:05:00 +0200
author: "By Leida \\u00d5un"
agency: Tallinn Wire  # ours
place: Tallinn
country: ee
language: en
url: https://example.org/a#b
guid: tag:example.org,2024:carpet
version: 3
urgency: 4
slug: carpet
signal: Update
embargo: 2024-11-14
note: check the colour
categories: [politics, "home, and floors"]
tags:
- carpets
- politics
empty:
---
"""
BODY = """
# Estonia's Riigikogu: a new carpet

![alt](carpet.jpg)

The **Riigikogu** has _a new_ [carpet](https://example.org/c_(1) "t")[^1].
"""
GOOD = (FRONT + BODY).encode()


def _only(text: str) -> Any:
    """Parse a file of one item."""
    (item,) = FORMAT.parse(Document(text.encode(), LIMIT))
    return item


def test_fields() -> None:
    """Every field of a good page is found, and nothing else."""
    reading = parse(GOOD, LIMIT)
    assert reading.format == "markdown"
    assert reading.articles == (
        Article(
            guid="tag:example.org,2024:carpet",
            title="Estonia's Riigikogu: a new carpet",
            headline="Estonia's Riigikogu: a new carpet",
            body="The Riigikogu has a new carpet.",
            version=3,
            published="2024-11-13T12:05:00Z",
            published_precision=Precision.MINUTE,
            place="Tallinn",
            country="EE",
            agency="Tallinn Wire",
            byline="Leida Õun",
            language="en",
            url="https://example.org/a#b",
            subjects=("politics", "home, and floors", "carpets"),
            urgency=4,
            slugline="carpet",
            signal="update",
            embargo="2024-11-14",
            note="check the colour",
        ),
    )


def test_toml() -> None:
    """TOML between plus signs is read as well; tables inside say nothing."""
    text = '+++\ntitle = "Carpet"\ndate = 2024-11-13T14:05:00+02:00\ntags = ["a", "b"]\n'
    article = parse(
        (text + "draft = true\n[params]\nx = 1\n+++\nIt is red.\n").encode(), LIMIT
    ).articles[0]
    assert (article.title, article.body) == ("Carpet", "It is red.")
    assert (article.published, article.subjects) == ("2024-11-13T12:05:00Z", ("a", "b"))
    assert article.status == "withheld"


def test_title_of_the_heading() -> None:
    """Without a title in front matter a leading heading is the title, in either form."""
    for heading in ("# A *red* carpet #", "A *red* carpet\n===="):
        article = _only(f"---\ndate: 2024-11-13\n---\n{heading}\n\nIt is red.\n")
        assert (article.title.rstrip(" #"), article.body) == ("A red carpet", "It is red.")
    assert article.guid.startswith("sha256:")


def test_plain_text_stays_with_the_wire() -> None:
    """Text without front matter is plain text, even where it has marks or begins with a ruler."""
    for text in (
        "# A heading\n\nA story of *some* words.",
        "---\nTALLINN, November 13. A story.",
        "---\nTallinn: a story of some words",
    ):
        assert parse(text.encode(), LIMIT).format == "wire"


def test_no_text() -> None:
    """A page with neither title nor text is passed over by name."""
    assert _only("---\nslug: carpet\n---\n![only](a.jpg)\n") == Skipped(
        "carpet", SkipReason.NO_TEXT
    )


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("**bold** and *thin* and ***both*** and ~~gone~~", ["bold and thin and both and gone"]),
        ("snake_case_name and 2 * 3 * 4", ["snake_case_name and 2 * 3 * 4"]),
        ("[text][ref] and [more](<u>)\n\n[ref]: https://example.org", ["text and more"]),
        ("[![img](a.png)](b) seen", ["seen"]),
        ("<https://example.org/a_b_c> <b>bold</b>", ["https://example.org/a_b_c bold"]),
        ("use `a*b*c` and \\*stars\\* &amp; dots&#8230;", ["use a*b*c and *stars* & dots…"]),
        ("## Head ##\ntext\nmore\n\n---\n\n> quoted\n> on", ["Head", "text more", "quoted on"]),
        ("- one\n- two\n1. three\n2. four", ["one", "two", "1. three", "2. four"]),
        ("It was in\n2024. The end.", ["It was in 2024. The end."]),
        ("```py\na = *b*\n```\nafter", ["a = *b*", "after"]),
        ("a <!-- not\n\nseen --> b", ["a b"]),
        ("\U000f0000 &#xF0001; `x`", ["\U000f0000 \U000f0001 x"]),
        ("a < b and c > d", ["a < b and c > d"]),
    ],
)
def test_marks(marked: str, shown: list[str]) -> None:
    """Marks are taken out, words stay; what only looks like a mark is text."""
    assert plain(marked) == shown


@pytest.mark.parametrize(
    "front",
    [
        "title: a\nnested:\n  key: value",
        "title: |\n  many\n  lines",
        "title: &anchor a",
        "title: !tag a",
        "title: {a: b}",
        "title: [a, [b]]",
        "title: [a, b",
        "title: a\ntitle: b",
        'title: "a" b',
        'title: "\\q"',
        "title: 'a",
        "title: a: b",
        "title: a\n  more of it",
        "title: a\n- b",
    ],
)
def test_malformed(front: str) -> None:
    """What is more than scalars, quoted strings and flat lists is refused, not half understood."""
    with pytest.raises(Unreadable, match="malformed"):
        parse(f"---\n{front}\n---\nIt is red.\n".encode(), LIMIT)


def test_malformed_toml_and_rulers() -> None:
    """Broken or endlessly deep TOML, and front matter without an end, are refused."""
    deep = "[" * 20_000
    for text in ("+++\ntitle = a\n+++\nx", f"+++\ntitle = {deep}\n+++\nx", "---\ntitle: a\nx"):
        with pytest.raises(Unreadable, match="malformed"):
            parse(text.encode(), LIMIT)


@pytest.mark.parametrize(
    "piece",
    ["*a ", "[", "[a](", "`", "``` ", "<a", "\\", "_*", "![", "&", "# " + " " * 9, "<!--", "~~~a"],
)
def test_time_is_linear(piece: str) -> None:
    """A mark repeated without end is read as quickly as any text."""
    assert plain(piece * 20_000) is not None


def test_others_are_left_alone() -> None:
    """Other files are not claimed: binary ones are refused before, by their text."""
    others = [b"---", b"--- a ---", b"{}", b"+++\nno\n+++\n", b"AN#1\nTI#2\n"]
    assert not any(FORMAT.recognises(Document(data, LIMIT)) for data in others)
