"""A broker on this machine alone, of several nodes: for trying out a cluster, and for tests."""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from wirewatch.broker.local_node import PASSWORD, USER, LocalNode, Neighbours
from wirewatch.broker.local_ports import claim_ports
from wirewatch.broker.local_process import SERVER, Host, Process, begin, end, left_behind, sweep
from wirewatch.errors import WirewatchError

__all__ = ["PASSWORD", "USER", "Host", "LocalBroker", "LocalBrokerError"]

_STARTING = 180.0  # seconds, on a machine that is busy with other things
_STOPPING = 20.0  # seconds that nodes may take to end by themselves
_PAUSE = 0.1
_TICK = 60  # seconds, as RabbitMQ has it
_AGAIN = 2  # how often a node is begun anew that ends while it starts

Seen = Callable[[int, int], None]


class LocalBrokerError(WirewatchError):
    """The broker did not start, or a node did not come back; the message says why."""


class LocalBroker:
    """Nodes on loopback, clustered, with all their files in one folder; they are counted from 0.

    They run until `stop`, or while it is used as a context. What the folder holds is kept, and
    found again by the next broker there of as many nodes. `hosts` gives each node a place of its
    own. A node that says nothing for `tick` seconds is taken for dead by the others.
    """

    def __init__(
        self,
        folder: Path,
        nodes: int = 3,
        ports: int | None = None,
        hosts: Sequence[Host] = (),
        tick: int = _TICK,
    ) -> None:
        self.folder = folder.absolute()
        self._hosts = tuple(hosts) or (Host(),) * nodes
        self._base = ports
        self._tick = tick
        self._nodes: list[LocalNode] = []
        self._finders: list[Process] = []
        self._resources = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def names(self) -> tuple[str, ...]:
        """Give the nodes' names, as RabbitMQ has them."""
        return tuple(f"n{number}@{host.address}" for number, host in enumerate(self._hosts))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Give where nodes take connections, as `HOST:PORT`."""
        return tuple(node.address for node in self._nodes)

    @property
    def management(self) -> tuple[str, ...]:
        """Give where nodes tell of themselves, as `http://HOST:PORT`."""
        return tuple(f"http://{node.host.address}:{node.management}" for node in self._nodes)

    def start(self, seen: Seen = lambda _up, _every: None) -> None:
        """Start all nodes at once, and wait until each takes connections and sees all others.

        RabbitMQ's nodes may trip over each other where they start at the same moment: one that
        ends is begun anew, as systemd does it. `seen` hears how many are up, of how many. Raises
        LocalBrokerError or PortsTakenError; then nothing runs.
        """
        if not SERVER.is_file():
            raise LocalBrokerError(
                f"RabbitMQ is not installed, there is no {SERVER}; "
                "install Debian's package: apt install rabbitmq-server"
            )
        with contextlib.ExitStack() as undone:
            undone.callback(self.stop, 0.0)
            self._prepare()
            for node in self._nodes:
                node.begin()
            self._wait(self._nodes, self._sees_all, seen)
            undone.pop_all()

    def stop(self, patience: float = _STOPPING) -> None:
        """End all that was started; what takes longer than `patience` seconds is killed."""
        running = [node.process for node in self._nodes if node.process]
        end(running, patience)
        end(self._finders, 1.0)
        self._finders.clear()
        self._resources.close()

    def pid(self, node: int) -> int:
        """Give the number of a node's process, that of Erlang's virtual machine itself."""
        process = self._nodes[node].process
        return process.pid if process else 0

    def kill(self, node: int) -> None:
        """End a node as a power cut does."""
        self._nodes[node].kill()

    def restart(self, *nodes: int) -> None:
        """Start nodes that have ended, at once, and wait until each takes connections again.

        Where most others have ended too, start them together: a minority waits for more of them.
        Raises LocalBrokerError.
        """
        again = [self._nodes[node] for node in nodes]
        end([node.process for node in again if node.process], _STOPPING)
        for node in again:
            node.begin()
        self._wait(again, lambda node: node.name in node.running(), lambda _up, _every: None)

    def takes_connections(self, node: int) -> bool:
        """Tell whether a node answers those who speak AMQP; one that is paused does not."""
        return self._nodes[node].takes_connections()

    def running(self, asked: int) -> frozenset[int]:
        """Give the nodes that a node sees running, itself too; none when it does not answer."""
        return frozenset(map(self.names.index, self._nodes[asked].running()))

    def exit_codes(self) -> dict[int, int]:
        """Give what nodes have ended with that run no more; less than 0 is a signal's number."""
        codes = ((number, node.exit_code()) for number, node in enumerate(self._nodes))
        return {number: code for number, code in codes if code is not None}

    def printed(self, node: int) -> Path:
        """Give the file of what a node has printed."""
        return self._nodes[node].printed

    def _prepare(self) -> None:
        """Take the folder and the ports, and start what lets nodes find each other."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._resources.enter_context(_taken(self.folder))
        self._resources.callback(sweep, self.folder)
        sweep(self.folder)
        if left := left_behind(self.folder):
            raise LocalBrokerError(f"{self.folder}: processes {left} are still there; end them")
        if (self.folder / f"n{len(self._hosts)}").exists():
            raise LocalBrokerError(
                f"{self.folder}: a broker of more nodes lives there; "
                "start as many, or name another folder"
            )
        _make_cookie(self.folder)
        ours = sorted({host.address for host in self._hosts if not host.prefix})
        ports = self._resources.enter_context(
            contextlib.closing(claim_ports(len(self._hosts), ours, self._base))
        )
        for host in dict.fromkeys(self._hosts):
            words = ["epmd", "-port", str(ports.epmd), "-address", host.address]
            log = self.folder / "epmd.log"
            self._finders.append(begin(host, words, self.folder, {}, log))
        known = Neighbours(self.names, ports, self._tick)
        hosts = enumerate(self._hosts)
        self._nodes = [LocalNode(number, host, self.folder, known) for number, host in hosts]

    def _sees_all(self, node: LocalNode) -> bool:
        """Tell whether a node sees all others running."""
        return node.running() == set(self.names)

    def _wait(
        self, nodes: Iterable[LocalNode], joined: Callable[[LocalNode], bool], seen: Seen
    ) -> None:
        """Wait until nodes have joined the others and take connections. Raises LocalBrokerError."""
        every = list(nodes)
        missing = list(every)
        left = dict.fromkeys(every, _AGAIN)
        deadline = time.monotonic() + _STARTING
        while missing:
            missing = [one for one in missing if not (joined(one) and one.takes_connections())]
            seen(len(every) - len(missing), len(every))
            late = time.monotonic() > deadline
            for node in missing:
                ended = node.exit_code() is not None
                if late or (ended and not left[node]):
                    raise LocalBrokerError(_trouble(node))
                if ended:
                    left[node] -= 1
                    node.begin()
            time.sleep(_PAUSE if missing else 0)


def _trouble(node: LocalNode) -> str:
    """Say why a node is not up."""
    code = node.exit_code()
    how = f"was not up after {_STARTING:.0f} s" if code is None else f"ended with {code}"
    return f"{node.name} {how}; {node.printed} says: {node.last_words()}"


@contextlib.contextmanager
def _taken(folder: Path) -> Iterator[IO[str]]:
    """Hold a folder for this process alone. Raises LocalBrokerError when another one has it."""
    with (folder / "lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LocalBrokerError(
                f"{folder}: another process runs the broker there; stop it, or name another folder"
            ) from error
        yield file


def _make_cookie(folder: Path) -> None:
    """Write the word by which nodes know each other, if it is not there, for our eyes only."""
    with contextlib.suppress(FileExistsError):
        path = folder / ".erlang.cookie"
        with open(path, "x", encoding="ascii", opener=_for_us_alone) as file:
            file.write(secrets.token_hex(16))


def _for_us_alone(path: str, flags: int) -> int:
    """Open a file that others may not read."""
    return os.open(path, flags, 0o400)
