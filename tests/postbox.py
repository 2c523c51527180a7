"""A mail server on loopback: with or without TLS and login, and as difficult as it is told to be."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import AnyStr

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from conftest import PATIENCE


@dataclass
class Postbox:
    """What a mail server got, and what it says: `rcpt` and `data` are replies that refuse."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, bool]] = field(default_factory=list)
    """The mechanism of each login, and whether it was in clear."""
    rcpt: str = ""
    data: str = ""
    drops: str = ""
    """Where it ends the connection: at `greeting`, in `data`, or `after` a mail was taken."""

    async def handle_RCPT(  # noqa: N802 - the names are the server's
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        if self.drops == "after":
            _abort(server)
        return "250 OK"


def _abort(server: SMTP) -> None:
    """Reset a connection."""
    transport = server.transport
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


class _Difficult(SMTP):
    """The server's side of one connection, which may end before its time."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.drops == "data":
            await self.push("354 go on")
            _abort(self)
            return
        await super().smtp_DATA(arg)

    async def push(self, status: AnyStr) -> None:
        if self.event_handler.drops == "greeting":
            _abort(self)
            return
        await super().push(status)


class _Server(Controller):
    """A mail server on a port that the system chooses."""

    def factory(self) -> SMTP:
        return _Difficult(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        with socket.create_connection((self.hostname, self.port)):
            self._factory_invoked.wait(PATIENCE)  # what shows that it serves


@contextmanager
def serving(
    box: Postbox,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    password: str = "",
    mechanism: str = "",
) -> Iterator[str]:
    """Serve a postbox and give host and port; a password makes a login of `wire` needed."""

    def login(
        _: SMTP, session: Session, __: Envelope, used: str, data: LoginPassword
    ) -> AuthResult:
        box.logins.append((used, not (session.ssl or tls)))
        right = (data.login, data.password) == (b"wire", password.encode())
        return AuthResult(success=right, handled=False)

    other = {"LOGIN": ["PLAIN"], "PLAIN": ["LOGIN"]}.get(mechanism, [])
    server = _Server(
        box,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls,
        tls_context=starttls,
        auth_required=bool(password and starttls),
        auth_require_tls=bool(starttls),
        authenticator=login if password else None,
        auth_exclude_mechanism=other,
    )
    server.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.stop()
