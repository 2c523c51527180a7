"""How the broker is reached, and what goes wrong there."""

import ssl
from dataclasses import dataclass, field

from wirewatch.errors import WirewatchError


class BrokerError(WirewatchError):
    """The broker cannot be used as it stands; the message says what to do."""


class BrokerUnavailableError(BrokerError):
    """Nothing can be published or taken just now; trying again may help."""


@dataclass(frozen=True)
class Access:
    """Where the broker's nodes are, and as whom we come; with `tls` the talk is encrypted.

    Addresses are `host:port`. A node that says nothing for about three times `heartbeat`
    seconds is given up; whole seconds are counted, at least one.
    """

    addresses: tuple[str, ...]
    user: str = "guest"
    password: str = field(default="guest", repr=False)
    vhost: str = "/"
    heartbeat: float = 10.0
    tls: ssl.SSLContext | None = None
