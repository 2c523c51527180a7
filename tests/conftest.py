"""What the tests share: a clock that only moves when told, and small things made on demand."""

import hashlib
import shutil
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from wirewatch import deployment, masking
from wirewatch.alerts.compose import compose
from wirewatch.cli import main
from wirewatch.model import Arrival, Article, Found, Match, Mention, Outcome, Span, Stamp
from wirewatch.notify.send import load_plugins
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.sieve import Expressions, Sieve
from wirewatch.states import FileState, Severity
from wirewatch.store.database import Store

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PATIENCE = 10.0
"""Seconds that a test waits for another thread before it fails."""


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture(scope="session", autouse=True)
def _plugins() -> None:
    """Load Apprise's plugins once: modules that some of them import are deprecated, loudly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_plugins()


@pytest.fixture(scope="session", autouse=True)
def _lists() -> None:
    """Compile the shipped lists, once for all daemons and commands that tests start."""
    shelved_gazetteers(deployment.shipped_gazetteers(), ())


@cache
def shipped_matcher() -> Matcher:
    """Give the gazetteers that come with the program, compiled once: it takes a while."""
    return Matcher((), shelved_gazetteers(deployment.shipped_gazetteers(), ())[0])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store, to be copied: its tables take longer than most tests."""
    path = tmp_path_factory.mktemp("blank") / "wirewatch.db"
    Store.open(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, blank: Path) -> Iterator[Store]:
    shutil.copyfile(blank, tmp_path / "wirewatch.db")
    opened = Store.open(tmp_path / "wirewatch.db")
    yield opened
    opened.close()


def having(expression: str) -> Sieve:
    """Give what sieves articles by an expression of FTS5."""
    return Sieve(lambda: Expressions(expression, expression))


def arrived(path: str, content: str | None = "content", *, mtime_ns: int = 10**18) -> Arrival:
    """Make an arrival in the inbox `wires`; with content None it has not been read."""
    size = len(content or "")
    digest = None if content is None else hashlib.sha256(content.encode()).hexdigest()
    return Arrival("wires", path, Stamp(size, mtime_ns, mtime_ns), START, digest)


def told(path: str, body: str, channels: Sequence[str] = ("desk",), *, guid: str = "") -> Outcome:
    """Make the outcome of a file with one article, whose first word is a mention and a match."""
    first = body.split(maxsplit=1)[0]
    article = Article(guid or f"guid of {body}", title="", headline=body[:60], body=body)
    span = Span("body", 0, len(first))
    match = Match("r1", "h1", "First rule", Severity.HIGH, tuple(channels), (span,))
    mention = Mention("words", first.lower(), first, *span)
    found = Found(article, (mention,), (match,), compose(article, [match], START))
    return Outcome(arrived(path, body), FileState.STORED, format="wire", found=(found,))


@dataclass
class Answer:
    """What the receiver says; with `hold` it says nothing until that is set."""

    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


class Got(NamedTuple):
    """A request that the receiver got."""

    path: str
    headers: dict[str, str]
    body: str


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # many channels call at once


class Receiver:
    """An HTTP server on loopback that records what it gets and answers as it is told, by path."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: dict[str, Answer] = {}
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._take(self)

            do_PUT = do_GET = do_POST  # noqa: N815 - the names are the server's

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        poll = 0.01  # seconds that closing may take
        self._thread = threading.Thread(target=self._server.serve_forever, args=(poll,))
        self._thread.start()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        """Record a request and answer it."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        with self._changed:
            self.got.append(Got(request.path, dict(request.headers.items()), body))
            self._changed.notify_all()
        answer = self.answers.get(request.path.partition("?")[0], Answer())
        if answer.hold is not None:
            answer.hold.wait(PATIENCE)
        request.send_response(answer.code)
        for name, value in answer.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def at(self, path: str) -> list[Got]:
        """Give what was sent to one path."""
        return [got for got in self.got if got.path.partition("?")[0] == path]

    def wait_for(self, path: str, count: int = 1) -> list[Got]:
        """Wait until a path has been sent so many messages, and give them."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.at(path)) >= count, PATIENCE)
            assert came, f"{len(self.at(path))} of {count} messages came to {path}"
            return self.at(path)

    def close(self) -> None:
        """Let go of whoever is held, and stop."""
        for answer in self.answers.values():
            if answer.hold is not None:
                answer.hold.set()
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Give a port that nobody listens on, held so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


GAZETTEER = """
name = "parliament"
[[entry]]
id = "kz-majilis"
name = "Majilis"
country = "KZ"
[[entry]]
id = "az-milli-mejlis"
name = "Milli Majlis"
country = "AZ"
"""
STORY = "ASTANA, March 2. The Majilis and the Milli Majlis agreed on a joint sitting, Kazinform reports."


@dataclass(frozen=True)
class Site:
    """An installation of its own: a configuration with an inbox, a rule and a channel."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "wirewatch.toml"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def database(self) -> Path:
        return self.folder / "wirewatch.db"

    def write(self, url: str, extra: str = "") -> None:
        """Write the configuration; `extra` is added to it."""
        self.inbox.mkdir(exist_ok=True)
        self.config.write_text(
            '[store]\npath = "wirewatch.db"\n'
            '[[inbox]]\nname = "wires"\npath = "inbox"\nsettle = "10ms"\n'
            '[rules]\npaths = ["rules.toml"]\n'
            f'[[channel]]\nname = "desk"\nurl = "{url}"\n{extra}'
        )
        (self.folder / "rules.toml").write_text(
            '[[rule]]\nname = "kz-az"\ntitle = "Kazakhstan and Azerbaijan"\nseverity = "high"\n'
            'query = "@parliament:KZ AND @parliament:AZ"\nchannels = ["desk"]\n'
        )

    def deliver(self, name: str, text: str) -> Path:
        """Put a file into the inbox as agencies do: under another name, then renamed."""
        partial = self.inbox / f".{name}.part"
        partial.write_text(text)
        return partial.rename(self.inbox / name)


@pytest.fixture
def site(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a site whose channel is the receiver's path /hook.

    In this process it has a gazetteer far smaller than the one that ships, for speed.
    """
    made = Site(tmp_path)
    (tmp_path / "parliament.toml").write_text(GAZETTEER)
    monkeypatch.setattr(deployment, "shipped_gazetteers", lambda: [tmp_path / "parliament.toml"])
    monkeypatch.setattr(masking, "_hidden", masking._Hidden())
    made.write(f"json://{receiver.host}/hook")
    return made


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Wirewatch = Callable[..., Ran]


@pytest.fixture
def wirewatch(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Wirewatch:
    """Give the command line as a function: `wirewatch("status", "--json")`, on the site."""

    def run(*arguments: object) -> Ran:
        words = ["wirewatch", "--config", str(site.config), *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", words)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else int(code is not None), said.out, said.err)

    return run
