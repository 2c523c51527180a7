"""One message through real Apprise to real servers: what arrives, and what is said of a failure."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from conftest import START, Answer, ManualClock, Receiver
from wirewatch.model import Attempt, Message, Span
from wirewatch.notify import connections
from wirewatch.notify.send import Channel, Sender
from wirewatch.notify.trial import trial_message
from wirewatch.states import DeliveryReason, Severity

MESSAGE = trial_message("desk", START)
SECRET = "s3cret-Tok3n"  # noqa: S105 - it opens nothing


def sent(url: str, message: Message = MESSAGE, timeout: float = 5.0) -> Attempt:
    return Sender(Channel("desk", url, timeout), ManualClock()).send(message)


class MailBox:
    """A mail server's handler that keeps what it gets, and refuses when told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""
        self.is_silent = False

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        mail = message_from_bytes(
            content if isinstance(content, bytes) else b"", policy=policy.default
        )
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.is_silent:
            await asyncio.Event().wait()
        return self.refusal or "250 OK"


class MailServer(Controller):
    """A mail server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def mailbox() -> MailBox:
    return MailBox()


@pytest.fixture
def mail_host(mailbox: MailBox) -> Iterator[str]:
    server = MailServer(mailbox, hostname="127.0.0.1", port=0)
    server.start()
    yield f"127.0.0.1:{server.port}"
    server.stop()


def fields(text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("json://{host}/hook", "/hook"),
        ("form://{host}/hook", "/hook"),
        ("xml://{host}/hook", "/hook"),
        ("ntfy://{host}/topic", "/"),
        ("gotify://{host}/" + SECRET, "/message"),
    ],
)
def test_the_key_is_in_what_was_received(receiver: Receiver, url: str, path: str) -> None:
    """Whatever the service, the text that it gets holds the delivery's key and the headline."""
    attempt = sent(url.format(host=receiver.host))
    assert (attempt.ok, attempt.http_code, attempt.error) == (True, 200, "")
    assert (attempt.channel, attempt.at, attempt.reason) == ("desk", START, None)
    [got] = receiver.at(path)
    text = got.body.replace("+", " ")
    assert MESSAGE.key in text
    assert MESSAGE.headline in text


def test_a_mail_holds_the_key(mail_host: str, mailbox: MailBox) -> None:
    """A mail has the title as its subject and the key in its text."""
    attempt = sent(f"mailto://{mail_host}?from=wire@example.org&to=desk@example.org&mode=insecure")
    assert attempt.ok, attempt.error
    [mail] = mailbox.mails
    text = mail.get_body(("plain", "html"))
    assert text is not None
    assert MESSAGE.key in text.get_content()
    assert MESSAGE.rule_title in mail["Subject"]
    assert mail["To"] == "desk@example.org"


def test_a_mail_that_is_refused_is_not_sent(mail_host: str, mailbox: MailBox) -> None:
    """A mail server's refusal is a failure, told without the recipient."""
    mailbox.refusal = "550 no such box"
    url = f"mailto://{mail_host}?from=wire@example.org&to={SECRET}@example.org&mode=insecure"
    attempt = sent(url)
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.REFUSED_BY_SERVICE)
    assert attempt.error
    assert SECRET not in attempt.error


def test_a_mail_without_an_answer_may_have_arrived(mail_host: str, mailbox: MailBox) -> None:
    """A mail server that takes a mail and says nothing is a timeout: it may have delivered."""
    mailbox.is_silent = True
    attempt = sent(f"mailto://{mail_host}?from=a@b.org&to=c@d.org&mode=insecure", timeout=0.3)
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.TIMEOUT)
    assert mailbox.mails


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("text", "»marks what was found«"),
        ("markdown", "**marks what was found**"),
        ("html", "<mark>marks what was found</mark>"),
    ],
)
@pytest.mark.parametrize("service", ["json", "ntfy"])
def test_a_channel_gets_the_markup_that_it_takes(
    receiver: Receiver, service: str, form: str, shown: str
) -> None:
    """A channel set to text, Markdown or HTML gets the message in that, with its own marks."""
    if (service, form) == ("ntfy", "html"):
        shown = "»marks what was found«"  # ntfy takes no HTML
        form = "text"
    assert sent(f"{service}://{receiver.host}/hook?format={form}").ok
    assert shown in fields(receiver.got[0].body)["message"]


def test_severity_shows_in_the_service(receiver: Receiver) -> None:
    """A critical alert does not look like a quiet one, where the service can tell them apart."""
    types = []
    for severity in (Severity.LOW, Severity.HIGH, Severity.CRITICAL):
        sent(f"json://{receiver.host}/hook", replace(MESSAGE, severity=severity))
        types.append(fields(receiver.got[-1].body)["type"])
    assert types == ["info", "warning", "failure"]


def test_a_long_alert_is_one_message(receiver: Receiver) -> None:
    """Of what is too long for a service whole sentences are left out, the key never is."""
    body = " ".join(f"The Majilis {n} " + "met again " * 35 + "today." for n in range(4))
    spans = tuple(Span("body", *found.span()) for found in re.finditer("Majilis", body))
    long = replace(MESSAGE, body=body, spans=spans)
    attempt = sent(f"rocket://web/hook@{receiver.host}/#desk", long, timeout=3.0)
    assert attempt.ok, attempt.error
    [text] = [fields(got.body)["text"] for got in receiver.got]
    assert MESSAGE.key in text
    assert len(text) <= 1000
    assert text.count("today.") == text.count("> The ") == 2
    assert "> …" in text


