"""Word to systemd that the service is ready, alive or stopping: sd_notify(3) in a few lines."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager


def notify(state: str) -> bool:
    """Send a state such as `READY=1` to the service manager; tell whether there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(address)
            channel.sendall(state.encode())
        except OSError:  # as sd_notify(3) has it: to be without a listener is no error
            return False
    return True


@contextmanager
def reloading() -> Iterator[None]:
    """Tell systemd of a reload, and when it is over, whatever came of it.

    The time is what Type=notify-reload of systemd 253 asks for; Type=notify takes no notice of it.
    """
    notify(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")
    try:
        yield
    finally:
        notify("READY=1")
