"""What fuzzing has found, made again by hand: each is read or refused by name."""

import unicodedata
import zipfile
from io import BytesIO

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import markup, parse
from wirewatch.formats.html.text import _paragraphs

LIMIT = 1_000_000


def test_bytes_that_are_raw_within_an_encoded_word_of_a_sender() -> None:
    """Half characters, as the email package keeps raw bytes, come into no name and no identity."""
    sender = b"From: =?utf-8?q?Ilze_\xff\xff_Lamp?= desk@lamp\xff<kmp.example>\n"
    mail = b"Return-Path: <a@lamp.example>\n" + sender + b"To: b@lamp.example\n\nThe room.\n"
    [article] = parse(mail, LIMIT).articles
    assert article.byline is not None
    article.byline.encode()
    article.guid.encode()


@pytest.mark.parametrize("tag", ["htĽ<Ľm", "x<y"])
def test_elements_whose_names_lxml_lets_nobody_set(tag: str) -> None:
    """An element that libxml2 reads under an impossible name is text like others."""
    page = markup.page(f"<div><{tag}>The Majilis met.</{tag}><head>Vote</head></div>")
    assert any("<" in str(one.tag) for one in page.iter())
    assert "The Majilis met." in _paragraphs(page)


def test_a_file_without_a_name_in_a_zip() -> None:
    """A member whose name is empty, at which zipfile falls over, is refused or read."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", "ASTANA, March 2. The Majilis met, Kazinform reports.")
    data = out.getvalue()
    start = data.index(b"PK\x01\x02")
    nameless = bytearray(data)
    nameless[start + 28 : start + 30] = b"\0\0"  # the length of the name, in the directory
    del nameless[start + 46]
    nameless[-10:-6] = (len(nameless) - 22 - start).to_bytes(4, "little")
    try:
        assert parse(bytes(nameless), LIMIT).articles
    except Unreadable as refused:
        assert refused.reason == "malformed"  # noqa: PT017 - either is right


def test_marks_that_stood_apart_by_a_control_are_put_in_order() -> None:
    """Text stays NFC where a control character is taken out from between two marks."""
    text = "BAKU. KAZINFORM - The Knesset \u05d0\u05bf\x7f\u05bd met."
    [article] = parse(text.encode(), LIMIT).articles
    assert "\u05bd\u05bf" in article.body
    assert unicodedata.is_normalized("NFC", article.body)