CASES = [
    (Answer(500), DeliveryReason.HTTP_ERROR, None),
    (Answer(404), DeliveryReason.HTTP_ERROR, None),
    (Answer(429), DeliveryReason.THROTTLED, None),
    (Answer(429, {"Retry-After": "120"}), DeliveryReason.THROTTLED, 120.0),
    (Answer(503, {"Retry-After": "7"}), DeliveryReason.HTTP_ERROR, 7.0),
    (Answer(429, {"Retry-After": "Mon, 02 Mar 2026 12:01:30 GMT"}), DeliveryReason.THROTTLED, 90.0),
    (Answer(429, {"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}), DeliveryReason.THROTTLED, 0.0),
    (Answer(429, {"Retry-After": "soon"}), DeliveryReason.THROTTLED, None),
    (Answer(429, {"Retry-After": "\xb2"}), DeliveryReason.THROTTLED, None),
    (
        Answer(429, {"Retry-After": "Mon, 02 Mar 99999999999 12:00:00 GMT"}),
        DeliveryReason.THROTTLED,
        None,
    ),
]


@pytest.mark.parametrize(("answer", "reason", "wish"), CASES)
def test_a_refusal_is_named(
    receiver: Receiver, answer: Answer, reason: DeliveryReason, wish: float | None
) -> None:
    """An HTTP error has its code and reason, and the service's wish to wait in seconds."""
    receiver.answers["/" + SECRET] = answer
    attempt = sent(f"json://{receiver.host}/{SECRET}")
    assert (attempt.ok, attempt.reason, attempt.http_code) == (False, reason, answer.code)
    assert attempt.retry_after == wish
    assert str(answer.code) in attempt.error
    assert SECRET not in attempt.error


def test_an_answer_that_does_not_come_is_a_timeout(receiver: Receiver) -> None:
    """A service that takes a message and says nothing is given its time, and no more."""
    receiver.answers["/hook"] = Answer(hold=threading.Event())
    attempt = sent(f"json://{receiver.host}/hook", timeout=0.3)
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.TIMEOUT)
    assert 250 < attempt.milliseconds < 3_000
    assert receiver.at("/hook")


def test_a_channel_waits_as_long_as_it_is_told(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel's timeout holds when it is longer than what Apprise waits by itself."""
    waits: list[object] = []
    plain: Callable[..., object] = connections._plain_send

    def spy(*arguments: object, **options: object) -> object:
        waits.append(options["timeout"])
        return plain(*arguments, **options)

    monkeypatch.setattr(connections, "_plain_send", spy)
    assert sent(f"json://{receiver.host}/hook", timeout=33.0).ok
    assert waits == [(33.0, 33.0)]


@pytest.mark.parametrize(
    "url",
    [
        "json://user:{secret}@{host}/{secret}",
        "ntfy://user:{secret}@{host}/{secret}",
        "mailto://user:{secret}@{host}?from=a@b.org&to={secret}@d.org&mode=insecure",
    ],
)
def test_a_closed_door_is_unreachable(closed_port: int, url: str) -> None:
    """Where nobody listens the reason says so, with the system's word for it and no URL."""
    attempt = sent(url.format(secret=SECRET, host=f"127.0.0.1:{closed_port}"))
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.UNREACHABLE)
    assert attempt.error == "Connection refused"
    assert attempt.http_code is None


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """A redirect does not carry an alert, or a password, to another place."""
    elsewhere = f"http://{receiver.host}/elsewhere"
    receiver.answers["/hook"] = Answer(302, {"Location": elsewhere})
    attempt = sent(f"json://user:{SECRET}@{receiver.host}/hook")
    assert not attempt.ok
    assert attempt.http_code == 302
    assert len(receiver.at("/hook")) == 1
    assert receiver.at("/elsewhere") == []


def test_a_broken_answer_is_a_failure() -> None:
    """An answer that is no HTTP leaves open whether the message arrived; nothing is raised."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            client, _ = server.accept()
            with client:
                client.recv(65_536)
                client.sendall(b"\x00\xff babble\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        attempt = sent(f"json://user:{SECRET}@127.0.0.1:{server.getsockname()[1]}/x")
        thread.join(10)
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.TIMEOUT)
    assert SECRET not in attempt.error


def test_what_is_prepared_serves_one_message(receiver: Receiver) -> None:
    """An instance made ahead of time is as fresh as one made for its message: used once."""
    sender = Sender(Channel("desk", f"json://{receiver.host}/hook"), ManualClock())
    used = []
    for _ in range(2):
        sender.prepare()
        used.append(sender._prepared)
        assert sender.send(MESSAGE).ok
        assert sender._prepared is None
    assert used[0] is not used[1]
    assert len(receiver.at("/hook")) == 2


def test_preparing_what_cannot_be_used_waits_for_the_message() -> None:
    """A channel that Apprise cannot use is said so when there is something to send."""
    sender = Sender(Channel("desk", "nothing://at/all"), ManualClock())
    sender.prepare()
    attempt = sender.send(MESSAGE)
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.REFUSED_BY_SERVICE)
