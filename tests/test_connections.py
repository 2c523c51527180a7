"""Connections to a service outlive a message, where nothing speaks against it."""

import requests
from requests.adapters import HTTPAdapter

import wirewatch.notify.connections  # noqa: F401 - keeps connections from here on


class Guarded(requests.Session):
    """A session that checks where it sends to, as some of Apprise's do."""

    def __init__(self) -> None:
        super().__init__()
        self.guard = HTTPAdapter()
        self.mount("https://", self.guard)


def test_two_messages_share_a_connection() -> None:
    """Two plain sessions of one thread use the same adapter for one host, another for another."""
    first = requests.Session().get_adapter("https://a.example/x")
    assert requests.Session().get_adapter("https://a.example/y") is first
    assert requests.Session().get_adapter("https://b.example/x") is not first


def test_a_session_with_a_policy_keeps_it() -> None:
    """A session that brings its own adapter is not led around it."""
    session = Guarded()
    assert session.get_adapter("https://a.example/x") is session.guard
