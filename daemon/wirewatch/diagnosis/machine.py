"""The machine that checks ask: small questions, which tests answer otherwise."""

import ctypes
import os
import resource
import shutil
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from wirewatch.broker.access import BrokerError
from wirewatch.broker.management import asked
from wirewatch.formats.extras import is_installed
from wirewatch.intake.filesystem import kind_of
from wirewatch.store.engine import Engine, engine
from wirewatch.store.lock import StoreLock
from wirewatch.tables import ClusterTable

_TIME_ERROR = 5  # adjtimex(2): nobody keeps the clock right
_TIMEX = 208  # bytes of a struct timex, and some
_CONNECTING = 5.0  # seconds that a service may take to answer the door
_ASKING = 10.0  # seconds that systemctl may take


class Space(NamedTuple):
    """What is left where a path lies: bytes, and files that may still be made."""

    free: int
    files: int | None


class Machine:
    """This machine, as the user sees it who asks. A unit is asked for once, and remembered."""

    def __init__(self) -> None:
        self._units: dict[str, dict[str, str]] = {}

    def text(self, path: Path) -> str:
        """Give what a small file holds; nothing when it cannot be read."""
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def number(self, path: str) -> int | None:
        """Give the number that a file of /proc holds."""
        held = self.text(Path(path)).strip()
        return int(held) if held.isdecimal() else None

    def status(self, path: Path) -> os.stat_result | None:
        """Give a file's status; None when it is not there, or out of reach."""
        try:
            return path.stat()
        except OSError:
            return None

    def may(self, path: Path, mode: int) -> bool:
        """Tell whether we may read, write or enter (os.R_OK, os.W_OK, os.X_OK)."""
        return os.access(path, mode)

    def listed(self, folder: Path) -> list[Path]:
        """List a folder; nothing when that may not be."""
        try:
            return sorted(folder.iterdir())
        except OSError:
            return []

    def folders(self, folder: Path) -> int:
        """Count a folder and those below it."""
        return sum(1 for _ in os.walk(folder))

    def kind_of(self, folder: Path) -> str:
        """Name the file system that a folder lies on, or would lie on."""
        return kind_of(_standing(folder))

    def device(self, folder: Path) -> int:
        """Give the number of the file system that a folder lies on, or would lie on."""
        return _standing(folder).stat().st_dev

    def space(self, folder: Path) -> Space:
        """Give what is left for us where a folder lies, or would lie."""
        left = os.statvfs(_standing(folder))
        return Space(shutil.disk_usage(_standing(folder)).free, left.f_favail or None)

    def is_synchronised(self) -> bool | None:
        """Tell whether something keeps the clock right; None when the system does not say."""
        try:
            said = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX))
        except (OSError, AttributeError):
            return None
        return None if said < 0 else said != _TIME_ERROR

    def now(self) -> datetime:
        """Give the clock's time."""
        return datetime.fromtimestamp(time.time(), UTC)

    def zones(self) -> int:
        """Count the time zones that are known."""
        return len(available_timezones())

    def limit(self, name: str) -> int | None:
        """Give a soft limit of this process (`RLIMIT_NOFILE`); None for none."""
        soft, _ = resource.getrlimit(getattr(resource, name))
        return None if soft == resource.RLIM_INFINITY else soft

    def engine(self) -> Engine:
        """Say which SQLite is at work, and what it can."""
        return engine()

    def holder(self, store: Path) -> str | None:
        """Say who holds a store's lock."""
        return StoreLock.holder(store)

    def is_installed(self, library: str) -> bool:
        """Tell whether a library is there."""
        return is_installed(library)

    def unit(self, name: str) -> dict[str, str]:
        """Give the properties of a systemd unit; none without systemd or the unit."""
        if name not in self._units:
            self._units[name] = _shown(name)
        return self._units[name]

    def reaches(self, host: str, port: int) -> str:
        """Look a host up and connect to it, without a word; say what is in the way."""
        try:
            socket.create_connection((host, port), _CONNECTING).close()
        except OSError as error:
            return error.strerror or str(error) or type(error).__name__
        return ""

    def managed(self, table: ClusterTable, path: str) -> Any:  # noqa: ANN401 - what JSON can say
        """Ask a cluster's broker by its management API. Raises BrokerError."""
        login = (table.user, table.password.get_secret_value())
        try:
            tls = ssl.create_default_context(cafile=table.ca) if table.ca else None
        except OSError as error:
            raise BrokerError(f"{table.ca} cannot be used: {error}") from error
        return asked(table.management, path, login, tls)


def _shown(unit: str) -> dict[str, str]:
    """Ask systemd for a unit's properties."""
    try:
        shown = subprocess.run(
            ["systemctl", "show", unit],
            capture_output=True,
            text=True,
            timeout=_ASKING,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    lines = (line.partition("=") for line in shown.stdout.splitlines())
    told = {name: value for name, _, value in lines}
    return told if told.get("LoadState") == "loaded" else {}


def _standing(folder: Path) -> Path:
    """Give a folder, or the nearest above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())
