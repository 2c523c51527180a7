"""The phone: a loopback server that takes what Apprise sends, and remembers it."""

import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOKEN = re.compile(r"Docket (\S+) came")
_RULE = re.compile(r"rule (\S+) · file")
_KEY = re.compile(r"ref ([0-9a-f]{16})(; may be a repeat)?")
_HEADING = re.compile(r"(\S+): \d+")  # of what a message that gathers alerts says of one rule

_WAITING = re.compile(r"\d+ more alerts? waits? for you\.")


@dataclass(frozen=True)
class Receipt:
    """One alert as it was taken, in a message of its own or with others."""

    channel: str
    token: str
    rule: str
    key: str
    marked: bool
    """It says of itself that it may be a repeat."""


class Receiver(ThreadingHTTPServer):
    """Takes messages on 127.0.0.1; the path names the channel."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receipts: list[Receipt] = []
        self.gathered = 0
        self.trouble: list[str] = []
        self.refuses: Callable[[Receipt], bool] = lambda _: False
        self.hangs: set[str] = set()
        """The channels on which nobody answers, and nothing is taken, until `let_go`."""
        self._let_go = threading.Event()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="receiver")

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self.let_go()
        self.shutdown()
        self.server_close()
        self._thread.join(10)

    def url(self, channel: str) -> str:
        """Give a channel's Apprise URL."""
        return f"json://127.0.0.1:{self.server_address[1]}/{channel}"

    def let_go(self) -> None:
        """Answer again on every channel; who still waits is sent away without an answer."""
        self.hangs.clear()
        self._let_go.set()

    def keeps_waiting(self, channel: str) -> bool:
        """Let a caller wait for as long as its channel hangs; tell whether it did."""
        if channel not in self.hangs:
            return False
        self._let_go.wait()
        return True

    def take(self, receipts: list[Receipt]) -> bool:
        """Take a message with its alerts, or refuse it."""
        with self._news:
            if self.refuses(receipts[0]):  # a message is refused whole, however much is in it
                return False
            self.receipts += receipts
            self.gathered += len(receipts) > 1
            self._news.notify_all()
            return True

    def wait_for(self, count: int, timeout: float) -> bool:
        """Wait until so many messages were taken in all."""
        with self._news:
            return self._news.wait_for(lambda: len(self.receipts) >= count, timeout)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over senders that were killed in the middle."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Take one message; what was cut off by the sender's end is none."""
        length = int(self.headers.get("Content-Length", "0"))
        data = self.rfile.read(length)
        if len(data) < length or self.server.keeps_waiting(self.path.strip("/")):
            return
        code = 200
        try:
            receipts = list(_read(self.path.strip("/"), json.loads(data)["message"]))
        except (ValueError, KeyError, TypeError) as error:
            self.server.trouble.append(f"{error!r} in {data!r}")
        else:
            code = 200 if self.server.take(receipts) else 503
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _read(channel: str, message: str) -> "Iterator[Receipt]":
    """Read a message. Raises TypeError when a part is missing."""
    rule = _RULE.search(message)
    if rule:
        yield _receipt(channel, rule, message)
        return
    *lines, _ = message.splitlines()  # the last has the message's own reference
    for line in lines:
        heading = _HEADING.fullmatch(line)
        rule = heading or rule
        if not heading and not _WAITING.fullmatch(line):
            yield _receipt(channel, rule, line)


def _receipt(channel: str, rule: re.Match[str] | None, said: str) -> Receipt:
    """Read what is said of one alert. Raises TypeError when a part is missing."""
    token, key = (part.search(said) for part in (_TOKEN, _KEY))
    if not (token and rule and key):
        raise TypeError("not a message of an alert")
    return Receipt(channel, token[1], rule[1], key[1], key[2] is not None)
