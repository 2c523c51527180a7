"""What is said to the broker is encrypted where that is wanted, and both sides show who they are."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster.certificates import OPENSSL, Authority
from cluster.conftest import until
from cluster.control import control
from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.broker.local import LocalBroker
from wirewatch.broker.topology import Settings, of_intake
from wirewatch.brokerage import link_of
from wirewatch.config import load_config

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl, which makes certificates")

_PATIENCE = 30.0  # seconds
_OPTIONS = (
    '[{{cacertfile,"{ca}"}},{{certfile,"{certificate}"}},{{keyfile,"{key}"}},'
    "{{verify,verify_peer}},{{fail_if_no_peer_cert,true}}]"
)
_SETTINGS = Settings("tls", replicas=3)

Reach = Callable[..., Link]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Give who signs what the broker trusts."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def port(broker: LocalBroker, authority: Authority) -> int:
    """Let the broker take encrypted connections too, of those who show a certificate."""
    certificate, key = authority.signed("node")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    options = _OPTIONS.format(ca=authority.ca, certificate=certificate, key=key)
    listens = f'{{"127.0.0.1",{port}}}'
    control(
        broker,
        "eval",
        "rabbit_networking:ensure_ssl(), "
        f"rabbit_networking:start_ssl_listener({listens}, {options}, 2).",
    )
    return port


@contextmanager
def reached(folder: Path, port: int, **files: Path) -> Iterator[Link]:
    """Have a link as a configuration with some files says; it need not come to stand."""
    lines = [f'{name} = "{file}"' for name, file in files.items()]
    config = folder / "wirewatch.toml"
    config.write_text(
        '[store]\npath = "store.db"\n[[inbox]]\nname = "wires"\npath = "inbox"\n[cluster]\ntls = true\nprefix = "tls"\n'
        f'addresses = ["127.0.0.1:{port}"]\n' + "\n".join(lines)
    )
    link = link_of(load_config(config), "trial", of_intake(_SETTINGS))
    link.open()
    try:
        yield link
    finally:
        link.close()


def test_both_sides_show_a_certificate(tmp_path: Path, port: int, authority: Authority) -> None:
    """With the authority's certificate and one's own, letters go by an encrypted connection."""
    certificate, key = authority.signed("machine")
    with reached(tmp_path, port, ca=authority.ca, certificate=certificate, key=key) as link:
        assert link.wait(_PATIENCE), link.trouble
        link.publish("", _SETTINGS.arrivals, [Letter("1", "word", b"said")], _PATIENCE)
        assert until(lambda: link.depths([_SETTINGS.arrivals])[_SETTINGS.arrivals] == (1, 0))
        link.delete([_SETTINGS.arrivals, _SETTINGS.failed])


def test_a_broker_of_another_authority(tmp_path: Path, port: int, authority: Authority) -> None:
    """A broker whose certificate ours has not signed is not talked to, and the reason is said."""
    certificate, key = authority.signed("machine")
    other = Authority(tmp_path / "other")
    with reached(tmp_path, port, ca=other.ca, certificate=certificate, key=key) as link:
        assert until(lambda: "certificate verify failed" in link.trouble), link.trouble
        assert not link.connected


def test_without_a_certificate_nobody_is_let_in(
    tmp_path: Path, port: int, authority: Authority
) -> None:
    """Who shows no certificate to a broker that asks for one is refused, and told so."""
    with reached(tmp_path, port, ca=authority.ca) as link:
        assert until(lambda: "certificate required" in link.trouble.replace("_", " ").lower()), (
            link.trouble
        )
        assert not link.connected
