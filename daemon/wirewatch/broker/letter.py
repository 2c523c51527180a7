"""What goes over the broker: a letter, and a letter as it was handed out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

LARGEST = 64_000_000
"""Bytes of a body at most; RabbitMQ takes 128 MiB, from 4.0 on 16 without `max_message_size`."""


class Letter(NamedTuple):
    """Something to be told: `id` says which it is, `kind` how its body is to be read."""

    id: str
    kind: str
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})


class Parcel(NamedTuple):
    """A letter as it was handed out, until it is acknowledged.

    `returns` is how often it came back before, `session` which connection handed it out, `tag`
    its number there. `reply_to` and `question` are set where it asks for an answer.
    """

    letter: Letter
    returns: int
    tag: int
    session: int
    reply_to: str = ""
    question: str = ""
