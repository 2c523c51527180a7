"""One node of a local broker: its files, its process, and what it says of the others."""

import base64
import contextlib
import http.client
import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from wirewatch.broker.local_ports import Ports
from wirewatch.broker.local_process import SERVER, Host, Process, begin

USER = PASSWORD = "guest"  # noqa: S105 - as RabbitMQ itself begins
"""Who may come in; a broker on loopback lets no other machine try."""

_GREETING = b"AMQP\x00\x00\x09\x01"  # the protocol and its version, 0-9-1
_ANSWERING = 2.0  # seconds that a node may take for a small question
_WORDS = 600  # characters of what a node printed that are shown
_ERROR = re.compile(r"\[error\] <\S+> +(\S.*)")

_SETTINGS = """\
listeners.tcp.1 = {address}:{amqp}
management.tcp.ip = {address}
management.tcp.port = {management}
loopback_users.guest = {only_loopback}

# Nodes that have lost sight of most others stop until they see them again.
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
{peers}
# The others wait while one looks around in vain, and longer than it did.
cluster_formation.discovery_retry_limit = 2

# As older ones have it; from 4.0 on it is an eighth of that.
max_message_size = 134217728

# Small: it shares its machine with its fellows.
vm_memory_high_watermark.absolute = 512MB
raft.wal_max_size_bytes = 67108864
log.console = false
"""


@dataclass(frozen=True)
class Neighbours:
    """What a node is told of its broker: the names of all nodes, the ports, how they watch."""

    names: tuple[str, ...]
    ports: Ports
    tick: int
    """Seconds after which a node that says nothing is taken for dead."""


class LocalNode:
    """A node in a folder of its own inside its broker's; `number` counts from 0."""

    def __init__(self, number: int, host: Host, folder: Path, neighbours: Neighbours) -> None:
        self.name = neighbours.names[number]
        self.host = host
        self.port = neighbours.ports.amqp(number)
        self.management = neighbours.ports.management(number)
        self.printed = folder / f"n{number}" / "printed.log"
        self._home = folder
        self._folder = folder / f"n{number}"
        self._neighbours = neighbours
        self._among_nodes = neighbours.ports.among_nodes(number)
        self.process: Process | None = None
        self._printed_before = 0

    @property
    def address(self) -> str:
        """Give where it takes connections."""
        return f"{self.host.address}:{self.port}"

    def begin(self) -> None:
        """Write its files and start it; it takes seconds until it is up."""
        self._folder.mkdir(exist_ok=True)
        (self._folder / "rabbitmq.conf").write_text(self._settings(), encoding="utf-8")
        (self._folder / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="utf-8")
        (self._folder / "env.conf").write_text("", encoding="utf-8")  # instead of the machine's
        with contextlib.suppress(FileNotFoundError):
            self._printed_before = self.printed.stat().st_size
        listens = self.host.address.replace(".", ",")
        words = [
            str(SERVER),
            *("-kernel", "inet_dist_use_interface", f"{{{listens}}}"),
            *("-kernel", "net_ticktime", str(self._neighbours.tick)),
            *("-wirewatch", str(self._folder)),  # for whoever looks at the list of processes
        ]
        self.process = begin(self.host, words, self._home, self._environment(), self.printed)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def exit_code(self) -> int | None:
        """Give what it ended with, less than 0 for a signal; None while it runs."""
        return self.process.poll() if self.process else None

    def takes_connections(self) -> bool:
        """Tell whether it answers those who speak AMQP."""
        with contextlib.suppress(OSError):
            place = self.host.address, self.port
            with socket.create_connection(place, timeout=_ANSWERING) as connection:
                connection.sendall(_GREETING)
                return bool(connection.recv(1))
        return False

    def running(self) -> frozenset[str]:
        """Give the names of the nodes that it sees running; none when it does not answer."""
        word = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode("ascii")
        asked = http.client.HTTPConnection(self.host.address, self.management, timeout=_ANSWERING)
        with contextlib.closing(asked):
            try:
                asked.request("GET", "/api/nodes", headers={"Authorization": f"Basic {word}"})
                nodes = json.loads(asked.getresponse().read())
                return frozenset(node["name"] for node in nodes if node["running"])
            except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
                return frozenset()

    def last_words(self) -> str:
        """Give what went wrong since it was started last, as it printed it; else its last words."""
        said = ""
        with contextlib.suppress(OSError), self.printed.open("rb") as file:
            file.seek(self._printed_before)
            said = file.read().decode("utf-8", "replace")
        errors = " ".join(_ERROR.findall(said))
        return errors[:_WORDS] or " ".join(said.split())[-_WORDS:]

    def _settings(self) -> str:
        """Write its rabbitmq.conf."""
        address = self.host.address
        peers = (
            f"cluster_formation.classic_config.nodes.{number} = {name}"
            for number, name in enumerate(self._neighbours.names, 1)
        )
        return _SETTINGS.format(
            address=address,
            amqp=self.port,
            management=self.management,
            only_loopback=str(address.startswith("127.")).lower(),
            peers="\n".join(peers),
        )

    def _environment(self) -> dict[str, str]:
        """Say where all that it reads and writes lies: in its own folder, nowhere else."""
        inside = {
            "MNESIA_BASE": "data",
            "LOG_BASE": "log",
            "ENABLED_PLUGINS_FILE": "enabled_plugins",
            "CONFIG_FILE": "rabbitmq.conf",
            "ADVANCED_CONFIG_FILE": "advanced.config",
            "CONF_ENV_FILE": "env.conf",
            "PID_FILE": "pid",
        }
        places = {f"RABBITMQ_{key}": str(self._folder / name) for key, name in inside.items()}
        return places | {
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_USE_LONGNAME": "true",  # an address is a long name, and needs no DNS
            "RABBITMQ_DIST_PORT": str(self._among_nodes),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the node, rather than watch it
            "ERL_EPMD_PORT": str(self._neighbours.ports.epmd),
            "ERL_EPMD_ADDRESS": self.host.address,
            "ERL_CRASH_DUMP_SECONDS": "0",
        }
