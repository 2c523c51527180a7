"""Show Wirewatch at work: the seeds are delivered as agencies do, and what happens is shown live.

Run by `make demo`. Everything it makes lies under var/demo, which is made anew each time. Exits
with 0 when every file was accounted for and every alert was received. With `--picture` it also
draws docs/demo.svg, the README's picture of the terminal. With `--serve` it ends by telling where
its archive is shown in the browser, until Ctrl-C.
"""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wirewatch.deployment import shipped_gazetteers
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "var" / "demo"
INBOX = PLACE / "inbox"
STORE = PLACE / "wirewatch.db"
PATIENCE = 30.0
"""Seconds after which anything that is waited for counts as failed."""

console = Console(highlight=False, record="--picture" in sys.argv)


def say(line: str) -> None:
    """Print one line, cut where the terminal ends."""
    console.print(line, no_wrap=True, overflow="ellipsis")


@dataclass
class Phone:
    """A loopback HTTP receiver that plays the recipient's phone."""

    received: list[str] = field(default_factory=list)

    @contextmanager
    def ringing(self) -> Iterator[str]:
        """Serve until the block ends; give the URL to be told at."""
        phone = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                phone.received.append(body["message"])
                lines = body["message"].split("\n")
                say(
                    f"  [bold yellow]told[/]     {escape(body['title'])} [dim]{escape(lines[0])}[/]"
                )

            def log_message(self, *_: object) -> None:
                """Stay quiet; what arrives is shown above."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"json://127.0.0.1:{server.server_port}/phone"
        finally:
            server.shutdown()
            server.server_close()


def write_config(url: str) -> Path:
    """Write the shipped configuration with the phone as its channel."""
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.copytree(ROOT / "config" / "rules", PLACE / "rules")
    text = (ROOT / "config" / "wirewatch.toml").read_text(encoding="utf-8")
    text = text.replace('"../var/wirewatch.db"', '"wirewatch.db"')
    text = text.replace('"../var/inbox"', '"inbox"')
    text = text.replace('"json://127.0.0.1:8080/hook"', f'"{url}"')
    text = text.replace('"127.0.0.1:9464"', '"127.0.0.1:0"')  # another daemon may be at work
    config = PLACE / "wirewatch.toml"
    config.write_text(text, encoding="utf-8")
    return config


@contextmanager
def daemon(config: Path) -> Iterator[None]:
    """Run the real daemon until the block ends; it is ready when the block begins."""
    ready = PLACE / "ready"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel,
        (PLACE / "daemon.log").open("wb") as log,
    ):
        channel.bind(str(ready))
        channel.settimeout(PATIENCE)
        process = subprocess.Popen(
            [sys.executable, "-m", "wirewatch", "--config", str(config), "run"],
            stderr=log,
            env=os.environ | {"NOTIFY_SOCKET": str(ready)},
        )
        try:
            if channel.recv(100) != b"READY=1":
                raise SystemExit(f"the daemon did not start; see {log.name}")
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def deliver(stories: list[Path]) -> int:
    """Deliver stories as agencies do; give the number of files delivered."""
    renamed, slow, burst = stories[:4], stories[4:6], stories[6:]
    console.print("[bold]Four stories, written under a temporary name, then renamed[/]")
    for story in renamed:
        partial = INBOX / f"{story.name}.part"
        partial.write_bytes(story.read_bytes())
        partial.rename(INBOX / story.name)
        time.sleep(0.25)
    console.print("[bold]Two stories, written slowly under their own name[/]")
    for story in slow:
        data = story.read_bytes()
        with (INBOX / story.name).open("wb", buffering=0) as file:
            for start in range(0, len(data), 300):
                file.write(data[start : start + 300])
                time.sleep(0.05)
    console.print(
        f"[bold]A burst of {len(burst)}, one of them twice, a file that is no text, and another"
        " outlet's copy of a story that was told[/]"
    )
    for story in burst:
        shutil.copy(story, INBOX / story.name)
    shutil.copy(burst[0], INBOX / "the-same-again.txt")
    (INBOX / "not-a-story.bin").write_bytes(bytes(range(256)))
    copied = slow[-1].read_text(encoding="utf-8").rstrip() + "\n\nMore in the Evening Post.\n"
    (INBOX / "a-copy-elsewhere.txt").write_text(copied, encoding="utf-8")
    return len(stories) + 3


def show_live(db: sqlite3.Connection, stop: threading.Event) -> None:
    """Print what the ledger comes to say, as it says it: what is heavy to read comes later."""
    shown: set[tuple[int, int | None]] = set()
    while not stop.wait(0.03):
        rows = db.execute(
            "SELECT f.id, a.id, f.state, coalesce(f.reason, ''), f.path, f.format, a.headline,"
            " a.place, a.agency,"
            " (SELECT group_concat(DISTINCT rule) FROM matches WHERE article_id = a.id),"
            " (SELECT min(echoes) FROM matches WHERE article_id = a.id)"
            " FROM files f LEFT JOIN articles a ON a.file_id = f.id"
            " WHERE f.state != 'pending' ORDER BY f.id, a.id",
        ).fetchall()
        for number, article, state, reason, path, known, headline, place, agency, *told in rows:
            if (number, article) in shown:
                continue
            shown.add((number, article))
            if state == "stored":
                origin = ", ".join(part for part in (place, agency, known) if part)
                say(f"  [green]stored[/]   {escape(origin)}: {escape(headline or '')}")
                if told[0]:
                    echo = f" [dim]alert {told[1]} has told of the same story[/]" if told[1] else ""
                    say(f"  [cyan]matched[/]  {escape(told[0])}{echo}")
            else:
                say(f"  [magenta]{state}[/] {escape(path)} [dim]{reason}[/]")


def settled(db: sqlite3.Connection, files: int) -> bool:
    """Tell whether every file is accounted for and nothing waits to be told."""
    done = db.execute("SELECT count(*) FROM files WHERE state != 'pending'").fetchone()[0]
    open_ones = db.execute(
        "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending', 'failed')"
    ).fetchone()[0]
    return bool(done == files and not open_ones)


def closing_table(db: sqlite3.Connection, phone: Phone) -> Table:
    """Sum up what happened."""
    table = Table(title="What happened", title_justify="left", show_header=False)
    for state, count in db.execute(
        "SELECT state, count(*) FROM files GROUP BY state ORDER BY 2 DESC"
    ):
        table.add_row(f"files {state}", str(count))
    entries = db.execute("SELECT count(DISTINCT entry) FROM mentions").fetchone()[0]
    mentions = db.execute("SELECT count(*) FROM mentions").fetchone()[0]
    table.add_row("parliaments named", f"{entries} ({mentions} mentions)")
    for rule, count in db.execute(
        "SELECT rule, count(*) FROM matches GROUP BY rule ORDER BY 2 DESC"
    ):
        table.add_row(f"rule {rule}", f"{count} matches")
    sent = db.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()[0]
    table.add_row("alerts sent", f"{sent}, received {len(phone.received)}")
    took = [
        row[0]
        for row in db.execute(
            "SELECT (julianday(d.finished) - julianday(f.modified)) * 86400000 FROM deliveries d"
            " JOIN alerts a ON a.id = d.alert_id JOIN articles r ON r.id = a.article_id"
            " JOIN files f ON f.id = r.file_id WHERE d.state = 'sent' ORDER BY 1"
        )
    ]
    if took:
        table.add_row("last byte to phone", f"{took[len(took) // 2]:.0f} ms in the middle")
    return table


def show_pages(config: Path) -> None:
    """Serve the pages of the demo, beside the daemon, until Ctrl-C."""
    command = [sys.executable, "-m", "wirewatch", "--config", str(config), "serve", "--port", "0"]
    with (
        (PLACE / "pages.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as pages,
    ):
        told = pages.stdout.readline().strip() if pages.stdout else ""
        if not told:
            raise SystemExit(f"the pages did not start; see {log.name}")
        console.print(f"[bold]The archive in the browser:[/] {told} (Ctrl-C ends it)")
        try:
            pages.wait()
        except KeyboardInterrupt:
            pages.send_signal(signal.SIGTERM)


def main() -> int:
    """Run the demo; give the exit code."""
    phone = Phone()
    with phone.ringing() as url:
        config = write_config(url)
        stories = sorted(
            path for path in (ROOT / "seeds").glob("[0-9]*") if not path.match("*.expected.json")
        )
        with console.status("compiling the names of the world's parliaments, once: half a minute"):
            shelved_gazetteers(shipped_gazetteers(), [])
        with daemon(config):
            db = sqlite3.connect(
                STORE.absolute().as_uri() + "?mode=ro", uri=True, check_same_thread=False
            )
            stop = threading.Event()
            watching = threading.Thread(target=show_live, args=(db, stop))
            watching.start()
            files = deliver(stories)
            deadline = time.monotonic() + PATIENCE
            while not settled(db, files) and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.1)
            stop.set()
            watching.join()
            well = settled(db, files)
            console.print()
            console.print(closing_table(db, phone))
            db.close()
            if "--serve" in sys.argv:
                show_pages(config)
    command = f".venv/bin/wirewatch --config {config.relative_to(ROOT)}"
    console.print("[bold]Where to look next[/]")
    console.print(f"  {command} status", soft_wrap=True)
    console.print(f"  {command} search '@parliament:KZ AND @parliament:AZ'", soft_wrap=True)
    console.print(f"  {command} alerts list", soft_wrap=True)
    console.print(f"  .venv/bin/sqlite-utils rows {STORE.relative_to(ROOT)} recent", soft_wrap=True)
    console.print("  make demo SERVE=1: this archive in the browser")
    console.print("  README.md: a first rule, a first channel")
    status = subprocess.run(
        [sys.executable, "-m", "wirewatch", "--config", str(config), "status"], check=False
    )
    if console.record:
        # Without the fonts that rich would fetch from elsewhere: a page that shows it stays quiet.
        drawn = re.sub(
            r"@font-face \{.*?\}\s*", "", console.export_svg(title="make demo"), flags=re.DOTALL
        )
        (ROOT / "docs" / "demo.svg").write_text(drawn, encoding="utf-8")
    return 0 if well and status.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
