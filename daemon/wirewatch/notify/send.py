"""The only door to Apprise: one message to one recipient, and what came of it.

A fresh Apprise instance for each message, since many plugins sleep between two sends of one
instance; no redirects, no retries of its own (the outbox retries).
"""

import contextlib
import copy
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyBase, NotifyFormat, NotifyType
from apprise.attachment.memory import AttachMemory
from apprise.conversion import convert_between
from apprise.plugins import url_to_dict

from wirewatch.clock import Clock
from wirewatch.masking import STARS, masked
from wirewatch.model import Attempt, Message
from wirewatch.notify.connections import explained, seconds, seen
from wirewatch.notify.fit import Room
from wirewatch.notify.letter import PICTURE, Letter, letters
from wirewatch.notify.reach import address_of_plugin
from wirewatch.notify.render import SHIPPED, Manner
from wirewatch.notify.services import prioritise, weights_of, with_its_markup
from wirewatch.notify.template import Style, compile_templates
from wirewatch.states import MessageFormat, Severity

_TYPES = {
    Severity.LOW: NotifyType.INFO,
    Severity.NORMAL: NotifyType.INFO,
    Severity.HIGH: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
}

_NO_LIMIT = 10_000_000


class UnusableError(Exception):
    """A channel's URL cannot be used; the message does not show it."""


@dataclass(frozen=True)
class Channel:
    """One recipient: a name that may be shown, a URL that may not, and how it is written to."""

    name: str
    url: str = field(repr=False)
    timeout: float = 15.0
    style: Style = SHIPPED


def load_plugins(channels: Iterable[Channel] = ()) -> None:
    """Load Apprise's plugins (0.16 s), so that the first message does not wait for it.

    Templates of channels are compiled too (0.07 s).
    """
    Apprise().add("json://127.0.0.1")
    for style in {channel.style for channel in channels}:
        compile_templates(style)


def fault_of(url: str) -> str | None:
    """Say what is wrong with a channel's URL, without showing it; None when it can be used."""
    try:
        targets = len(_plugin(url)) + len(re.findall(r"[\s,;]+[A-Za-z0-9_+-]{1,20}://", url))
    except UnusableError as error:
        return str(error)
    if targets != 1:
        return f"the URL names {targets} recipients; a channel has exactly one"
    return None


def address_of(url: str) -> tuple[str, int] | None:
    """Give host and port of a channel's service; None where its plugin does not say."""
    return address_of_plugin(_plugin(url))


def has_pages(url: str) -> bool:
    """Tell whether a channel's digests are pages: it takes mail in HTML."""
    try:
        plugin = _plugin(url)
    except UnusableError:
        return False
    return _is_mail(plugin) and _format_of(plugin) is MessageFormat.HTML


def words_for(
    channel: Channel, message: Message, form: MessageFormat | None = None
) -> list[Letter]:
    """Give what a channel is sent of a message, in another form if one is named.

    Raises UnusableError.
    """
    plugin = _plugin(channel.url)
    return _letters(plugin, message, channel.style, form or _format_of(plugin))


