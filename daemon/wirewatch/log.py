"""The daemon's log: one line an event, for people or as JSON, with journald's priorities.

Every line is one line: what is not printable in it is written by its number, a traceback too.
"""

import json
import logging
import os
import re
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TextIO

from wirewatch.event import Event, escaped, pairs

_PRIORITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (logging.NOTSET, 7),
)
"""By the least level: what syslog(3) calls it."""
_LIBRARIES = ("uvicorn", "watchdog", "urllib3", "requests", "charset_normalizer")
_REPORTED = ("apscheduler", "aio_pika", "aiormq")
"""Libraries of which we report ourselves what goes wrong."""
_USER_OF_URL = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@]+@", re.IGNORECASE)
_OURS = "wirewatch."


class LogFormat(StrEnum):
    """How lines are written."""

    TEXT = "text"
    JSON = "json"


class Lines(logging.Formatter):
    """Writes records as lines. For `journald` each begins with its priority, and has no time."""

    def __init__(self, form: LogFormat, *, journald: bool = False) -> None:
        super().__init__()
        self._form = form
        self._journald = journald

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line."""
        known = {"time": _moment(record), "level": record.levelname.lower()}
        if self._journald:
            del known["time"]
        known["logger"] = record.name.removeprefix(_OURS)
        line = (
            self._as_json(known, record) if self._form is LogFormat.JSON else _text(known, record)
        )
        return f"<{_priority(record.levelno)}>{line}" if self._journald else line

    def _as_json(self, known: dict[str, str], record: logging.LogRecord) -> str:
        """Write a record as an object of JSON; everything beyond ASCII is written by its number."""
        name, fields = _said(record)
        said = known | ({"event": name} if name else {})
        return json.dumps(said | fields | said)  # no field takes the place of what all lines have


def _text(known: Mapping[str, str], record: logging.LogRecord) -> str:
    """Write a record for people, whose eye the level is to catch."""
    known = {**known, "level": known["level"].upper()}
    name, fields = _said(record)
    return " ".join(map(escaped, (*known.values(), *filter(None, [name]), *pairs(fields))))


def _said(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    """Give what a record says: an event of ours, or a message of somebody else's."""
    if isinstance(record.msg, Event):
        name, fields = record.msg.name, dict(record.msg.fields)
    else:
        name, fields = "", {"message": _USER_OF_URL.sub(r"\1***@", record.getMessage())}
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        fields["trace"] = _USER_OF_URL.sub(r"\1***@", trace)
    return name, fields


def _moment(record: logging.LogRecord) -> str:
    """Write when a record was made, in UTC."""
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03d}Z"


def _priority(level: int) -> int:
    """Give the priority of a level."""
    return next(priority for least, priority in _PRIORITIES if level >= least)


def leads_to_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Tell whether a stream is the journal's, as systemd says by device and inode."""
    device, _, inode = environment.get("JOURNAL_STREAM", "").partition(":")
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # closed, or no file at all
        return False
    return (device, inode) == (str(status.st_dev), str(status.st_ino))


def set_up(stream: TextIO, level: int, form: LogFormat) -> None:
    """Let everything that is logged in this process go to a stream; libraries only warn."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(form, journald=leads_to_journal(stream, os.environ)))
    logging.basicConfig(level=level, handlers=[handler])
    for library in _LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    for library in _REPORTED:
        logging.getLogger(library).setLevel(logging.CRITICAL)
