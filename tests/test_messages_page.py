"""docs/messages.md is true: values, functions, blocks, the example."""

import re
from dataclasses import replace

import pytest

from test_docs import page, rows, section
from test_render import MESSAGE
from wirewatch.notify.markup import MARKUPS
from wirewatch.notify.month import Chart
from wirewatch.notify.render import render
from wirewatch.notify.template import Source, Style, functions, shipped_sources
from wirewatch.notify.values import AlertValues, DigestValues
from wirewatch.states import MessageFormat

PAGE = page("messages.md")


def test_every_value_has_a_row() -> None:
    """The tables of values have those that templates are given, in their order, and no other."""
    named = [row[0].strip("`") for row in rows(section(PAGE, "Values")) if row[0] != "value"]
    assert named == [*AlertValues._fields, *DigestValues._fields]
    (chart,) = [row[1] for row in rows(section(PAGE, "Values")) if row[0] == "`chart`"]
    assert set(re.findall(r"`(\w+)`", chart)) == set(Chart._fields)


def test_every_function_has_a_row() -> None:
    """The table of functions has those that templates can call, and no other."""
    named = {re.match(r"`(\w+)", row[0])[1] for row in rows(section(PAGE, "Functions"))[1:]}  # type: ignore[index]
    assert named == {*functions(MARKUPS[MessageFormat.TEXT]), "say", "count"}


def test_every_block_is_named() -> None:
    """The blocks that the page names are those that shipped templates have."""
    text = section(PAGE, "Templates of one's own").replace("\n", " ")
    for source, kind in zip(shipped_sources(), ("alerts", "digests", "pages"), strict=True):
        said = re.search(rf"((?:`\w+`(?:, | and )?)+) for {kind}", text)
        assert said, kind
        blocks = re.findall(r"{% block (\w+)", source.text)
        assert re.findall(r"`(\w+)`", said[1]) == blocks, source.name


@pytest.mark.parametrize("form", MessageFormat)
def test_the_example_writes_what_it_says(form: MessageFormat) -> None:
    """The template of the page can be used as it stands, in every form."""
    [example] = re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)
    style = Style(template="desk", sources=(Source("desk.j2", "desk.j2", example),))
    words = render(MESSAGE, form, style)
    assert words.title == "HIGH: Two chambers sign"
    assert "Night desk, please call the editor for anything from Astana." in words.body
    assert MESSAGE.key in words.body
    assert "an unknown place" in render(replace(MESSAGE, place=None), form, style).body
