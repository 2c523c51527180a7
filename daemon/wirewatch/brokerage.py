"""How this machine reaches the broker, by its configuration."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from wirewatch.broker.access import Access, BrokerUnavailableError
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Declared, Settings
from wirewatch.config import Config
from wirewatch.errors import ConfigError, Fault


def name_of(config: Config) -> str:
    """Name this machine among the others: as it is configured, else as its system calls it."""
    return config.cluster.name or socket.gethostname()


def settings_of(config: Config) -> Settings:
    """Give what the cluster's queues are like."""
    table = config.cluster
    return Settings(table.prefix, table.replicas, table.tries, table.arrivals, table.desk)


def link_of(config: Config, what: str, declared: Sequence[Declared]) -> Link:
    """Make a link to the broker, named after what it is for. Raises ConfigError."""
    table = config.cluster
    if not table.addresses:
        remedy = 'name its nodes, as `addresses = ["10.0.0.5:5672"]`'
        fault = Fault(f"{config.path}: cluster.addresses", "no broker is named", remedy)
        raise ConfigError([fault])
    access = Access(
        table.addresses,
        table.user,
        table.password.get_secret_value(),
        table.vhost,
        table.heartbeat.total_seconds(),
        encryption_of(config),
    )
    return Link(access, f"wirewatch {what} {name_of(config)}", declared)


@contextmanager
def linked(
    config: Config, what: str, declared: Sequence[Declared], patience: float
) -> Iterator[Link]:
    """Have a link to the broker for a while.

    Raises ConfigError, or BrokerUnavailableError where it is not reached within `patience` seconds.
    """
    link = link_of(config, what, declared)
    link.open()
    try:
        if not link.wait(patience):
            raise BrokerUnavailableError(f"the broker is not reached: {link.trouble}")
        yield link
    finally:
        link.close()


def encryption_of(config: Config) -> ssl.SSLContext | None:
    """Make what encrypts the talk, if it is wanted. Raises ConfigError."""
    table = config.cluster
    if not table.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=table.ca)
        if table.certificate:
            context.load_cert_chain(table.certificate, table.key)
    except (OSError, ssl.SSLError) as error:
        remedy = "check cluster.ca, cluster.certificate and cluster.key"
        problem = f"the certificates cannot be used: {error}"
        raise ConfigError([Fault(f"{config.path}: cluster.tls", problem, remedy)]) from error
    return context


def ailments_of(link: Link) -> list[str]:
    """Say why the broker cannot be used; nothing where it can."""
    if not link.connected:
        return [f"the broker is not reached: {link.trouble}"]
    return [f"the broker takes nothing: {link.blocked}"] if link.blocked else []
