"""A page of the store is damaged."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from trials.daemon import command
from trials.trial import Trial
from wirewatch.errors import EXIT_DAMAGED


class _Operator:
    """The operator's phone, which hears of trouble with the desk itself."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        operator = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                operator.heard.append(json.loads(body)["message"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def listen(self, trial: Trial) -> None:
        """Be told of a daemon's alarms."""
        port = self._server.server_port
        trial.site.change(
            "[[inbox]]",
            f'[alarms]\nchannels = ["operator"]\n[[channel]]\nname = "operator"\n'
            f'url = "json://127.0.0.1:{port}/operator"\n[[inbox]]',
        )

    def close(self) -> None:
        """Hear nothing more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@pytest.fixture
def operator() -> Iterator[_Operator]:
    """Give the operator."""
    one = _Operator()
    yield one
    one.close()


def _damage(store: Path, table: str) -> None:
    """Write nonsense over the first page of a table."""
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = db.execute("PRAGMA page_size").fetchone()[0]
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page = db.execute(query, [table]).fetchone()[0]
    with store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.fault(
    "a damaged page",
    "nonsense over the first page of a table; the daemon ends with code 3 each time it is started,"
    " accepts nothing, tells the operator, and goes on from the backup that was restored",
)
@pytest.mark.parametrize("table", ["files", "articles", "articles_fts_data", "deliveries"])
def test_damaged_page(trial: Trial, operator: _Operator, table: str) -> None:
    """A damaged page ends the daemon and loses nothing that a backup does not lack."""
    operator.listen(trial)
    trial.site.change("[[inbox]]", '[backup]\nfolder = "backups"\n[[inbox]]')
    for _ in range(3):
        trial.agency.one_each()
    daemon = trial.start()
    assert daemon.wait_ready()
    assert trial.is_settled(daemon), daemon.log()
    assert command(trial.site, "db", "backup").returncode == 0
    assert daemon.stop() == 0
    _damage(trial.site.store, table)
    trial.agency.one_each()
    told = len(trial.receiver.receipts)
    for start in (1, 2):
        daemon = trial.start()
        daemon.wait_ready()
        if start == 1:
            trial.agency.one_each()
        assert daemon.wait_ended() == EXIT_DAMAGED, daemon.log()
        trial.gone_through()
        assert len(operator.heard) == start
    assert len(trial.receiver.receipts) == told, "alerts went out that nobody can account for"
    assert "Nothing more is accepted. The newest backup is of" in operator.heard[0]
    [backup] = re.findall('mend="wirewatch db restore (/[^"]+)"', daemon.log())
    assert command(trial.site, "db", "restore", backup).returncode == 0
    trial.books.restored = True
    trial.finish(f"a damaged page of {table}")
    assert trial.verdict() == ""
