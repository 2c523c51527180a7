"""What lies under Apprise: connections that outlive a message, and what was seen on them noted.

Apprise gives neither HTTP status nor Retry-After nor the trouble that SMTP had. They are noted as
`requests` and smtplib meet them, for the message that is being sent.
"""

import email.utils
import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from wirewatch.states import DeliveryReason

_THROTTLED = 429
_ERROR_FROM = 400


@dataclass
class Seen:
    """What was seen while a message was sent: the last answer, or the trouble there was."""

    code: int | None = None
    retry_after: str | None = None
    trouble: Exception | None = None


_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


@contextmanager
def seen() -> Iterator[Seen]:
    """Note what is seen in this thread until the end."""
    noted = Seen()
    token = _seen.set(noted)
    try:
        yield noted
    finally:
        _seen.reset(token)


def _noting_send(session: requests.Session, request: Any, **options: Any) -> requests.Response:  # noqa: ANN401
    """Send as requests does, and note status and trouble for the message being sent."""
    noted = _seen.get()
    try:
        response = _plain_send(session, request, **options)
    except requests.RequestException as error:
        if noted is not None:
            noted.trouble = error
        raise
    if noted is not None:
        noted.code = response.status_code
        noted.retry_after = response.headers.get("Retry-After")
    return response


_kept = threading.local()


def _kept_adapter(session: requests.Session, url: str) -> Any:  # noqa: ANN401 - as requests has it
    """Give the thread's own adapter for a URL's host, so that connections outlive a message.

    A session of another class has its own adapters for a reason, such as a policy on where a
    message may go, and keeps them.
    """
    if type(session) is not requests.Session:
        return _plain_get_adapter(session, url)
    adapters: dict[str, HTTPAdapter] = _kept.__dict__.setdefault("adapters", {})
    host = "/".join(url.split("/", 3)[:3])
    if host not in adapters:
        adapters[host] = HTTPAdapter(pool_connections=1, pool_maxsize=1)
    return adapters[host]


_plain_get_adapter = requests.Session.get_adapter
requests.Session.get_adapter = _kept_adapter  # type: ignore[method-assign,assignment]
_plain_send = requests.Session.send
requests.Session.send = _noting_send  # type: ignore[method-assign,assignment]


def _noting(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method of smtplib note the trouble it has, which Apprise does not tell."""

    def noting(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever smtplib takes
        try:
            return plain(*arguments, **options)
        except OSError as error:
            noted = _seen.get()
            if noted is not None:
                noted.trouble = error
            raise

    return noting


smtplib.SMTP.connect = _noting(smtplib.SMTP.connect)  # type: ignore[method-assign]
smtplib.SMTP.getreply = _noting(smtplib.SMTP.getreply)  # type: ignore[method-assign]


def explained(seen: Seen, said: str) -> tuple[DeliveryReason, str]:
    """Name the reason of a failure, and say it; `said` is what Apprise had to say."""
    if seen.code == _THROTTLED:
        return DeliveryReason.THROTTLED, "HTTP 429: too many requests"
    if seen.code is not None and seen.code >= _ERROR_FROM:
        return DeliveryReason.HTTP_ERROR, f"HTTP {seen.code}"
    trouble = seen.trouble
    late = (requests.Timeout, TimeoutError)
    if isinstance(trouble, late) or isinstance(trouble and trouble.__context__, TimeoutError):
        return DeliveryReason.TIMEOUT, "no answer in time"
    if trouble is not None:
        cause = _root_cause(trouble)
        if isinstance(cause, ConnectionResetError | BrokenPipeError | HTTPException):
            return DeliveryReason.TIMEOUT, "the connection was closed without an answer"
        return DeliveryReason.UNREACHABLE, getattr(cause, "strerror", None) or type(cause).__name__
    return DeliveryReason.REFUSED_BY_SERVICE, said or "the service did not take the message"


def _root_cause(error: BaseException) -> BaseException:
    """Give what lies under layers of wrapping, which repeat the URL."""
    while (under := error.__cause__ or error.__context__) is not None:
        error = under
    return error


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3); None when it says nothing."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
