"""The phone of the trials: it takes what desks tell, and keeps who told what when."""

import json
import re
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

_KEY = re.compile(r"ref ([0-9a-f]{16})(; may be a repeat)?")

_OF = "of-"  # what stands in a channel's URL is masked in logs, and desks are to be seen there


class Call(NamedTuple):
    """A message as it was taken."""

    desk: str
    key: str
    marked: bool
    """It says of itself that it may be a repeat."""
    at: float
    """When, by `time.monotonic`."""


class Phone(ThreadingHTTPServer):
    """Takes messages at an address; the path names the desk that sends."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), _Handler)
        self.calls: list[Call] = []
        self.trouble: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="phone")

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
        self._thread.join(10)

    def url(self, desk: str) -> str:
        """Give the Apprise URL by which a desk tells."""
        host, port = self.server_address[:2]
        return f"json://{host!s}:{port}/{_OF}{desk}"

    def first_of(self, desk: str, since: float) -> float | None:
        """Give when a desk told something first after a moment; None when it has not yet."""
        return next((one.at for one in self.calls if one.desk == desk and one.at > since), None)

    def by_key(self) -> dict[str, list[Call]]:
        """Give what was taken under each key, in its order."""
        found = defaultdict(list)
        for call in list(self.calls):
            found[call.key].append(call)
        return found

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over senders that were killed in the middle."""


class _Handler(BaseHTTPRequestHandler):
    server: Phone

    def do_POST(self) -> None:
        """Take one message; what was cut off by the sender's end is none."""
        length = int(self.headers.get("Content-Length", "0"))
        data = self.rfile.read(length)
        if len(data) < length:
            return
        found = _KEY.search(json.loads(data)["message"])
        if found:
            desk, marked = self.path.strip("/").removeprefix(_OF), found[2] is not None
            self.server.calls.append(Call(desk, found[1], marked, time.monotonic()))
        else:
            self.server.trouble.append(f"no key in {data!r}")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
