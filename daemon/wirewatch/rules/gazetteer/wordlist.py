"""Gazetteers as plain lists: a name a line, or a table with a heading, as spreadsheets write it."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from wirewatch.errors import Fault
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.text.fold import fold_term

_Rows = Iterator[tuple[int, dict[str, str]]]

_COLUMNS = ("name", "id", "country", "groups", "spellings", "acronyms")
_DELIMITERS = ",;\t"  # spreadsheets write a semicolon where the comma parts decimals
_COUNTRY = re.compile(r"[A-Z]{2}")
_NAMEABLE = re.compile(r'[^\s()",:@*]+')  # what can stand after the colon of `@list:part`
_BETWEEN = re.compile(r"[\x00-,./:-@\[-^`{-~]+")  # what an id has dashes for


def is_wordlist(path: Path) -> bool:
    """Tell by its ending whether a file is a plain list; all else is TOML."""
    return path.suffix.lower() in {".txt", ".csv"}


def read_wordlist(path: Path) -> tuple[str, list[tuple[int, Entry]], list[Fault]]:
    """Read a list: its name, which is the file's, its entries by line, and what is wrong with it.

    In `.txt` each line is a name; empty ones and those that begin with `#` are passed over. A
    `.csv` has a heading that names its columns: `name`, and as wanted `id`, `country`, `groups`,
    `spellings` and `acronyms`, the last three with `|` between one and the next. An entry without
    an id has its name as one, folded and with dashes.
    """
    name = _slug(fold_term(path.stem))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return name, [], [Fault(str(path), error.strerror or "cannot be read", "check the path")]
    except UnicodeDecodeError as error:
        fault = Fault(str(path), f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        return name, [], [fault]
    if not name:
        return name, [], [Fault(str(path), "the file's name makes no name", "rename the file")]
    faults: list[Fault] = []
    rows = _table(path, text, faults) if path.suffix.lower() == ".csv" else _lines(text)
    entries = list(_entries(path, rows, faults))
    if not entries and not faults:
        faults.append(Fault(str(path), "the list is empty", "write a name on each line"))
    return name, entries, faults


def _lines(text: str) -> _Rows:
    """Give each line that holds a name, with its number."""
    for number, line in enumerate(io.StringIO(text), start=1):
        name = line.strip()
        if name and not name.startswith("#"):
            yield number, {"name": name}


def _table(path: Path, text: str, faults: list[Fault]) -> _Rows:
    """Give each row of a table, with the number of its first line."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text), strict=True, delimiter=delimiter)
    begins = 1
    try:
        heading = [column.strip().lower() for column in next(rows, [])]
        while heading and not heading[-1]:
            heading.pop()
        problem = _wrong_heading(heading)
        if problem:
            faults.append(Fault(f"{path}: line 1", problem, f"columns: {', '.join(_COLUMNS)}"))
            return
        begins = rows.line_num + 1
        for row in rows:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells[len(heading) :]):
                problem = f"{len(cells)} cells, but the heading has {len(heading)} columns"
                remedy = f'put what holds a {delimiter!r} in quotes: "…"'
                faults.append(Fault(f"{path}: line {begins}", problem, remedy))
            elif any(cells):
                yield begins, dict(zip(heading, cells, strict=False))
            begins = rows.line_num + 1
    except csv.Error as error:
        remedy = 'close the quotes; a quotation mark within them is written twice: ""'
        faults.append(Fault(f"{path}: line {begins}", f"no CSV: {error}", remedy))


def _wrong_heading(heading: list[str]) -> str | None:
    """Say what is wrong with the names of the columns."""
    unknown = [column for column in heading if column not in _COLUMNS]
    doubled = [column for column in heading if heading.count(column) > 1]
    if unknown:
        return f"unknown column {unknown[0]!r}"
    if doubled:
        return f"the column {doubled[0]!r} is given twice"
    return None if "name" in heading else "there is no column `name`"


def _entries(path: Path, rows: _Rows, faults: list[Fault]) -> Iterator[tuple[int, Entry]]:
    """Make an entry of each row; what cannot be looked for or named is a fault."""
    taken: set[str] = set()
    for number, row in rows:
        name, country = row.get("name", ""), sys.intern(row.get("country", "")) or None
        acronyms = _parts(row.get("acronyms", ""))
        spellings = _parts(row.get("spellings", "")) or (() if acronyms else (name,))
        groups = _groups(row.get("groups", ""))
        folded = fold_term(name)
        given = row.get("id", "")
        wrong = _wrong(name, (*spellings, *acronyms), country, (*groups, given or "no"))
        if not wrong and given in taken:
            wrong = f"the id {given!r} is given twice", "rename one of them"
        if wrong:
            faults.append(Fault(f"{path}: line {number}", *wrong))
            continue
        made = given or _slug(folded) or f"line-{number}"
        while made in taken:
            made = f"{made}-{number}"
        taken.add(made)
        yield number, Entry(made, name, country, groups, spellings, acronyms)


def _wrong(
    name: str, words: tuple[str, ...], country: str | None, parts: tuple[str, ...]
) -> tuple[str, str] | None:
    """Say what is wrong with a row, and what to do."""
    if not name:
        return "a row without a name", "write one, or take the line away"
    for word in words:
        if not any(map(str.isalnum, fold_term(word))):
            return f"{word!r} holds no letter or digit", "take it away"
    if country and not _COUNTRY.fullmatch(country):
        return f"{country!r} is no country code", "write two capitals: KZ"
    for part in parts:
        if not _NAMEABLE.fullmatch(part):
            return f"{part!r} cannot be asked for", 'ids and groups hold no spaces and no ()",:@*'
    return None


def _parts(cell: str) -> tuple[str, ...]:
    """Split a cell at its bars."""
    return tuple(part.strip() for part in cell.split("|") if part.strip()) if cell else ()


@lru_cache(maxsize=1024)
def _groups(cell: str) -> frozenset[str]:
    """Give the groups of a cell; the rows of a long list share them."""
    return frozenset(map(str.lower, _parts(cell)))


def _slug(folded: str) -> str:
    """Write a folded name as an id: what are no letters are dashes."""
    return _BETWEEN.sub("-", folded).strip("-_")