class Sender:
    """Sends a channel's messages, one at a time; `went` is called after each part of a long one."""

    def __init__(
        self, channel: Channel, clock: Clock, went: Callable[[], None] = lambda: None
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._went = went
        self._prepared: Any = None

    def prepare(self) -> None:
        """Make the instance for the next message while there is time for it."""
        if self._prepared is None:
            with contextlib.suppress(UnusableError):  # said when a message is to be sent
                self._prepared = _plugin(self._channel.url)

    def send(self, message: Message) -> Attempt:
        """Send one message, and say what came of it. Raises nothing that the network can cause."""
        begun = time.perf_counter()
        at = self._clock()
        with seen() as noted, _quiet():
            ok, said = self._notify(message)
        milliseconds = (time.perf_counter() - begun) * 1000
        sent = Attempt(message.delivery_id, message.channel, at, ok, milliseconds)
        if ok:
            return replace(sent, http_code=noted.last().code)
        reason, error = explained(noted, said)
        refusal = noted.refusal()
        return replace(
            sent,
            reason=reason,
            http_code=refusal.code,
            retry_after=seconds(refusal.retry_after, at),
            error=_masked(error, self._channel.url)[:300],
        )

    def _notify(self, message: Message) -> tuple[bool, str]:
        """Hand a message to Apprise; give whether it went, and what Apprise said of it."""
        try:
            plugin = self._prepared or _plugin(self._channel.url)
        except UnusableError as error:
            return False, str(error)
        self._prepared = None
        plugin.request_rate_per_sec = 0  # it would sleep between the parts of a long message
        plugin.socket_connect_timeout = plugin.socket_read_timeout = self._channel.timeout
        form = _format_of(plugin)
        instance = Apprise(asset=plugin.asset)
        instance.add(plugin)
        prioritise(plugin, self._channel.url, message.severity)
        for letter in _letters(plugin, message, self._channel.style, form):
            result = _call(instance, letter, form, message.severity)
            if not result:
                return False, _said(result)
            self._went()
        return True, ""


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
    url = with_its_markup(url)
    if "overflow=" not in url:
        url += ("&" if "?" in url else "?") + "overflow=split"
    parsed: dict[str, Any] | None = url_to_dict(url)  # type: ignore[no-untyped-call]
    return parsed


def _letters(plugin: Any, message: Message, style: Style, form: MessageFormat) -> list[Letter]:  # noqa: ANN401 - Apprise is untyped
    """Put a message into words at the length that a service takes."""
    room = _room(plugin, form)
    is_mail = _is_mail(plugin)
    if is_mail:  # its limit is Apprise's own; pages have another
        plugin.body_maxlen, plugin.inline = _NO_LIMIT, True
    return letters(message, Manner(form, style, room.merges), room, is_mail=is_mail)


def _room(plugin: Any, form: MessageFormat) -> Room:  # noqa: ANN401 - Apprise is untyped
    """Ask how much a service takes at once."""
    converts = type(plugin).dialect_convert is not NotifyBase.dialect_convert
    as_sent = partial(plugin.dialect_convert, body_format=NotifyFormat(form.value))
    return Room(
        body=plugin.body_maxlen - plugin.overflow_buffer,
        title=plugin.title_maxlen,
        lines=plugin.body_max_line_count,
        merges=plugin.title_maxlen <= 0,
        shares=plugin.overflow_amalgamate_title,
        converted=as_sent if converts else str,
        weights=weights_of(plugin),
    )


def _is_mail(plugin: Any) -> bool:  # noqa: ANN401 - Apprise is untyped
    """Tell whether a service is mail; if so, let it take our plain text beside a page.

    The plugin is known by its name: to import it takes a while, and Apprise does so when asked.
    """
    mail = [kind for kind in type(plugin).__mro__ if kind.__name__ == "NotifyEmail"]
    for kind in mail:
        vars(sys.modules[kind.__module__])["convert_between"] = _with_ours_beside
    return bool(mail)


_beside: ContextVar[str] = ContextVar("beside", default="")


def _with_ours_beside(source: Any, target: Any, content: str) -> str:  # noqa: ANN401 - as Apprise has it
    """Give our own plain text for that beside a page, which Apprise makes of the page itself."""
    return _beside.get() or str(convert_between(source, target, content))  # type: ignore[no-untyped-call]


def _call(instance: Apprise, letter: Letter, form: MessageFormat, severity: Severity) -> Any:  # noqa: ANN401 - Apprise is untyped
    """Call Apprise."""
    attached = None
    if letter.picture:
        attached = AppriseAttachment(asset=instance.asset)
        drawn = AttachMemory(letter.picture, name=PICTURE, mimetype="image/png")  # type: ignore[no-untyped-call]
        attached.add(drawn)
    token = _beside.set(letter.beside)
    try:
        return instance.notify(
            body=letter.body,
            title=letter.title,
            notify_type=_TYPES[severity],
            body_format=NotifyFormat(form.value),
            attach=attached,
        )
    finally:
        _beside.reset(token)


def _said(result: Any) -> str:  # noqa: ANN401 - Apprise is untyped
    """Give what Apprise has to say of a call."""
    return "; ".join(
        str(getattr(entry, "message", entry))
        for one in result
        for tried in one
        for entry in tried.logs
    )


def _format_of(plugin: Any) -> MessageFormat:  # noqa: ANN401 - Apprise is untyped
    """Ask which markup the channel takes."""
    return MessageFormat(plugin.resolve_format().value)


def _asset() -> AppriseAsset:
    """Make Apprise's settings: nothing on disk, nothing in threads of its own, no redirects.

    No pictures either, which readers' devices would fetch from elsewhere.
    """
    asset = AppriseAsset(service_timeout=0)
    asset.http_redirects = False
    asset.async_mode = False
    asset.app_id = "Wirewatch"
    asset.app_desc = "Wirewatch"
    asset.app_url = asset.image_url_mask = asset.image_url_logo = ""
    return asset


def _masked(text: str, url: str) -> str:
    """Take every part of a channel's URL out of a text that people will see."""
    parts = re.split(r"[/:@?&=,]+", url.partition("://")[2])
    words = {url, *parts, *map(unquote, parts)}
    for secret in sorted((word for word in words if len(word) > 3), key=len, reverse=True):  # noqa: PLR2004
        text = text.replace(secret, STARS)
    return masked(text)


@contextlib.contextmanager
def _quiet() -> Any:  # noqa: ANN401 - a generator
    """Keep Apprise's own log, which can hold parts of URLs, out of ours."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    yield
