"""What a local broker says before anything is started: `make test-cluster` tries the rest."""

import socket
from pathlib import Path

import pytest

from conftest import Wirewatch
from wirewatch.broker import local
from wirewatch.broker.local_ports import Ports, PortsTakenError, claim_ports

LOOPBACK = ["127.0.0.1"]


def numbers(ports: Ports, nodes: int) -> list[int]:
    """Give every port of a claim."""
    each = [(ports.amqp(n), ports.management(n), ports.among_nodes(n)) for n in range(nodes)]
    return [port for node in each for port in node] + [ports.epmd]


def test_the_package_to_install_is_named(
    wirewatch: Wirewatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without RabbitMQ `cluster up` says which package has it, and writes nothing."""
    monkeypatch.setattr(local, "SERVER", tmp_path / "none")
    ran = wirewatch("cluster", "up", "--folder", tmp_path / "broker")
    assert ran.code == 1
    assert ran.out == ""
    assert "apt install rabbitmq-server" in ran.err
    assert not (tmp_path / "broker").exists()


def test_no_port_is_given_twice() -> None:
    """Each node has ports of its own, below those of outgoing connections; two claims share none."""
    first, second = claim_ports(3, LOOPBACK), claim_ports(3, LOOPBACK)
    given = numbers(first, 3) + numbers(second, 3)
    assert len(set(given)) == 20
    assert max(given) < 32_768
    again = first.amqp(0)
    first.close()
    third = claim_ports(3, LOOPBACK, again)
    assert third.amqp(0) == again
    second.close()
    third.close()


def test_a_port_that_somebody_has_is_passed_over() -> None:
    """Where one port of a row is taken another row is found, or what was asked for is refused."""
    first = claim_ports(3, LOOPBACK)
    base, taken = first.amqp(0), first.among_nodes(1)
    with socket.create_server(("127.0.0.1", taken)):
        first.close()
        found = claim_ports(3, LOOPBACK)
        assert taken not in numbers(found, 3)
        found.close()
        with pytest.raises(
            PortsTakenError, match=f"of the ports {base} to {base + 9}, 10 in a row"
        ):
            claim_ports(3, LOOPBACK, base)


def test_ports_end_somewhere() -> None:
    """A row beyond the last port is refused."""
    with pytest.raises(PortsTakenError):
        claim_ports(3, LOOPBACK, 65_530)
