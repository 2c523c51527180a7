"""What an arrival travels with: its file, or what was read in it where that was large.

A first line says what it is, the rest is packed.
"""

import hashlib
import zlib
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from wirewatch.cluster.entry import QUICK, EntryError
from wirewatch.formats import Reading
from wirewatch.model import Arrival


class Load(NamedTuple):
    """An arrival with its file, or with what was read in it."""

    arrival: Arrival
    data: bytes = b""
    reading: Reading | None = None


class _Head(NamedTuple):
    """What stands before the bytes of a file."""

    arrival: Arrival
    is_read: bool


_HEAD, _READING = TypeAdapter(_Head), TypeAdapter(Reading)


def packed(load: Load) -> bytes:
    """Write an arrival for its way."""
    rest = load.data if load.reading is None else _READING.dump_json(load.reading)
    head = _HEAD.dump_json(_Head(load.arrival, load.reading is not None))
    return zlib.compress(head + b"\n" + rest, QUICK)


def unpacked(body: bytes) -> Load:
    """Read what `packed` has written. Raises EntryError where it is something else."""
    try:
        head, _, rest = zlib.decompress(body).partition(b"\n")
        arrival, is_read = _HEAD.validate_json(head)
        if is_read:
            return Load(arrival, reading=_READING.validate_json(rest))
    except (ValidationError, zlib.error) as error:
        problem = str(error).splitlines()[0]
        raise EntryError(
            f"this is no arrival: {problem}; are all machines of one version?"
        ) from error
    return Load(arrival, rest)


def name_of(arrival: Arrival) -> str:
    """Name an arrival: the same content at the same path has one name, whoever hands it over."""
    words = f"{arrival.inbox}\0{arrival.path}\0{arrival.sha256}"
    return hashlib.sha256(words.encode()).hexdigest()[:32]
