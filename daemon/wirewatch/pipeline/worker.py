"""The process that parses what may take long: started by `parsing`, ended by it or by its limits.

It reads one document after the other from its socket and answers each. Should it hang, the alarm
that nobody handles ends it, even when the daemon is not there any more to do so.
"""

import contextlib
import json
import logging
import os
import resource
import signal
import sys
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from wirewatch.errors import Unreadable
from wirewatch.formats import Unpacking, parse
from wirewatch.states import FileReason

_GRACE = 5  # seconds that the one who asked has to end us before the alarm does
_NEVER = (  # what no parser needs: to write a file, to leave a dump of what was read, to open many
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NOFILE, 64),
)
_NICENESS = 5  # the wires go first
_FIRST_TO_GO = "500"  # of 1000, added to what a process is held for (proc(5), oom_score_adj)


def main(words: list[str]) -> None:
    """Serve until nobody asks any more."""
    socket, time, memory, line_limit = int(words[0]), float(words[1]), *map(int, words[2:4])
    unpacking = Unpacking(*map(int, words[4:]))
    for kind, most in ((resource.RLIMIT_AS, memory), *_NEVER):
        resource.setrlimit(kind, (most, most))
    os.nice(_NICENESS)
    _offer_to_the_kernel()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the one who asks hears it, and lets us end
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    warnings.simplefilter("ignore")
    logging.disable()  # what libraries say of a page is of no use to anybody
    connection = Connection(socket)
    connection.send_bytes(b"ready")
    while True:
        try:
            data = connection.recv_bytes()
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, time + _GRACE)
        answer = _answer(data, line_limit, unpacking)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            connection.send_bytes(json.dumps(answer).encode())
        except OSError:
            return


def _offer_to_the_kernel() -> None:
    """Let the kernel end this process first where memory runs out, and not the daemon."""
    with contextlib.suppress(OSError):  # no /proc: then it chooses the largest, which this is
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")


def _answer(data: bytes, line_limit: int, unpacking: Unpacking) -> dict[str, Any]:
    """Parse one document, and say what came of it."""
    try:
        reading = parse(data, line_limit, unpacking)
    except Unreadable as error:
        return {"reason": error.reason, "detail": error.detail}
    except MemoryError:
        return {"reason": FileReason.OUT_OF_MEMORY, "detail": "more than limits.parse_memory"}
    except Exception as error:  # noqa: BLE001 - the top of the process: the file is put aside for it
        detail = f"{type(error).__name__}: {error}"[:500]
        return {"reason": FileReason.PARSER_FAILED, "detail": detail}
    return reading._asdict()


if __name__ == "__main__":
    main(sys.argv[1:])
