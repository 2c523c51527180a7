"""A link without a broker: it says what is wrong, waits for nobody, and ends."""

import sys
import threading
import time

import pytest

from conftest import PATIENCE
from wirewatch.broker.access import Access, BrokerError, BrokerUnavailableError
from wirewatch.broker.letter import Letter
from wirewatch.broker.line import waits
from wirewatch.broker.link import Link

NOBODY = Access(("127.0.0.1:1", "127.0.0.1:2"), password="not-to-be-shown")  # noqa: S106
LETTER = Letter("1", "word", b"said")


def test_a_link_that_was_never_opened() -> None:
    """It can be closed, and tells who publishes that it is not open."""
    link = Link(NOBODY, "never")
    with pytest.raises(BrokerUnavailableError, match="not open"):
        link.publish("", "queue", [LETTER], 1.0)
    link.drop()
    link.close()
    assert not link.connected


def test_nobody_is_there() -> None:
    """Every address is named with what is wrong there; nothing can be published or counted."""
    link = Link(NOBODY, "nobody")
    link.open()
    try:
        deadline = time.monotonic() + PATIENCE
        while "127.0.0.1:2" not in link.trouble and time.monotonic() < deadline:
            link.wait(0.05)
        assert "127.0.0.1:1" in link.trouble
        assert "refused" in link.trouble or "failed" in link.trouble
        with pytest.raises(BrokerUnavailableError, match="Connect call failed"):
            link.publish("", "queue", [LETTER], 1.0)
        with pytest.raises(BrokerUnavailableError):
            link.depths(["queue"])
        with pytest.raises(BrokerUnavailableError):
            link.ask("asks", "", LETTER, 1.0)
        consumer = link.consume("queue", 10)
        assert consumer.take(10, 0.01) == []
        consumer.close()
    finally:
        link.close()
    assert "link-nobody" not in [thread.name for thread in threading.enumerate()]


def test_a_closed_link_keeps_nobody_waiting() -> None:
    """Who waits for a parcel when the link is closed waits no longer."""
    link = Link(NOBODY, "waiting")
    link.open()
    consumer = link.consume("queue", 10)
    waiting = threading.Thread(target=consumer.take, args=(1, 60.0))
    waiting.start()
    link.close()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a link says what to install."""
    monkeypatch.setitem(sys.modules, "aio_pika", None)
    with pytest.raises(BrokerError, match=r"pip install 'wirewatch\[cluster\]'"):
        Link(NOBODY, "bare").open()


def test_attempts_become_rarer() -> None:
    """The wait doubles from a fifth of a second to five seconds, up to half of it by chance."""
    longest = [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    for most, wait in zip(longest, waits(), strict=False):
        assert most / 2 <= wait <= most


def test_a_password_is_not_shown() -> None:
    """What is printed of an access does not hold its password."""
    assert "not-to-be-shown" not in repr(NOBODY)
