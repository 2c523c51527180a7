"""Events as they are logged: names and fields that no value breaks out of."""

import json
import shlex
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import START
from wirewatch.event import Event, escaped
from wirewatch.states import FileReason


def test_an_event_is_a_name_with_fields() -> None:
    """Plain words stand as they are, what has spaces in quotes, and what is None not at all."""
    said = Event("stored", file=3, path="sport/a b.txt", reason=None, ms=1.23456, at=START)
    assert str(said) == 'stored file=3 path="sport/a b.txt" ms=1.235 at=2026-03-02T12:00:00.000Z'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (FileReason.TOO_LARGE, "too-large"),
        ((1, 2, 3), "1,2,3"),
        (["a b", "c"], '"a b,c"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ('say "no"', '"say \\"no\\""'),
        ("x\nERROR stored file=1", '"x\\nERROR stored file=1"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ("\x7f\x9b", '"\\u007f\\u009b"'),
        ("a\u202eb\u2028", '"a\\u202eb\\u2028"'),
        ("\udcff", '"\\udcff"'),
        ("Мәжіліс", '"Мәжіліс"'),
    ],
)
def test_values_are_written_so_that_they_stay_values(value: str, written: str) -> None:
    """Quotes, line ends, and what commands a terminal are escaped; letters of all scripts stay."""
    assert str(Event("e", key=value)) == f"e key={written}"


@given(st.text())
def test_no_text_breaks_out_of_its_field(text: str) -> None:
    """Whatever a text holds, the event is one printable line, from which the text can be read."""
    line = str(Event("e", key=text, then=1))
    assert line.isprintable()
    assert line.endswith(" then=1")
    written = line.removeprefix("e key=").removesuffix(" then=1")
    assert written == text or json.loads(written) == text


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_shell_reads_plain_fields(text: str) -> None:
    """A field that stands without quotes is one word to a shell as well."""
    written = str(Event("e", key=text)).removeprefix("e key=")
    if not written.startswith('"'):
        assert shlex.split(written) == [text]


@given(st.characters(categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp")))
def test_what_cannot_be_seen_is_written_by_its_number(char: str) -> None:
    """No control, format or separating character of Unicode is left as it is."""
    assert escaped(f"a{char}b").isascii()
    assert unicodedata.category(char) != "Ll"
