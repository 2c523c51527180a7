"""The broker's management API, which tells what no connection does: on which nodes queues lie."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from wirewatch.broker.access import BrokerError

_PATIENCE = 5.0  # seconds for a node to answer


def asked(
    urls: Sequence[str], path: str, login: tuple[str, str], tls: ssl.SSLContext | None = None
) -> Any:  # noqa: ANN401 - what JSON can say
    """Ask the nodes in turn, and give what the first says that answers.

    Raises BrokerError where none does.
    """
    faults = []
    for url in urls:
        request = urllib.request.Request(f"{url.rstrip('/')}/api/{path}")  # noqa: S310 - checked
        words = base64.b64encode(":".join(login).encode()).decode()
        request.add_header("Authorization", f"Basic {words}")
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE, context=tls) as said:  # noqa: S310
                return json.load(said)
        except urllib.error.HTTPError as error:
            error.close()
            faults.append(f"{url}: {_refusal(error.code, login[0])}")
        except (OSError, ValueError) as error:
            faults.append(f"{url}: {getattr(error, 'reason', None) or error}")
    raise BrokerError("; ".join(faults))


def _refusal(code: int, user: str) -> str:
    """Say why a node tells nothing."""
    if code in {401, 403}:
        needs = "it takes the right password, and the tag `monitoring`"
        return f"user {user!r} may not ask: {needs} (rabbitmqctl set_user_tags {user} monitoring)"
    return f"it answers with {code}"
