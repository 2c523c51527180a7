"""A network of this machine's own, whose lines can be cut: namespaces on a bridge.

A `Room` is a network namespace with an address. What is run with its `prefix` has no other way out
than its line to the bridge, on which the machine itself has an address, too. A line that is cut
loses what is sent without a word, as a dead switch does: nobody is told that a connection is over.
"""

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from string import ascii_lowercase
from typing import Self

import pytest

from wirewatch.broker.local import Host

_MOST = 250
_LETTERS = cycle(ascii_lowercase)  # to tell networks of one process apart
_OURS = 254  # the last part of the machine's own address
_CONNECT = (
    "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).close()"
)


@dataclass(frozen=True)
class Room:
    """A network namespace with one address, on a line of its own."""

    name: str
    address: str
    bridge: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """Give the words that go before a command to run it inside; the command takes their place."""
        return ("ip", "netns", "exec", self.name)

    @property
    def host(self) -> Host:
        """Give the room as a place for a node of a broker."""
        return Host(self.address, self.prefix)

    def cut(self) -> None:
        """Cut its line: nothing comes or goes, and nobody is told."""
        _do("ip", "link", "set", self._line, "nomaster")

    def mend(self) -> None:
        """Mend its line."""
        _do("ip", "link", "set", self._line, "master", self.bridge)

    def reaches(self, address: str) -> bool:
        """Tell whether a connection can be made from inside, to `HOST:PORT`."""
        words = [*self.prefix, sys.executable, "-c", _CONNECT, *address.rsplit(":", 1)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def begin(self) -> None:
        """Make it, with its line."""
        inside = f"{self.name}i"
        _do("ip", "netns", "add", self.name)
        _do("ip", "link", "add", self._line, "type", "veth", "peer", "name", inside)
        _do("ip", "link", "set", inside, "netns", self.name)
        for words in (
            ("addr", "add", f"{self.address}/24", "dev", inside),
            ("link", "set", inside, "up"),
            ("link", "set", "lo", "up"),
        ):
            _do(*self.prefix, "ip", *words)
        _do("ip", "link", "set", self._line, "up")
        self.mend()

    def end(self) -> None:
        """Take it away, line and all."""
        subprocess.run(["ip", "link", "del", self._line], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)

    @property
    def _line(self) -> str:
        """Give the name of the line's end at the bridge."""
        return f"{self.name}o"


class Network:
    """A bridge, the machine's own address on it, and rooms; all gone at the end of the context."""

    def __init__(self) -> None:
        self._bridge = f"w{os.getpid()}{next(_LETTERS)}"  # names of devices may have 15 letters
        self._rooms: list[Room] = []
        self._guests: list[str] = []
        self._net = ""

    @property
    def address(self) -> str:
        """Give the machine's own address, which all rooms reach."""
        return f"{self._net}.{_OURS}"

    def __enter__(self) -> Self:
        """Make the bridge."""
        self._net = _free_net()
        _do("ip", "link", "add", self._bridge, "type", "bridge")
        _do("ip", "addr", "add", f"{self.address}/24", "dev", self._bridge)
        _do("ip", "link", "set", self._bridge, "up")
        return self

    def __exit__(self, *_error: object) -> None:
        """Take all of it away."""
        for room in self._rooms:
            room.end()
        for line in self._guests:
            subprocess.run(["ip", "link", "del", line], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", self._bridge], capture_output=True, check=False)

    def room(self) -> Room:
        """Make one more room."""
        number = len(self._rooms) + 1
        room = Room(f"{self._bridge}r{number}", f"{self._net}.{number}", self._bridge)
        self._rooms.append(room)
        room.begin()
        return room

    def reach(self, room: Room) -> None:
        """Give a room of another network a line to this one, too; `Room.cut` leaves it whole."""
        number = len(self._guests) + 1
        line, inside = f"{self._bridge}g{number}o", f"{self._bridge}g{number}i"
        self._guests.append(line)
        _do("ip", "link", "add", line, "type", "veth", "peer", "name", inside)
        _do("ip", "link", "set", inside, "netns", room.name)
        address = f"{self._net}.{_OURS - number}/24"
        _do(*room.prefix, "ip", "addr", "add", address, "dev", inside)
        _do(*room.prefix, "ip", "link", "set", inside, "up")
        _do("ip", "link", "set", line, "up")
        _do("ip", "link", "set", line, "master", self._bridge)


def _free_net() -> str:
    """Give the first parts of addresses that nobody on this machine has."""
    held = _do("ip", "-4", "-o", "addr")
    return next(net for n in range(1, _MOST) if f" {(net := f'10.99.{n}')}." not in held)


@cache
def why_no_network() -> str:
    """Say why no namespaces can be had here; nothing when they can."""
    if not shutil.which("ip"):
        return "no `ip` (Debian's package iproute2)"
    try:
        with Network() as network, socket.create_server((network.address, 0)) as heard:
            port = heard.getsockname()[1]
            reached = network.room().reaches(f"{network.address}:{port}")
    except AssertionError as error:
        return f"no network namespaces, which take root: {error}"
    return "" if reached else "what is sent by a namespace does not arrive"


def need_network() -> None:
    """Skip the test, with the reason, where no namespaces can be had."""
    if reason := why_no_network():
        pytest.skip(reason)


def _do(*words: str) -> str:
    """Run a command that has to succeed; give what it said."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.strip()}"
    return done.stdout
