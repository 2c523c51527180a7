"""What is stored, as Parquet: columns with types, for programs that read millions of rows at once.

The rows of the other exports are put into a file of JSON lines beside the new one, from which
DuckDB writes columns in little memory. Nobody sees a file that is not whole.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
from sqlite_utils import Database

from wirewatch.errors import StoreError
from wirewatch.store.export import Exported, Form, Wanted, exported

_MEMORY = "256MB"
_ROWS_AT_ONCE = 8_192  # of a row group: two kilobytes a text make some tens of megabytes
_LEAST_LINE = 2**24  # bytes, as DuckDB has it where nothing is said
_TEXT, _NUMBER, _MOMENT = "VARCHAR", "BIGINT", "TIMESTAMPTZ"
_FLAG, _LIST, _NAMES = "BOOLEAN", "VARCHAR[]", "names"

_KINDS: Mapping[Exported, Mapping[str, str]] = {
    Exported.ARTICLES: {
        "id": _NUMBER, "received": _MOMENT, "source": _TEXT, "agency": _TEXT, "guid": _TEXT,
        "version": _NUMBER, "status": _TEXT, "signal": _TEXT, "current": _FLAG, "story": _NUMBER,
        "published": _TEXT, "place": _TEXT, "country": _TEXT, "language": _TEXT, "byline": _TEXT,
        "headline": _TEXT, "title": _TEXT, "dateline": _TEXT, "body": _TEXT, "subjects": _LIST,
        "urgency": _NUMBER, "url": _TEXT, "path": _TEXT, "sha256": _TEXT, "rules": _NAMES,
    },
    Exported.MATCHES: {
        "id": _NUMBER, "article_id": _NUMBER, "received": _MOMENT, "source": _TEXT,
        "headline": _TEXT, "rule": _TEXT, "rule_hash": _TEXT, "spans": _TEXT, "unmet": _TEXT,
        "echoes": _NUMBER,
    },
    Exported.ALERTS: {
        "id": _NUMBER, "alert_id": _NUMBER, "created": _MOMENT, "article_id": _NUMBER,
        "source": _TEXT, "headline": _TEXT, "rule": _TEXT, "rule_title": _TEXT, "severity": _TEXT,
        "channel": _TEXT, "state": _TEXT, "reason": _TEXT, "attempts": _NUMBER, "due": _MOMENT,
        "finished": _MOMENT, "key": _TEXT, "acknowledged": _MOMENT, "acknowledged_by": _TEXT,
    },
}  # fmt: skip
"""The columns, in order, with what each holds."""

_READ = {_FLAG: _NUMBER, _LIST: _TEXT, _NAMES: _TEXT, _MOMENT: _TEXT}
"""What JSON lines have in the place of what they have no type for."""
_MADE = {
    _FLAG: "{0} = 1",
    _LIST: "from_json({0}, '[\"VARCHAR\"]')",
    _NAMES: "coalesce(string_split({0}, ','), [])",
    _MOMENT: "CAST({0} AS TIMESTAMPTZ)",
}


def write_parquet(db: Database, what: Exported, wanted: Wanted, out: Path) -> None:
    """Write the rows to a new file, in order: moments in UTC, lists as lists.

    There must be room beside it for the rows as JSON lines. Raises FileExistsError for a file that
    is there, StoreError where it cannot be written.
    """
    if out.exists():
        raise FileExistsError(out)
    with _room_beside(out) as folder:
        rows, made = folder / "rows.jsonl", folder / "made.parquet"
        longest = _put(rows, exported(db, what, Form.JSONL, wanted))
        try:
            with duckdb.connect(config=_config(folder)) as columns:
                columns.execute(_copying(_KINDS[what], rows, made, longest))
        except duckdb.Error as error:
            raise StoreError(f"{out} was not written: {error}") from error
        made.chmod(0o640)
        _sync(made)
        made.rename(out)


@contextmanager
def _room_beside(out: Path) -> Iterator[Path]:
    """Make a folder beside a file, for nobody else, and leave nothing of it."""
    folder = out.with_name(f".{out.name}-{os.getpid()}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()


def _config(folder: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Say what DuckDB may take, and that it fetches nothing."""
    return {
        "memory_limit": _MEMORY,
        "threads": 1,
        "temp_directory": str(folder),
        "autoinstall_known_extensions": False,
    }


def _put(path: Path, lines: Iterable[str]) -> int:
    """Write lines to a file; give the bytes of the longest."""
    longest = 0
    with path.open("xb") as file:
        for line in lines:
            data = line.encode()
            longest = max(longest, len(data))
            file.write(data)
    return longest


def _copying(kinds: Mapping[str, str], rows: Path, made: Path, longest: int) -> str:
    """Give the statement that makes columns of lines."""
    columns = ", ".join(
        f"{_MADE.get(kind, '{0}').format(_quoted(name))} AS {_quoted(name)}"
        for name, kind in kinds.items()
    )
    read = ", ".join(f"{_quoted(name)}: '{_READ.get(kind, kind)}'" for name, kind in kinds.items())
    return (
        f"COPY (SELECT {columns} FROM read_json({_said(rows)}, format = 'newline_delimited',"  # noqa: S608 - our own words
        f" columns = {{{read}}}, maximum_object_size = {max(_LEAST_LINE, longest + 1)}))"
        f" TO {_said(made)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE})"
    )


def _quoted(name: str) -> str:
    """Write a column's name."""
    return f'"{name}"'


def _said(path: Path) -> str:
    """Write a path as SQL has it."""
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    """Have a file on the disk before it has its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
