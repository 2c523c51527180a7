"""A month of alerts as a picture: the door to Pillow, which comes with an extra."""

from importlib import import_module
from io import BytesIO
from typing import Any

from wirewatch.notify.month import Chart

EXTRA = "pictures"
"""The extra that has it (`pip install 'wirewatch[pictures]'`)."""

_SCALE = 2  # pictures are twice as fine as they are shown, for fine screens
_WIDTH, _LEFT, _RIGHT, _TOP, _FOOT = 640, 44, 620, 30, 24
_INK, _LINE, _PAPER = "#333333", "#dddddd", "#ffffff"
_LETTER = 12
_LAST_LETTER = "ÿ"


def picture(chart: Chart) -> bytes:
    """Draw a month as PNG; nothing where Pillow is not installed.

    Its font has Latin letters only, so that in other scripts no words stand in it; they are beside
    it in any case.
    """
    image, draw, font = _library("PIL.Image"), _library("PIL.ImageDraw"), _library("PIL.ImageFont")
    if not (image and draw and font):
        return b""
    size = (_WIDTH * _SCALE, (_TOP + chart.height + _FOOT) * _SCALE)
    paper = image.new("RGB", size, _PAPER)
    _draw(draw.Draw(paper), chart, font.load_default(_LETTER * _SCALE))
    written = BytesIO()
    paper.quantize(32).save(written, "PNG", optimize=True)
    return written.getvalue()


def _library(name: str) -> Any:  # noqa: ANN401 - a module
    """Give a module of the extra; None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def _draw(pen: Any, chart: Chart, font: Any) -> None:  # noqa: ANN401 - Pillow's
    """Draw what is counted, lines with their counts, and bars with their days."""
    if all(letter <= _LAST_LETTER for letter in chart.label):
        pen.text((0, 0), str(chart.label), fill=_INK, font=font)
    foot = _TOP + chart.height
    for count in chart.lines:
        y = foot - round(count * chart.height / chart.lines[-1])
        pen.rectangle(_box(_LEFT, y, _RIGHT, y), fill=_INK if count == 0 else _LINE)
        at = ((_LEFT - 8) * _SCALE, y * _SCALE)
        pen.text(at, str(count), fill=_INK, font=font, anchor="rm")
    wide = (_RIGHT - _LEFT) / len(chart.bars)
    for number, bar in enumerate(chart.bars):
        left = round(_LEFT + number * wide + wide * 0.12)
        right = round(_LEFT + (number + 1) * wide - wide * 0.12)
        y = foot
        for stack in bar.stacks:
            if stack.height:
                pen.rectangle(_box(left, y - stack.height, right, y), fill=str(stack.colour))
            y -= stack.height
        if bar.label:
            at = ((left + right) * _SCALE // 2, (foot + 6) * _SCALE)
            pen.text(at, str(bar.label), fill=_INK, font=font, anchor="mt")


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    """Give a rectangle in the picture's pixels, at least one high."""
    return (left * _SCALE, top * _SCALE, right * _SCALE - 1, max(top * _SCALE, bottom * _SCALE - 1))
