"""Rows as they are wanted: a table for people, tab-separated in pipes, CSV, JSON, JSON lines."""

import csv
import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any

import typer

from wirewatch.cli.paper import paper, printable
from wirewatch.cli.terminal import data
from wirewatch.text.spreadsheet import cell
from wirewatch.text.visible import visible_json

_SHOWN = 1_000  # rows of a table: it is laid out as a whole


class Form(StrEnum):
    """How rows are printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


AsForm = Annotated[Form, typer.Option("--format", "-f", help="How to print what is found.")]


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Form) -> int:
    """Print rows as they come; give how many there were."""
    printed = {
        Form.TEXT: _print_text,
        Form.CSV: _print_csv,
        Form.JSON: _print_json,
        Form.JSONL: _print_lines,
    }
    return printed[form](columns, rows)


def _print_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print a table on a terminal, else tab-separated lines without a heading's frame."""
    from rich.table import Table

    console = paper()
    coming, count = iter(rows), 0
    if console.is_terminal:
        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in islice(coming, _SHOWN):
            table.add_row(*map(_cell, row))
            count += 1
        console.print(table)
    else:
        print("\t".join(columns))
    for row in coming:
        print("\t".join(map(_cell, row)))
        count += 1
    return count


def _cell(value: object) -> str:
    """Give a value on one line."""
    return "" if value is None else printable(str(value))


def _print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print CSV, with the line ends of other commands."""
    writer = csv.writer(data(), lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - counted
        writer.writerow([cell(value) for value in row])
    return count


def _print_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print one array of objects."""
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    print(visible_json(json.dumps(found, ensure_ascii=False, indent=2, default=repr)))
    return len(found)


def _print_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print an object a line."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - counted
        found = dict(zip(columns, row, strict=True))
        print(visible_json(json.dumps(found, ensure_ascii=False, default=repr)))
    return count
