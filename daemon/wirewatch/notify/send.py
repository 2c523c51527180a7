"""The only door to Apprise: one message to one recipient, and what came of it.

A fresh Apprise instance for each message, since many plugins sleep between two sends of one
instance; no redirects, no retries of its own (the outbox retries). HTTP status and Retry-After,
which Apprise does not give, are noted as `requests` receives them.
"""

import contextlib
import copy
import email.utils
import logging
import re
import smtplib
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote

import requests
from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.plugins import url_to_dict
from requests.adapters import HTTPAdapter

from wirewatch.clock import Clock
from wirewatch.model import Attempt, Message
from wirewatch.notify.render import Rendered, render
from wirewatch.states import DeliveryReason, MessageFormat, Severity

_TYPES = {
    Severity.LOW: NotifyType.INFO,
    Severity.NORMAL: NotifyType.INFO,
    Severity.HIGH: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
}
_THROTTLED = 429
_ERROR_FROM = 400


class UnusableError(Exception):
    """A channel's URL cannot be used; the message does not show it."""


@dataclass
class _Seen:
    """What `requests` saw while a message was sent."""

    code: int | None = None
    retry_after: str | None = None
    trouble: Exception | None = None


_seen: ContextVar[_Seen | None] = ContextVar("seen", default=None)


def _noting_send(session: requests.Session, request: Any, **options: Any) -> requests.Response:  # noqa: ANN401
    """Send as requests does, and note status and trouble for the message being sent."""
    seen = _seen.get()
    try:
        response = _plain_send(session, request, **options)
    except requests.RequestException as error:
        if seen is not None:
            seen.trouble = error
        raise
    if seen is not None:
        seen.code = response.status_code
        seen.retry_after = response.headers.get("Retry-After")
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

    def noted(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever smtplib takes
        try:
            return plain(*arguments, **options)
        except OSError as error:
            seen = _seen.get()
            if seen is not None:
                seen.trouble = error
            raise

    return noted


smtplib.SMTP.connect = _noting(smtplib.SMTP.connect)  # type: ignore[method-assign]
smtplib.SMTP.getreply = _noting(smtplib.SMTP.getreply)  # type: ignore[method-assign]


@dataclass(frozen=True)
class Channel:
    """One recipient: a name that may be shown, and a URL that may not."""

    name: str
    url: str = field(repr=False)
    timeout: float = 15.0


def load_plugins() -> None:
    """Load Apprise's plugins (0.16 s), so that the first message does not wait for it."""
    Apprise().add("json://127.0.0.1")


def fault_of(url: str) -> str | None:
    """Say what is wrong with a channel's URL, without showing it; None when it can be used."""
    try:
        targets = len(_plugin(url)) + len(re.findall(r"[\s,;]+[A-Za-z0-9_+-]{1,20}://", url))
    except UnusableError as error:
        return str(error)
    if targets != 1:
        return f"the URL names {targets} recipients; a channel has exactly one"
    return None


def send(channel: Channel, message: Message, clock: Clock) -> Attempt:
    """Send one message, and say what came of it. Raises nothing that the network can cause."""
    begun = time.perf_counter()
    at = clock()
    seen = _Seen()
    token = _seen.set(seen)
    try:
        with _quiet():
            ok, said = _notify(channel, message)
    finally:
        _seen.reset(token)
    milliseconds = (time.perf_counter() - begun) * 1000
    if ok:
        return Attempt(
            message.delivery_id, channel.name, at, True, milliseconds, http_code=seen.code
        )
    reason, error = _explained(seen, said)
    return Attempt(
        message.delivery_id,
        channel.name,
        at,
        False,
        milliseconds,
        reason,
        seen.code,
        _seconds(seen.retry_after, at),
        _masked(error, channel.url)[:300],
    )


def _notify(channel: Channel, message: Message) -> tuple[bool, str]:
    """Hand a message to Apprise; give whether it went, and what Apprise said of it."""
    try:
        plugin = _plugin(channel.url)
    except UnusableError as error:
        return False, str(error)
    plugin.request_rate_per_sec = 0  # it would sleep between the parts of a long message
    plugin.socket_connect_timeout = plugin.socket_read_timeout = channel.timeout
    form = _format_of(plugin)
    instance = Apprise(asset=plugin.asset)
    instance.add(plugin)
    result = _call(instance, render(message, form), form, message.severity)
    said = "; ".join(
        str(getattr(entry, "message", entry))
        for one in result
        for tried in one
        for entry in tried.logs
    )
    return bool(result), said


def _plugin(url: str) -> Any:  # noqa: ANN401 - Apprise is untyped
    """Make a fresh instance of the plugin that serves a URL. Raises UnusableError."""
    with _quiet():
        parsed = _parsed(url)
        try:
            plugin = parsed and Apprise.instantiate(
                copy.deepcopy(parsed), asset=_asset(), suppress_exceptions=False
            )
        except TypeError as error:
            raise UnusableError(_masked(str(error), url)) from error
    if not plugin:
        raise UnusableError("Apprise cannot use this URL")
    return plugin


@lru_cache(maxsize=1024)
def _parsed(url: str) -> dict[str, Any] | None:
    """Parse a URL once; what is too long for a service is split rather than refused."""
    if "overflow=" not in url:
        url += ("&" if "?" in url else "?") + "overflow=split"
    parsed: dict[str, Any] | None = url_to_dict(url)  # type: ignore[no-untyped-call]
    return parsed


def _call(instance: Apprise, words: Rendered, form: MessageFormat, severity: Severity) -> Any:  # noqa: ANN401 - Apprise is untyped
    """Call Apprise."""
    return instance.notify(
        body=words.body,
        title=words.title,
        notify_type=_TYPES[severity],
        body_format=NotifyFormat(form.value),
    )


def _format_of(plugin: Any) -> MessageFormat:  # noqa: ANN401 - Apprise is untyped
    """Ask which markup the channel takes."""
    return MessageFormat(plugin.resolve_format().value)


def _asset() -> AppriseAsset:
    """Make Apprise's settings: nothing on disk, nothing in threads of its own, no redirects."""
    asset = AppriseAsset(service_timeout=0)
    asset.http_redirects = False
    asset.async_mode = False
    asset.app_id = "Wirewatch"
    asset.app_desc = "Wirewatch"
    asset.app_url = ""
    return asset


def _explained(seen: _Seen, said: str) -> tuple[DeliveryReason, str]:
    """Name the reason of a failure."""
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


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _masked(text: str, url: str) -> str:
    """Take every part of a channel's URL out of a text that people will see."""
    parts = re.split(r"[/:@?&=,]+", url.partition("://")[2])
    words = {url, *parts, *map(unquote, parts)}
    for secret in sorted((word for word in words if len(word) > 3), key=len, reverse=True):  # noqa: PLR2004
        text = text.replace(secret, "***")
    return text


@contextlib.contextmanager
def _quiet() -> Any:  # noqa: ANN401 - a generator
    """Keep Apprise's own log, which can hold parts of URLs, out of ours."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    yield
