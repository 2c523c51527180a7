"""Gazetteers as plain lists: a name a line, or a table with a heading, as spreadsheets write it."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from wirewatch.errors import Fault
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.text.fold import fold_term

SUFFIXES = {".txt", ".csv"}
"""What a file's name ends in when it is a plain list; all else is TOML."""

_COLUMNS = ("name", "id", "country", "groups", "spellings", "acronyms")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_wordlist(path: Path) -> tuple[str, list[Entry], list[Fault]]:
    """Read a list: its name, which is the file's, its entries, and what is wrong with it.

    In `.txt` each line is a name; empty ones and those that begin with `#` are passed over. A
    `.csv` has a heading that names its columns: `name`, and as wanted `id`, `country`, `groups`,
    `spellings` and `acronyms`, the last three with `|` between one and the next.
    """
    name = _slug(path.stem)
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
    rows = _table(path, text, faults) if path.suffix == ".csv" else _lines(text)
    entries = list(_entries(path, rows, faults))
    if not entries and not faults:
        faults.append(Fault(str(path), "the list is empty", "write a name on each line"))
    return name, entries, faults


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each line that holds a name, with its number."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, {"name": line.strip()}


def _table(path: Path, text: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row of a table, with its line's number."""
    rows = csv.reader(text.splitlines(), strict=False)
    heading = [column.strip().lower() for column in next(rows, [])]
    unknown = [column for column in heading if column not in _COLUMNS]
    if "name" not in heading or unknown:
        problem = f"unknown column {unknown[0]!r}" if unknown else "there is no column `name`"
        faults.append(Fault(f"{path}: line 1", problem, f"columns: {', '.join(_COLUMNS)}"))
        return
    for row in rows:
        if any(cell.strip() for cell in row):
            yield rows.line_num, dict(zip(heading, (cell.strip() for cell in row), strict=False))


def _entries(
    path: Path, rows: Iterator[tuple[int, dict[str, str]]], faults: list[Fault]
) -> Iterator[Entry]:
    """Make an entry of each row; names without a letter, and doubled ids, are faults."""
    taken: set[str] = set()
    for number, row in rows:
        place = f"{path}: line {number}"
        name, country = row.get("name", ""), row.get("country") or None
        spellings, acronyms = _parts(row, "spellings"), _parts(row, "acronyms")
        words = (*(spellings or (() if acronyms else (name,))), *acronyms)
        if not name or not all(any(map(str.isalnum, fold_term(word))) for word in words):
            faults.append(Fault(place, "a name without a letter or digit", "take the line away"))
            continue
        if country and not _COUNTRY.fullmatch(country):
            faults.append(Fault(place, f"{country!r} is no country code", "write two capitals"))
            continue
        given = row.get("id") or _slug(name) or f"line-{number}"
        if given in taken:
            if row.get("id"):
                faults.append(Fault(place, f"the id {given!r} is given twice", "rename one"))
                continue
            given = f"{given}-{number}"
        taken.add(given)
        groups = frozenset(map(str.lower, _parts(row, "groups")))
        yield Entry(given, name, country, groups, words[: len(words) - len(acronyms)], acronyms)


def _parts(row: dict[str, str], column: str) -> tuple[str, ...]:
    """Split a cell at its bars."""
    return tuple(part.strip() for part in row.get(column, "").split("|") if part.strip())


def _slug(name: str) -> str:
    """Write a name as an id: folded, with dashes, in ASCII where that is left."""
    plain = unicodedata.normalize("NFKD", fold_term(name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
