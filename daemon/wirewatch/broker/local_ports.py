"""The ports of a local broker: some in a row, which nobody else has."""

import contextlib
import errno
import socket
from collections.abc import Sequence

from wirewatch.errors import WirewatchError

_FIRST = 17_600  # below those that the kernel gives to whoever connects somewhere
_LAST = 27_600
_STEP = 50
_EACH = 3  # AMQP, management, and what the nodes say among themselves


class PortsTakenError(WirewatchError):
    """No ports are free, or not those that were asked for; the message says which."""


class Ports:
    """Ports in a row, claimed until they are closed: other brokers of ours keep off them."""

    def __init__(self, nodes: int, base: int, claim: socket.socket) -> None:
        self.epmd = base + _EACH * nodes
        self._base = base
        self._claim = claim

    def amqp(self, node: int) -> int:
        """Give the port on which a node takes connections."""
        return self._base + _EACH * node

    def management(self, node: int) -> int:
        """Give the port on which a node tells of itself, by HTTP."""
        return self._base + _EACH * node + 1

    def among_nodes(self, node: int) -> int:
        """Give the port on which a node hears the others."""
        return self._base + _EACH * node + 2

    def close(self) -> None:
        """Let others have them."""
        self._claim.close()


def claim_ports(nodes: int, addresses: Sequence[str], base: int | None = None) -> Ports:
    """Claim ports from `base` on, else the first ones that are free at all of these addresses.

    Raises PortsTakenError.
    """
    width = _EACH * nodes + 1
    for first in range(_FIRST, _LAST, _STEP) if base is None else [base]:
        claim = _claim(first)
        if claim is None:
            continue
        if all(_is_free(at, port) for at in addresses for port in range(first, first + width)):
            return Ports(nodes, first, claim)
        claim.close()
    begin, end = (_FIRST, _LAST) if base is None else (base, base + width - 1)
    raise PortsTakenError(
        f"of the ports {begin} to {end}, {width} in a row are needed and some are taken; "
        "`ss -ltnp` shows by whom; name others"
    )


def _claim(base: int) -> socket.socket | None:
    """Hold a name that ends with its process; nothing when another one holds it.

    The nodes bind their ports seconds later: until then the name keeps them.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0wirewatch-broker-{base}")
    except OSError:
        claim.close()
        return None
    return claim


def _is_free(address: str, port: int) -> bool:
    """Tell whether nobody listens at a port; an address of another namespace is not ours to ask."""
    with contextlib.closing(socket.socket()) as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRNOTAVAIL
        except OverflowError:  # beyond the last port
            return False
    return True
