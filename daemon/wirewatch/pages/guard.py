"""What stands before every page: who is let in, and what answers may do.

A page of elsewhere that lets its own name lead to this machine (DNS rebinding) is refused, unless
who asks holds the token; what tells of the machine's paths and threads is not there; no answer may
be framed, kept by proxies, or load anything from elsewhere.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from wirewatch.web.door import Door, host_of
from wirewatch.web.visit import Request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ASSETS = "assets"
"""Where style and scripts lie: what anybody may have."""
ENTRANCE = "/enter"
_COOKIE = "wirewatch-pages"
_MONTH = 30 * 86_400  # seconds for which a browser keeps what shows that it had the token
_LONGEST_FORM = 4_000
_LARGEST_FORM = 300_000  # bytes: the longest query, in any script
_OURS_OF_THEIRS = "/-/static/"  # all that is shown of the library's own corner
_SEALED = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_INLINE = "; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'"
"""What the library's own pages of tables need; ours need neither."""
_FOR_ITSELF = "private, no-cache"
_FOR_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Guard:
    """Who is let in: by the names of this server, or where there is a token, by that.

    `own` tells our addresses from the library's; `ask` writes the page that asks for the token.
    """

    door: Door
    own: Callable[[str], bool]
    ask: Callable[[Request], str]

    def before(self, app: App) -> App:
        """Put the guard before an application."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            request = _request(scope)
            sealed = _sealed(send, self._headers(scope["path"]))
            if self.door.token and scope["path"] == ENTRANCE and request.method == "POST":
                await self._enter(request, receive, sealed)
            elif refusal := self._refusal(scope["path"], request):
                await _answer(sealed, *refusal)
            else:
                await app(scope, receive, sealed)

        return guarded

    def _refusal(self, path: str, request: Request) -> tuple[int, str, str] | None:
        """Say why a request is not let in, as status, kind and text; None where it is."""
        if path.startswith(f"/{ASSETS}/") or path == "/favicon.ico":
            return None
        if not self._is_known(request):
            if self.door.token:
                return 401, "text/html", self.ask(request)
            return 421, "text/plain", "not asked by a name of this server\n"
        if request.method not in {"GET", "HEAD"} and (unfit := _unfit(request)):
            return unfit
        if path.startswith("/-") and not path.startswith(_OURS_OF_THEIRS):
            return 404, "text/plain", "not found\n"
        return None

    def _is_known(self, request: Request) -> bool:
        """Tell whether the door lets a request in, or a cookie shows that it had the token."""
        if self.door.refusal(request) is None:
            return True
        proof = _proof(self.door.token)
        return bool(self.door.token) and hmac.compare_digest(_cookie(request).encode(), proof)

    async def _enter(self, request: Request, receive: Receive, send: Send) -> None:
        """Take the token that a visitor types."""
        form = parse_qs(await _body(receive))
        given = form.get("token", [""])[0].strip().encode()
        if _is_from_elsewhere(request) or not hmac.compare_digest(given, self.door.token.encode()):
            await _answer(send, 401, "text/html", self.ask(request))
            return
        secure = "; Secure" if request.headers.get("x-forwarded-proto") == "https" else ""
        cookie = (
            f"{_COOKIE}={_proof(self.door.token).decode()}; Path=/; Max-Age={_MONTH}; HttpOnly;"
            f" SameSite=Strict{secure}"
        )
        # A page, not a redirect: what was asked for by a link of elsewhere has no strict cookies.
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
        await _answer(send, 303, "text/plain", "", headers)

    def _headers(self, path: str) -> dict[str, str]:
        """Give the headers of an answer."""
        policy = _SEALED["content-security-policy"]
        if path.startswith((f"/{ASSETS}/", _OURS_OF_THEIRS)):
            return {**_SEALED, "cache-control": _FOR_AN_HOUR}
        inline = "" if self.own(path) else _INLINE
        own = {"content-security-policy": policy + inline, "cache-control": _FOR_ITSELF}
        return {**_SEALED, **own}


def let_in_by(listening: str, others: Iterable[str], token: str) -> Door:
    """Make the door: names of loopback and of this server, or the token."""
    from_anywhere = {"0.0.0.0", "::"}  # noqa: S104 - which name nobody
    return Door(
        frozenset({"localhost", "127.0.0.1", "::1", listening.lower(), *map(str.lower, others)})
        - from_anywhere,
        token,
    )


def _request(scope: Scope) -> Request:
    """Give what is asked, as the door reads it."""
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    return Request(scope["method"], scope["path"], headers)


def _proof(token: str) -> bytes:
    """Give what a browser keeps in the token's place."""
    return hmac.new(token.encode(), b"wirewatch pages", hashlib.sha256).hexdigest().encode()


def _cookie(request: Request) -> str:
    """Give what a browser has kept."""
    try:
        kept = SimpleCookie(request.headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        return ""
    return kept.value if kept else ""


def _is_from_elsewhere(request: Request) -> bool:
    """Tell whether a page of another site sends this: browsers say so themselves."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    here = request.headers.get("host", "")
    return origin is not None and host_of(origin.partition("://")[2]) != host_of(here)


def _unfit(request: Request) -> tuple[int, str, str] | None:
    """Say why a form is not taken."""
    if _is_from_elsewhere(request):
        return 403, "text/plain", "sent by a page of another site\n"
    if _length(request) > _LARGEST_FORM:
        return 413, "text/plain", "too much, or of a length that is not told\n"
    return None


def _length(request: Request) -> int:
    """Give how long a form is; more than any may be where it is not told."""
    said = request.headers.get("content-length", "")
    is_told = said.isascii() and said.isdecimal() and len(said) < len(str(_LARGEST_FORM)) + 1
    return int(said) if is_told else _LARGEST_FORM + 1


async def _body(receive: Receive) -> str:
    """Read a small form."""
    read = b""
    while len(read) < _LONGEST_FORM:
        message = await receive()
        read += message.get("body", b"")
        if not message.get("more_body"):
            break
    return read[:_LONGEST_FORM].decode("utf-8", "replace")


def _sealed(send: Send, headers: dict[str, str]) -> Send:
    """Add headers to what is answered, in the place of the same ones."""
    added = [(name.encode(), value.encode()) for name, value in headers.items()]
    names = {name for name, _ in added}

    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message["headers"] if k.lower() not in names]
            message = {**message, "headers": [*kept, *added]}
        await send(message)

    return sealed


async def _answer(
    send: Send, status: int, kind: str, text: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with a text."""
    own = (b"content-type", f"{kind}; charset=utf-8".encode())
    await send({"type": "http.response.start", "status": status, "headers": [own, *headers]})
    await send({"type": "http.response.body", "body": text.encode()})
