"""Declares what must stand on the broker, by a channel, and deletes what shall not."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from wirewatch.broker.access import BrokerError
from wirewatch.broker.client import errors
from wirewatch.broker.topology import Binding, Declared, Exchange, Kind, Queue

if TYPE_CHECKING:
    from wirewatch.broker.client import Channel, Connection


async def declare(
    connection: "Connection", declared: Iterable[Declared], own: Mapping[str, str]
) -> None:
    """Declare values in their order; `own` has the names of queues that are this connection's.

    Raises BrokerError where something of that name is there, but is something else, or where it
    may not be declared.
    """
    raised = errors()
    channel = await connection.channel(publisher_confirms=False)
    for one in declared:
        try:
            await _declare(channel, one, own)
        except raised.ChannelPreconditionFailed as error:
            raise BrokerError(_different(one, str(error))) from error
        except raised.ChannelClosed as error:
            raise BrokerError(f"{_named(one)}: the broker refuses: {error}") from error
    await channel.close()


async def _declare(channel: "Channel", one: Declared, own: Mapping[str, str]) -> None:
    """Declare one value; it may be there as it is."""
    match one:
        case Exchange():
            await channel.declare_exchange(one.name, one.kind, durable=True)
        case Queue(kind=Kind.TRANSIENT):
            await channel.declare_queue(own[one.name], exclusive=True, auto_delete=True)
        case Queue():
            await channel.declare_queue(one.name, durable=True, arguments=dict(one.arguments))
        case Binding():
            name = own.get(one.queue, one.queue)
            queue = await channel.get_queue(name, ensure=False)
            await queue.bind(one.exchange)


async def depths(
    connection: "Connection", queues: Iterable[str]
) -> dict[str, tuple[int, int] | None]:
    """Count what is ready in queues and who takes from them; None for one that is not there."""
    missing = errors().ChannelNotFoundEntity
    found: dict[str, tuple[int, int] | None] = {}
    channel = await connection.channel(publisher_confirms=False)
    for name in queues:
        try:
            said = (await channel.declare_queue(name, passive=True)).declaration_result
            found[name] = (said.message_count or 0, said.consumer_count or 0)
        except missing:  # which closes the channel
            found[name] = None
            channel = await connection.channel(publisher_confirms=False)
    await channel.close()
    return found


async def delete(connection: "Connection", queues: Iterable[str]) -> None:
    """Delete queues with all that lies in them; they need not be there."""
    channel = await connection.channel(publisher_confirms=False)
    for name in queues:
        await channel.queue_delete(name)
    await channel.close()


def _named(one: Declared) -> str:
    """Say what a value is."""
    if isinstance(one, Binding):
        return f"queue {one.queue} at exchange {one.exchange}"
    return f"{type(one).__name__.lower()} {one.name}"


def _different(one: Declared, said: str) -> str:
    """Say what is in the way of a value, and what to do."""
    what = said.removeprefix("PRECONDITION_FAILED - ")
    remedy = "configure all machines alike, or delete it once it is empty: it is made anew"
    return f"{_named(one)} is there, but not as it should be: {what}; {remedy}"
