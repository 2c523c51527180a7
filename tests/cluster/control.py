"""RabbitMQ's own program, asked to do something with a local broker's first node."""

import os
import subprocess
from pathlib import Path

from wirewatch.broker.local import LocalBroker

_CTL = "/usr/lib/rabbitmq/bin/rabbitmqctl"
_ASKING = 60.0  # seconds


def control(broker: LocalBroker, *words: str) -> None:
    """Have it do something, in the node's own surroundings."""
    found = Path(f"/proc/{broker.pid(0)}/environ").read_bytes().split(b"\0")
    known = dict(os.fsdecode(one).split("=", 1) for one in found if b"=" in one)
    asked = [_CTL, "-n", broker.names[0], "--longnames", *words]
    done = subprocess.run(
        asked, env=known, capture_output=True, text=True, timeout=_ASKING, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
