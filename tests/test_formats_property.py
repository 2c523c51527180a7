"""What holds for any text and any bytes: folding leads back, and parsing refuses or is clean."""

import codecs
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.model import Article
from wirewatch.states import Precision
from wirewatch.text.fold import fold, fold_term
from wirewatch.text.sentences import sentences

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
ODD = "ßẞıİΣςΐΰﬁǰ\u0301\u0308\u0327\u200d\u200c\xadـ’«–…ёйїがｶﾞ①㎏ﷺ𝔖👩🏽\xa0\u2009\n Aa"
STORIES = [path.read_bytes() for path in SEEDS]
EACH = {
    path.name: path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "seeds").glob("[2-4]*"))
    if not path.name.endswith(".expected.json")
}
SPLICED = [
    b"<", b">", b"<!--", b"]]>", b"&#x0;", b"&amp", b'"', b"\\u0000", b"\\ud800", b"{", b"[", b"}", b"\n\n",
    b"\x00", b"\xff\xfe", b"\x1b", b"0" * 30, b"9999-99-99T99:99:99Z", b"=?utf-8?b?//8=?=", b"--", b":",
]  # fmt: skip
PIECES = [
    b"\n", b"\n\n", b"\r", b" date 2022-06 ", b" date 0000-00-00 ", b"BAKU. KAZINFORM \xe2\x80\x93 ",
    b"4 July 2022, 12:16 (UTC+04:00)\n", b"31.12.9999 23:59 UTC-1", b"1.1.0001 0:00 (UTC+99)",
    b"By Aida ", b"USD 503.21 ", b"+12\xc2\xb0C\n", b", Trend reports.", b"Go to the main site\n",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xcc\x81", b"\xef\xbb\xbf",
    b"\xd9\xa1\xd9\xa2", b"\x00", b"\x1b", b"\x0b", b"\x0c", b"\xff", b"\xed\xa0\x80", b"/", b"(",
]  # fmt: skip
PUBLISHED = {
    None: re.compile(r"None"),
    Precision.YEAR: re.compile(r"\d{4}", re.ASCII),
    Precision.MONTH: re.compile(r"\d{4}-\d\d", re.ASCII),
    Precision.DAY: re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    Precision.MINUTE: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:00Z)?", re.ASCII),
}

any_char = st.characters(exclude_categories=["Cs"])
texts = st.text(any_char | st.sampled_from(ODD), max_size=40).map(
    lambda text: unicodedata.normalize("NFC", text)
)
relaxed = settings(max_examples=200, deadline=None)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Give a story of the seeds cut short, with bytes flipped, left out or put in."""
    data = bytearray(draw(st.sampled_from(STORIES)))
    del data[draw(st.integers(0, len(data)) | st.just(len(data))) :]
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, min(len(data), draw(st.sampled_from([40, 400, 4000])))))
        taken = draw(st.sampled_from([0, 0, 0, 1, 20]))
        data[place : place + taken] = draw(st.sampled_from(PIECES) | st.binary(max_size=3))
    return bytes(data)


def _outcome(data: bytes) -> list[Article] | None:
    """Parse; None when the bytes are refused."""
    try:
        return list(parse(data, 1_000_000).articles)
    except Unreadable:
        return None


@relaxed
@given(texts)
@example("Μαΐου")
@example("aΣς ΐ İ")
def test_fold_once(text: str) -> None:
    """Folding what is folded changes nothing, of texts and of terms."""
    folded = fold(text).text
    assert fold(folded).text == folded
    assert fold_term(fold_term(text)) == fold_term(text)


@relaxed
@given(texts, st.data())
def test_fold_leads_back(text: str, data: st.DataObject) -> None:
    """Any stretch of the folded text leads to a stretch of the original that folds to it."""
    names = {
        unicodedata.name(char, "").split(" ")[0] for char in unicodedata.normalize("NFKC", text)
    }
    assume(not names >= {"LATIN", "CYRILLIC"})  # a word of both is folded as a whole
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.original(start, end)
    assert 0 <= first < last <= len(text)
    stretch = fold(text[first:last]).text
    assert folded.text[start:end] in stretch
    whole = fold(text[:first]).text
    assert folded.text[len(whole) : len(whole) + len(stretch)] == stretch
    assert folded.original(len(whole), len(whole) + len(stretch)) == (first, last)


@relaxed
@given(texts, texts)
def test_fold_is_by_word(before: str, after: str) -> None:
    """A word folds the same wherever it stands, so that a rule's term is found in any text."""
    assert fold(f"{before} {after}").text == f"{fold(before).text} {fold(after).text}"


@relaxed
@given(texts)
def test_sentences_cover_the_text(text: str) -> None:
    """Sentences lie one behind the other, trimmed, and leave out nothing but white space."""
    reached = 0
    for start, end in sentences(text):
        assert start < end
        assert text[start:end] == text[start:end].strip()
        assert not text[reached:start].strip()
        reached = end
    assert not text[reached:].strip()


@relaxed
@given(st.binary(max_size=400) | st.binary(max_size=40).map(lambda data: data * 9))
@example(b"")
@example(b"A\n1.1.2022 10:00 UTC+99\nB")
@example(b"A\n31.12.9999 23:59 UTC-1\nB")
def test_any_bytes(data: bytes) -> None:
    """Whatever a file holds, it is read or refused by name; nothing else is raised."""
    _outcome(data)


@relaxed
@given(damaged())
@example(b"\x1b")
@example(b"\x1b\n d")
@example(b" date 0000-00-00 BAKU. KAZINFORM - A.")
@example(b"Title\n4 July 0022, 12:16\nBAKU. KAZINFORM - A.")
def test_damaged_stories(data: bytes) -> None:
    """What is read of a damaged story is clean: composed, trimmed, without NUL, dated or not."""
    for article in _outcome(data) or []:
        texts = [article.title, article.headline, article.dateline, article.body]
        texts += filter(None, (article.place, article.country, article.agency, article.byline))
        for text in texts:
            assert unicodedata.is_normalized("NFC", text)
            assert "\x00" not in text
            assert text == text.strip()
            text.encode()
        assert article.headline
        for paragraph in article.body.split("\n\n") if article.body else []:
            assert paragraph
            assert paragraph == " ".join(paragraph.split())
        assert PUBLISHED[article.published_precision].fullmatch(str(article.published))


@pytest.mark.parametrize("seed", EACH)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_damage(seed: str, data: st.DataObject) -> None:
    """Whatever is cut out of a seed of any format or put into it, it is read or refused by name."""
    damaged = bytearray(EACH[seed])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(damaged)))
        taken = data.draw(st.sampled_from([0, 1, 5, 60]))
        damaged[place : place + taken] = data.draw(st.sampled_from(SPLICED) | st.binary(max_size=4))
    _outcome(bytes(damaged))


MARKED = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", MARKED)
@relaxed
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff")))
@example(text="The keepers\x92 lamps")
@example(text="The keepers\x7f lamps")
def test_mark_changes_nothing(encoding: str, text: str) -> None:
    """The same text is read the same, or refused the same, in any Unicode encoding."""
    assert _outcome(MARKED[encoding] + text.encode(encoding)) == _outcome(text.encode())


@relaxed
@given(st.sampled_from(STORIES), st.integers(1, 2000))
def test_line_limit(story: bytes, limit: int) -> None:
    """A story is refused for its lines when one is over the limit, and only then."""
    lines = Document(story, 1_000_000).text.split("\n")
    if max(map(len, lines)) <= limit:
        assert parse(story, limit) == parse(story, 1_000_000)
    else:
        with pytest.raises(Unreadable, match="line-too-long"):
            parse(story, limit)
