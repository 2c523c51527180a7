"""ninjs that is broken, or that is none: it is refused by name, and nothing else is raised."""

import json
from typing import Any

import pytest

from test_format_ninjs import FIRST, SECOND, SHARED, needs_shared, one
from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.states import FileReason

ANY: tuple[Any, ...] = (
    None, True, 7, -1.5, "", "x", [], [[]], [None], {}, {"a": []}, [{}],
)  # fmt: skip


def refused(data: bytes) -> Unreadable:
    """Give the reason for which bytes are refused."""
    with pytest.raises(Unreadable) as caught:
        parse(data, 10_000_000)
    return caught.value


def test_a_broken_line_is_named() -> None:
    """Where each line is an item, the broken one is named by its number."""
    rows = [json.dumps(item) for item in (FIRST, SECOND)]
    assert "(line 2, " in refused("\n".join(rows).encode()[:-1]).detail


@pytest.mark.parametrize(
    ("dateline", "body", "left"),
    [
        ("RIGA -", "RIGA - It rains.", "It rains."),
        ("RIGA", "RIGA – It rains.", "It rains."),
        ("RIGA", "RIGA\n\n– It rains.", "– It rains."),
        ("RIGA", "RIGANS sing.", "RIGANS sing."),
        ("RIGA", "RIGA sings.", "RIGA sings."),
    ],
)
def test_where_a_dateline_ends(dateline: str, body: str, left: str) -> None:
    """A dateline is taken from the body where a dash or the paragraph ends it, and only there."""
    bare = {"uri": "urn:r", "type": "text", "dateline": dateline, "body_text": body}
    assert (one(bare).dateline, one(bare).body) == ("RIGA", left)


@pytest.mark.parametrize(
    "data",
    [
        b'{"uri": "urn:a", "headline": "A", "body_text": "Br',
        b'{"uri": "urn:a", "headline": "A", "version": NaN}',
        b'{"uri": "urn:a", "headline": "A", "version": ' + b"9" * 100_000 + b"}",
        b'{"uri": "urn:a", "headline": "A", "body_text": "B", "version": ' + b"9" * 30 + b"}",
        b'{"uri": "urn:a", "headline": "A", "x": ' + b"[" * 100_000,
        b'{"uri": "urn:a", "headline": "A", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"uri": "urn:a", "headline": "A", "x": ' + b'{"x":' * 100_000,
    ],
    ids=["cut", "NaN", "long number", "huge version", "open", "deep", "deep objects"],
)
def test_malformed(data: bytes) -> None:
    """Broken JSON, numbers that are none and endless nesting are refused as malformed, at once."""
    assert refused(data).reason is FileReason.MALFORMED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\x00", FileReason.NUL_BYTES),
        ("\ud83d", FileReason.LONE_SURROGATES),
        ("\x02", FileReason.BINARY),
    ],
)
def test_what_no_text_holds(text: str, reason: FileReason) -> None:
    """Escapes bring nothing into an article that its file could not hold itself."""
    assert refused(json.dumps(FIRST | {"headline": text}).encode()).reason is reason
    assert refused(json.dumps(FIRST | {"body_xhtml": text}).encode()).reason is reason


def test_other_json_is_left_alone() -> None:
    """Objects that have an identity or a headline but nothing of ninjs are not claimed."""
    others: list[dict[str, Any]] = [{"headline": "Lamps"}, {"uri": "a"}, {"type": "text"}]
    for other in (*others, {"data": {"item": {}}}):
        assert refused(json.dumps(other).encode()).reason is FileReason.UNKNOWN_FORMAT


def test_wrong_types_everywhere() -> None:
    """Whatever type a field has, reading ends in articles, skipped items, or a refusal."""
    for name in FIRST | SECOND | {"associations": 1, "altids": 1, "datelinelocation": 1}:
        for value in ANY:
            for whole in (FIRST, SECOND):
                data = json.dumps(whole | {name: value}).encode()
                reading = parse(data, 100_000)
                for article in reading.articles:
                    assert article.version >= 1
                    assert article.urgency is None or 1 <= article.urgency <= 9


def test_numbers_beyond_reason() -> None:
    """A version that nothing could store is refused; any other number that is none is left out."""
    assert refused(json.dumps(FIRST | {"version": 1e300}).encode()).reason is FileReason.MALFORMED
    assert refused(json.dumps(FIRST | {"version": 2**63}).encode()).reason is FileReason.MALFORMED
    assert one(FIRST | {"version": 2**63 - 1}).version == 2**63 - 1
    for number in (1e300, 10**300, 0, 10, -1, 2.5):
        assert one(FIRST | {"urgency": number}).urgency is None
    assert one(FIRST | {"version": "0"}).version == 0


@needs_shared
def test_the_validation_files() -> None:
    """The files by which schemas are tried are read or refused, good and bad ones."""
    files = sorted((SHARED / "validation").rglob("*.json"))
    assert len(files) > 100
    refusals = set()
    for path in files:
        try:
            parse(path.read_bytes(), 1_000_000)
        except Unreadable as error:
            refusals.add(error.reason)
    assert refusals <= {FileReason.UNKNOWN_FORMAT, FileReason.MALFORMED}
