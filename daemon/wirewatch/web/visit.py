"""What passes between the server and its pages: a request, an answer, and where pages lie."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"


class Request(NamedTuple):
    """What a visitor asks: `path` as it was sent, names of headers in small letters.

    `user` is who asks, where the kernel knows it: at a socket in the file system.
    """

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    user: str = ""


class Answer(NamedTuple):
    """What a visitor is told."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    kind: str = TEXT
    headers: Mapping[str, str] = {}


class Route(NamedTuple):
    """Where a page lies (held against the path without its query), and who answers, by method."""

    path: re.Pattern[str]
    methods: Mapping[str, Callable[[Request], Answer]]


def plain(status: HTTPStatus, said: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """Answer in one line of plain text: the status in words, if nothing else is said."""
    line = f"{said or status.phrase}\n"
    return Answer(line.encode(), status, TEXT, headers or {})


def answer(routes: "tuple[Route, ...]", request: Request) -> Answer:
    """Let the first page that lies at a request's path answer it."""
    path = request.path.partition("?")[0]
    route = next((one for one in routes if one.path.fullmatch(path)), None)
    if route is None:
        return plain(HTTPStatus.NOT_FOUND)
    respond = route.methods.get("GET" if request.method == "HEAD" else request.method)
    if respond is None:
        allowed = {"Allow": ", ".join(route.methods)}
        return plain(HTTPStatus.METHOD_NOT_ALLOWED, headers=allowed)
    return respond(request)
