"""The three ways from a file to the phone that the latency bench holds beside each other."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from deployed import ALL_RULES, Daemon, configure

_PIPELINE = r"""
sqlite-utils create-table "$DB" articles id integer path text body text --pk id
sqlite-utils enable-wal "$DB"
inotifywait -m -e close_write -e moved_to --format '%w%f' "$INBOX" |
while read -r path; do
    sqlite-utils insert "$DB" articles "$path" --text \
        --convert '{"path": "'"$path"'", "body": text}'
    grep -q -i -F -f "$NAMES" "$path" &&
        apprise -t 'Any parliament' -b "$path
$(head -c 200 "$path")" "$URL"
done
"""
_WATCHES_WITHIN = 20.0  # seconds
_NEEDED = ("inotifywait", "sqlite-utils", "apprise", "grep")


class Side(ABC):
    """One way, running, for a `with` block; stories go into `inbox`."""

    name = ""

    def __init__(self, home: Path, url: str) -> None:
        self.config = configure(home, ALL_RULES, url)
        self.inbox = home / "inbox"
        self.database = home / "store" / "wirewatch.db"
        self.url = url
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Start it, and wait until it watches."""
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._ending.close()

    @abstractmethod
    def _start(self) -> None:
        """Start it."""

    def ids(self) -> dict[int, int]:
        """Give the id of each story's article."""
        connection = sqlite3.connect(self.database)
        rows = connection.execute(self._paths()).fetchall()
        connection.close()
        return {int(path[-11:-4]): article for article, path in rows}

    def _paths(self) -> str:
        """Give the query for id and path of each article."""
        return "SELECT id, path FROM articles"

    def _stopping(self, process: subprocess.Popen[str]) -> None:
        """End a process, with its group, at the end of the block."""

        def stop() -> None:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()

        self._ending.callback(stop)


class Ours(Side):
    """`wirewatch run`."""

    name = "ours"

    def _start(self) -> None:
        self._ending.enter_context(Daemon(self.config))

    def _paths(self) -> str:
        return "SELECT a.id, f.path FROM articles a JOIN files f ON f.id = a.file_id"


class Bare(Side):
    """The bare chain in one process."""

    name = "bare chain"

    def _start(self) -> None:
        words = [sys.executable, str(Path(__file__).with_name("chain.py"))]
        process = subprocess.Popen(
            [*words, str(self.config), str(self.database)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._stopping(process)
        assert process.stdout  # noqa: S101 - asked for above
        if "READY" not in process.stdout.readline():
            raise RuntimeError("the bare chain did not start")


class Shell(Side):
    """inotifywait, sqlite-utils and apprise, joined by a shell's loop."""

    name = "shell pipeline"

    @staticmethod
    def missing() -> list[str]:
        """Name the programs that are not installed."""
        return [name for name in _NEEDED if not shutil.which(name, path=_path())]

    def _start(self) -> None:
        names = self.config.with_name("names")
        names.write_text("parliament\nmajlis\nmejlis\nkenesh\nassembly\nturkpa\npabsec\nsenate\n"
                         "мәжіліс\nмеджлис\ninter-parliamentary\n", encoding="utf-8")  # fmt: skip
        given = {"INBOX": self.inbox, "DB": self.database, "URL": self.url, "NAMES": names}
        said = self.config.with_name("shell.log")
        with said.open("w") as log:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _PIPELINE],
                env=os.environ | {"PATH": _path()} | {name: str(it) for name, it in given.items()},
                stdout=subprocess.DEVNULL,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._stopping(process)
        deadline = time.monotonic() + _WATCHES_WITHIN
        while "Watches established" not in said.read_text():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the shell pipeline did not start:\n{said.read_text()}")
            time.sleep(0.05)


def _path() -> str:
    """Give a search path that finds what is installed beside this Python first."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
