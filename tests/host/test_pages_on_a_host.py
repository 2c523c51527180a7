"""The pages as a service of their own: in their sandbox, beside the daemon."""

from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from conftest import PATIENCE, STORY, Receiver
from host.conftest import UNIT, Service

WEB = "wirewatch-web.service"
PORT = 18_002


def page(path: str, form: dict[str, str] | None = None) -> str:
    """Get a page, or send a form."""
    data = urlencode(form).encode() if form else None
    request = Request(f"http://127.0.0.1:{PORT}{path}", data)
    with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


@pytest.fixture
def told(service: Service, receiver: Receiver) -> Service:
    """Give a desk that has told of one story, and its pages."""
    service.configure(extra=f'[pages]\nlisten = "127.0.0.1:{PORT}"\n')
    service.start()
    service.deliver("story.txt", STORY.encode())
    receiver.wait_for("/hook")
    started = service.host.run("systemctl", "start", WEB, check=False)
    assert started.returncode == 0, service.host.journal(WEB)
    return service


def test_the_pages_are_served_from_their_sandbox(told: Service) -> None:
    """They read the store, ask the daemon by its socket, and stop well; nothing is forbidden to them."""
    host = told.host
    assert "joint sitting" in page("/")
    assert "Conserved" in page("/health")
    assert "count" in page("/store.json?sql=select+count(*)+as+count+from+articles")
    page("/act", {"act": "acknowledge", "alert": "1", "by": "Ayan", "back": "/alerts"})
    assert "Ayan" in page("/alerts/1")
    assert "of 1 that" in page("/workbench?q=majilis")
    host.run("systemctl", "stop", UNIT)
    assert "The daemon is not running" in page("/health")
    host.run("systemctl", "stop", WEB)
    assert host.shows(WEB, "Result") == "success", host.journal(WEB)
    assert "Traceback" not in host.journal(WEB)
