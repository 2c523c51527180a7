"""Moments in the ways in which agencies write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.formats.moments import moment, when
from wirewatch.states import Precision


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-03-05T10:15:00+02:00", "2024-03-05T08:15:00Z"),
        ("2024-03-05T10:15:00Z", "2024-03-05T10:15:00Z"),
        ("2024-03-05T10:15:00.250Z", "2024-03-05T10:15:00Z"),
        ("2024-03-05 10:15", "2024-03-05T10:15:00"),
        ("20240305T101500Z", "2024-03-05T10:15:00Z"),
        ("20240305T101500+0300", "2024-03-05T07:15:00Z"),
        ("20240305T1015", "2024-03-05T10:15:00"),
        ("Tue, 05 Mar 2024 10:15:00 +0200", "2024-03-05T08:15:00Z"),
        ("Tue, 05 Mar 2024 10:15:00 GMT", "2024-03-05T10:15:00Z"),
        ("  2024-03-05T10:15:00Z ", "2024-03-05T10:15:00Z"),
    ],
)
def test_moments_are_read(text: str, read: str) -> None:
    """With a zone a moment is in UTC, without one as it was written."""
    assert when(text) == (read, Precision.MINUTE)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-03-05", ("2024-03-05", Precision.DAY)),
        ("20240305", ("2024-03-05", Precision.DAY)),
        ("2024-03", ("2024-03", Precision.MONTH)),
        ("2024", ("2024", Precision.YEAR)),
    ],
)
def test_days_keep_their_precision(text: str, read: tuple[str, Precision]) -> None:
    """A day, a month or a year is no more than that."""
    assert when(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "soon",
        "2024-13-05",
        "2024-02-30",
        "20241305",
        "99",
        "0000",
        "2024-13",
        "٢٠٢٤",
        "Mon, 1 Jan 2020 00:00:00 +" + "9" * 30,
    ],
)
def test_what_is_none_is_none(text: str | None) -> None:
    """Nothing is guessed from what is no moment; the next text is tried."""
    assert when(text) == (None, None)
    assert moment(text) is None
    assert when(text, "2024-03-05") == ("2024-03-05", Precision.DAY)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    """Whatever stands there, it is a moment or none."""
    when(text)
