"""The log: one line an event, for people or as JSON, with priorities for the journal."""

import io
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wirewatch.event import Event
from wirewatch.log import Lines, LogFormat, leads_to_journal, set_up

TEXT, AS_JSON = LogFormat.TEXT, LogFormat.JSON


def record(said: object, level: int = logging.INFO, *, failed: bool = False) -> logging.LogRecord:
    """Make a record; one of something that failed has a traceback."""
    info = None
    if failed:
        try:
            int("no\nsuch thing at https://user:pass@example.org/x")
        except ValueError:
            info = sys.exc_info()
    made = logging.LogRecord("wirewatch.files", level, "x.py", 1, said, None, info)
    made.created, made.msecs = 1_772_452_800.0, 7.9
    return made


def test_people_read_a_line_with_keys_and_values() -> None:
    """A line says when, how bad, in which part, and what."""
    line = Lines(TEXT).format(record(Event("stored", file=1, path="a b")))
    assert line == '2026-03-02T12:00:00.007Z INFO files stored file=1 path="a b"'


def test_programs_read_json() -> None:
    """With JSON each line is an object with the same fields, numbers as numbers."""
    line = Lines(AS_JSON).format(record(Event("stored", file=1, article=(1, 2)), logging.WARNING))
    assert json.loads(line) == {
        "time": "2026-03-02T12:00:00.007Z",
        "level": "warning",
        "logger": "files",
        "event": "stored",
        "file": 1,
        "article": [1, 2],
    }


def test_no_field_takes_the_place_of_what_all_lines_have() -> None:
    """A field that is called as the time, the level or the event are does not hide them."""
    line = Lines(AS_JSON).format(record(Event("stored", level="none", event="other", file=1)))
    read = json.loads(line)
    assert (read["level"], read["event"], read["file"]) == ("info", "stored", 1)


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.DEBUG, 7),
        (logging.INFO, 6),
        (logging.WARNING, 4),
        (logging.ERROR, 3),
        (logging.CRITICAL, 2),
    ],
)
@pytest.mark.parametrize("form", LogFormat)
def test_the_journal_hears_how_bad_it_is(level: int, priority: int, form: LogFormat) -> None:
    """For the journal a line begins with its priority (sd-daemon(3)), and leaves the time to it."""
    line = Lines(form, journald=True).format(record(Event("stored"), level))
    assert line.startswith(f"<{priority}>")
    assert "2026" not in line


@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize(
    "said", [Event("e", v="a\r\nb\x1b[2J\u2028c"), "a\r\nb\x1b[2J\u2028c", "plain %"]
)
@pytest.mark.parametrize("failed", [True, False])
def test_an_event_is_one_line(form: LogFormat, said: object, *, failed: bool) -> None:
    """No line end, escape or separator gets through: not from events, others, or tracebacks."""
    line = Lines(form).format(record(said, failed=failed))
    assert line.isprintable()
    assert ("ValueError" in line) == failed


@pytest.mark.parametrize("form", LogFormat)
def test_libraries_log_no_credentials_of_urls(form: LogFormat) -> None:
    """What a library says of a URL, or an exception, is said without its user and password."""
    line = Lines(form).format(record("retrying mailto://me:secret@example.org", failed=True))
    assert "secret" not in line
    assert "user:pass" not in line
    assert "mailto://***@example.org" in line


def test_the_journal_is_known_by_device_and_inode(tmp_path: Path) -> None:
    """Priorities are written only where standard error is the journal's own stream."""
    with (tmp_path / "stream").open("w") as stream, (tmp_path / "other").open("w") as other:
        status = os.fstat(stream.fileno())
        said = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        assert leads_to_journal(stream, said)
        assert not leads_to_journal(other, said)
        assert not leads_to_journal(stream, {})
    assert not leads_to_journal(io.StringIO(), said)


@contextmanager
def fresh_logging() -> Iterator[None]:
    """Begin as a process does, without handlers; put logging back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    names = ("watchdog", "urllib3", "requests", "charset_normalizer", "apscheduler")
    levels = {name: logging.getLogger(name).level for name in names}
    root.handlers.clear()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)


def test_libraries_only_warn() -> None:
    """Of libraries warnings are logged, of the scheduler nothing: what fails there, we report."""
    stream = io.StringIO()
    with fresh_logging():
        set_up(stream, logging.DEBUG, TEXT)
        logging.getLogger("wirewatch.x").debug(Event("detail"))
        logging.getLogger("urllib3.connectionpool").info("connecting")
        logging.getLogger("urllib3.connectionpool").warning("retrying")
        logging.getLogger("apscheduler.executors.default").error("raised an exception")
    assert re.sub(r"\S+Z ", "", stream.getvalue()) == (
        "DEBUG x detail\nWARNING urllib3.connectionpool message=retrying\n"
    )
