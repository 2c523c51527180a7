"""Who is let in: who calls this server by its name, or where there is a token, who holds it."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from wirewatch.web.visit import Answer, Request, plain

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.IGNORECASE)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Door:
    """What is asked of every request; `token` is a secret, empty where none is needed.

    A page of a stranger can make a browser ask us under the stranger's own name, which was made to
    lead here (DNS rebinding): so a request must name one of `hosts`. One that holds the token comes
    from no such page, and may call us what it likes.
    """

    hosts: frozenset[str]
    token: str = ""

    def refusal(self, request: Request) -> Answer | None:
        """Say why a request is not let in; None where it is."""
        if self.token:
            return None if self._is_known(request) else _unknown()
        if host_of(request.headers.get("host", "")) in self.hosts:
            return None
        return plain(HTTPStatus.MISDIRECTED_REQUEST, "not asked by a name of this server")

    def _is_known(self, request: Request) -> bool:
        """Tell whether a request holds the token, in a time that tells nothing."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), self.token.encode())
        return right and kind.lower() == "bearer"


def _unknown() -> Answer:
    """Ask for the token."""
    needed = {"WWW-Authenticate": 'Bearer realm="wirewatch"'}
    return plain(HTTPStatus.UNAUTHORIZED, "a token is needed", needed)


def host_of(said: str) -> str:
    """Give the name in a Host header, without its port; empty where it is none."""
    found = _HOST.fullmatch(said.strip())
    return found[1].strip("[]").lower() if found else ""


def door(listening: str, others: Iterable[str] = (), token: str = "") -> Door:
    """Make the door of a server that listens on an address, and is known by other names too."""
    return Door(frozenset({*_LOOPBACK, listening.lower(), *map(str.lower, others)}), token)
