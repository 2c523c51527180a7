"""A month of alerts as bars: how high, in what colour, and what stands at the axes. Pure."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from wirewatch.model import Day
from wirewatch.notify.markup import Own
from wirewatch.states import Severity

COLOURS = {
    Severity.LOW: "#a8b8c8",
    Severity.NORMAL: "#4a7fb5",
    Severity.HIGH: "#e69f00",
    Severity.CRITICAL: "#b02a1f",
}
"""Told apart by people who do not see red and green, and in grey."""

_LEGEND = tuple((Own(severity), Own(colour)) for severity, colour in COLOURS.items())
_STEPS = (1, 2, 5)
_LINES = 5
_EACH_WEEK = 7


class Stack(NamedTuple):
    """One severity's share of a bar, in pixels."""

    severity: Own
    colour: Own
    number: int
    height: int


class Bar(NamedTuple):
    """One day; `label` is empty where there is no room for one."""

    day: Own
    label: Own
    total: int
    stacks: tuple[Stack, ...]


class Chart(NamedTuple):
    """A month as bars of at most `height` pixels; `lines` are the counts that have a line.

    `label` says what is counted; `picture` is where it is drawn, empty where the page draws it.
    """

    bars: tuple[Bar, ...]
    lines: tuple[int, ...]
    height: int
    first: Own
    last: Own
    total: int
    label: Own = Own()
    picture: Own = Own()
    colours: tuple[tuple[Own, Own], ...] = _LEGEND


def chart_of(month: Sequence[Day], height: int) -> Chart | None:
    """Give the bars of a month, the loudest lowest; None where there is none."""
    if not month:
        return None
    lines = _lines(max(sum(day.counts) for day in month))
    bars = []
    for number, day in enumerate(reversed(month)):
        label = f"{day.day:%m-%d}" if number % _EACH_WEEK == 0 else ""
        stacks = _stacks(day.counts, height / lines[-1])
        bars.append(Bar(Own(day.day), Own(label), sum(day.counts), stacks))
    total = sum(bar.total for bar in bars)
    first, last = Own(month[0].day), Own(month[-1].day)
    return Chart(tuple(bars[::-1]), lines, height, first, last, total)


def _stacks(counts: Iterable[int], scale: float) -> tuple[Stack, ...]:
    """Give the shares of one bar from its foot, the loudest first."""
    loudest = list(zip(Severity, counts, strict=True))[::-1]
    tops = [round(top * scale) for top in accumulate((count for _, count in loudest), initial=0)]
    return tuple(
        Stack(Own(severity), Own(COLOURS[severity]), count, tops[place + 1] - tops[place])
        for place, (severity, count) in enumerate(loudest)
        if count
    )


def _lines(most: int) -> tuple[int, ...]:
    """Give the counts at which lines are drawn: few, round, the last at or above the most."""
    unit = 1
    while True:
        for step in _STEPS:
            if step * unit * _LINES >= most:
                last = -(-max(most, 1) // (step * unit))
                return tuple(step * unit * number for number in range(last + 1))
        unit *= 10
