"""What lies under Apprise: connections that outlive a message, and what was seen on them noted.

Apprise gives neither HTTP status nor Retry-After nor the trouble that SMTP had. They are noted as
`requests` and smtplib meet them, for the message that is being sent.
"""

import email.utils
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from wirewatch.states import DeliveryReason

_THROTTLED = 429
_ERROR_FROM = 400
_REDIRECTED_FROM = 300
_LONGEST_ANSWER = 1_000_000  # bytes; services say a few hundred
_DEFAULT_TIMEOUT = 15.0  # seconds, for a request that brings none


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and its Retry-After; without either where there was no answer."""

    code: int | None = None
    retry_after: str | None = None


@dataclass
class Seen:
    """What was seen while a message was sent, which may take several requests."""

    answers: list[Answer] = field(default_factory=list)
    trouble: Exception | None = None

    def last(self) -> Answer:
        """Give the last answer."""
        return self.answers[-1] if self.answers else Answer()

    def refusal(self) -> Answer:
        """Give the last answer that was no success: parts that follow it may have had one."""
        refused = [answer for answer in self.answers if (answer.code or 0) >= _REDIRECTED_FROM]
        return refused[-1] if refused else Answer()


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
    if noted is None:
        return _plain_send(session, request, **options)
    try:
        response = _plain_send(session, request, **(options | {"stream": True}))
        if not options.get("stream"):
            _read(response, options.get("timeout"))
    except requests.RequestException as error:
        noted.trouble = error
        raise
    noted.answers.append(Answer(response.status_code, response.headers.get("Retry-After")))
    return response


def _read(response: requests.Response, timeout: Any) -> None:  # noqa: ANN401 - as requests has it
    """Read an answer as far as it may matter, and no longer than its timeout allows.

    `requests` would read whatever comes into memory, for as long as something comes. Raises
    requests' own errors: ReadTimeout, and ChunkedEncodingError for an answer that breaks off.
    """
    allowed = timeout[1] if isinstance(timeout, tuple) else timeout
    until = time.monotonic() + (allowed or _DEFAULT_TIMEOUT)
    read = bytearray()
    try:
        while part := response.raw.read1(_LONGEST_ANSWER, decode_content=True):
            read += part
            if len(read) >= _LONGEST_ANSWER:
                response.close()
                break
            if time.monotonic() > until:
                response.close()
                raise requests.ReadTimeout("the answer does not end")
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
    response._content = bytes(read)  # noqa: SLF001 - where requests keeps it
    response._content_consumed = True  # type: ignore[attr-defined] # noqa: SLF001


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


for _method in ("connect", "starttls", "login", "sendmail"):
    setattr(smtplib.SMTP, _method, _noting(getattr(smtplib.SMTP, _method)))


def explained(seen: Seen, said: str) -> tuple[DeliveryReason, str]:
    """Name the reason of a failure, and say it; `said` is what Apprise had to say."""
    code = seen.refusal().code
    if code is not None:
        return _answered(code)
    refusal = _refusal(seen.trouble)
    if refusal:
        return DeliveryReason.REFUSED_BY_SERVICE, refusal
    if seen.trouble is not None:
        return _unanswered(seen.trouble)
    return DeliveryReason.REFUSED_BY_SERVICE, said or "the service did not take the message"


def _answered(code: int) -> tuple[DeliveryReason, str]:
    """Explain an HTTP status that is no success."""
    if code == _THROTTLED:
        return DeliveryReason.THROTTLED, "HTTP 429: too many requests"
    if code >= _ERROR_FROM:
        return DeliveryReason.HTTP_ERROR, f"HTTP {code}"
    elsewhere = "the service is elsewhere, and redirects are not followed"
    return DeliveryReason.REFUSED_BY_SERVICE, f"HTTP {code}: {elsewhere}"


def _refusal(trouble: Exception | None) -> str:
    """Give what a mail server said when it refused; nothing when that was not the trouble."""
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        return str(trouble)
    said: bytes | str
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(trouble.recipients.values()))
    elif isinstance(trouble, smtplib.SMTPResponseException):
        code, said = trouble.smtp_code, trouble.smtp_error
    else:
        return ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    words = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"SMTP {code}: {' '.join(words.split())}"


def _unanswered(trouble: Exception) -> tuple[DeliveryReason, str]:
    """Explain why there is no answer; what may have arrived all the same is a timeout."""
    late = (requests.Timeout, TimeoutError)
    if isinstance(trouble, late) or isinstance(trouble.__context__, TimeoutError):
        return DeliveryReason.TIMEOUT, "no answer in time"
    cause = _root_cause(trouble)
    broken_off = (
        ConnectionResetError,
        BrokenPipeError,
        HTTPException,
        smtplib.SMTPServerDisconnected,
    )
    if isinstance(trouble, requests.exceptions.ChunkedEncodingError) or isinstance(
        cause, broken_off
    ):
        return DeliveryReason.TIMEOUT, "the connection was closed without an answer"
    return DeliveryReason.UNREACHABLE, getattr(cause, "strerror", None) or type(cause).__name__


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
