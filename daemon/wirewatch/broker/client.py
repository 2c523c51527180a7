"""The door to aio-pika: connections, and letters as it has them. Nothing of it goes further.

It comes with an extra, and is loaded when a link is opened.
"""

import asyncio
import ssl
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wirewatch.broker.access import Access, BrokerError
from wirewatch.broker.letter import Letter, Parcel

if TYPE_CHECKING:
    from aio_pika import Connection as AnyConnection
    from aio_pika.abc import AbstractChannel

    Connection = AnyConnection
    Channel = AbstractChannel

EXTRA = "cluster"
"""The extra that has it (`pip install 'wirewatch[cluster]'`)."""

LIBRARY = "aio_pika"
"""What the extra brings."""

_PATIENCE = 5.0  # seconds for a node to let us in
_PERSISTENT = 2
_TRANSIENT = 1
_WAY = "transport_factory"  # what the library calls it
_RETURNS = "x-delivery-count"


def library(name: str) -> Any:  # noqa: ANN401 - a module, whose type is known where it is used
    """Give a module of the library. Raises BrokerError that says what to install."""
    try:
        return import_module(name)
    except ImportError as error:
        raise BrokerError(f"{error}: pip install 'wirewatch[{EXTRA}]', then start again") from error


def errors() -> Any:  # noqa: ANN401 - a module
    """Give the module of what the library raises. Raises BrokerError where it is not installed."""
    return library("aio_pika").exceptions


class _Way:
    """The way to a node: what the library makes itself, but keeps, so that it cannot be cut."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._writer: asyncio.StreamWriter | None = None

    async def create(
        self,
        url: Any,  # noqa: ANN401 - the library's own
        **_: object,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Make it."""
        reader, self._writer = await asyncio.open_connection(url.host, url.port, ssl=self._tls)
        return reader, self._writer

    def cut(self) -> None:
        """End it at once; the node may be frozen, and not take leave."""
        if self._writer is not None:
            self._writer.transport.abort()


async def opened(access: Access, address: str, name: str) -> "Connection":
    """Open a connection to one node. Raises BrokerError that says what is in the way."""
    connection = _connection(access, address, name)
    try:
        await connection.connect(timeout=_PATIENCE)
    except TimeoutError as error:
        raise BrokerError(f"{address}: no answer within {_PATIENCE:g} seconds") from error
    except errors().CONNECTION_EXCEPTIONS as error:
        raise BrokerError(f"{address}: {_refusal(access, error)}") from error
    finally:
        if connection.transport is None:
            await connection.close()  # else it would be when it is forgotten, wherever that is
    return connection


def _connection(access: Access, address: str, name: str) -> "Connection":
    """Make a connection that is to be opened yet."""
    host, _, port = address.rpartition(":")
    connection = library("aio_pika.connection")
    url = connection.make_url(
        host=host.strip("[]"),
        port=int(port),
        login=access.user,
        password=access.password,
        virtualhost=access.vhost,
        ssl=access.tls is not None,
        heartbeat=max(1, round(access.heartbeat)),
    )
    made: Connection = connection.Connection(url, client_properties={"connection_name": name})
    made.kwargs[_WAY] = _Way(access.tls)
    return made


def _refusal(access: Access, error: Exception) -> str:
    """Say why a node did not let us in."""
    raised = errors()
    if isinstance(error, raised.AuthenticationError | raised.ProbableAuthenticationError):
        return f"user {access.user!r} is refused; check name and password ({error})"
    if isinstance(error, raised.InvalidFrameError | raised.ConnectionClosed):
        return f"vhost {access.vhost!r} is not there, or not for user {access.user!r}"
    return str(error.args[-1]) if error.args else type(error).__name__


def hear_alarms(connection: "Connection", told: Callable[[str], None]) -> None:
    """Let `told` know why the broker takes nothing more from us, and "" when it does again.

    The library logs that and keeps it to itself: its own methods are stood in for.
    """
    wire: Any = connection.transport.connection if connection.transport else None
    for verb in ("blocked", "unblocked"):
        name = f"_Connection__handle_connection_{verb}"
        setattr(wire, name, _telling(getattr(wire, name), told))


def _telling(plain: Callable[[Any], Any], told: Callable[[str], None]) -> Callable[[Any], Any]:
    """Let a method that handles a frame tell of it."""

    async def telling(frame: Any) -> None:  # noqa: ANN401 - the library's own
        told(str(getattr(frame, "reason", "")))
        await plain(frame)

    return telling


def sending(
    letter: Letter, *, kept: bool = True, reply_to: str = "", question: str = ""
) -> dict[str, Any]:
    """Give what a letter is sent with; `kept` ones outlive a restart of the broker."""
    message = library("aio_pika").Message(
        letter.body,
        headers=dict(letter.headers),
        delivery_mode=_PERSISTENT if kept else _TRANSIENT,
        message_id=letter.id,
        type=letter.kind,
        reply_to=reply_to,
        correlation_id=question,
    )
    return {"body": letter.body, "properties": message.properties}


def parcel(delivered: Any, session: int) -> Parcel:  # noqa: ANN401 - the library's own
    """Read what was handed out."""
    known = delivered.header.properties
    headers = known.headers or {}
    returns = int(headers.get(_RETURNS) or 0)
    texts = {key: value for key, value in headers.items() if isinstance(value, str)}
    return Parcel(
        Letter(known.message_id or "", known.message_type or "", delivered.body, texts),
        max(returns, int(bool(delivered.redelivered))),
        delivered.delivery_tag or 0,
        session,
        known.reply_to or "",
        known.correlation_id or "",
    )


async def shut(connection: "Connection", patience: float) -> None:
    """Close a connection: kindly within `patience` seconds, else by cutting it."""
    closing = asyncio.ensure_future(connection.close())
    await asyncio.wait({closing}, timeout=patience)
    if not closing.done():
        connection.kwargs[_WAY].cut()
        await asyncio.wait({closing}, timeout=patience)
        closing.cancel()
