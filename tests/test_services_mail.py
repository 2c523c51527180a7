"""From the outbox to a mail server: what a person sees, and what is said when it is not taken."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from channel_desk import FIRST, MOST, REPEAT, SECRET, Desk
from conftest import START, ManualClock, told
from postbox import Postbox, serving
from scripted import certificate, server_tls
from wirewatch.model import Attempt, Message
from wirewatch.notify.markup import JOINER
from wirewatch.notify.send import Channel, Sender
from wirewatch.notify.trial import trial_message
from wirewatch.states import DeliveryReason, Severity
from wirewatch.store.accept import accept
from wirewatch.store.database import Store

MESSAGE = trial_message("desk", START)
TO = "?from=Wirewatch<wire@example.org>&to=desk@example.org"


@pytest.fixture
def box() -> Postbox:
    return Postbox()


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trusted(pem: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have this process trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return pem


@pytest.fixture
def desk(store: Store, clock: ManualClock) -> Desk:
    accept(store, [told("a", "Alpha met.")], START)
    return Desk(store, clock, "")


def sent(host: str, message: Message = MESSAGE) -> Attempt:
    return Sender(Channel("desk", f"mailto://{host}{TO}&mode=insecure"), ManualClock()).send(
        message
    )


def text(mail: EmailMessage) -> str:
    """Give a mail's text as a person reads it."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def page(mail: EmailMessage) -> str:
    """Give a mail's page."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def fails(desk: Desk, reason: DeliveryReason, error: str) -> None:
    """Send what is due, and hold against what is given how the failure is written down."""
    desk.drain()
    row, attempt = desk.row(), desk.attempts()[-1]
    assert (row["state"], row["reason"]) == ("failed", reason.value)
    assert (attempt["reason"], attempt["http_code"], attempt["error"]) == (
        reason.value,
        None,
        error,
    )
    assert FIRST <= desk.due_in() <= MOST
    assert SECRET not in str([row, attempt])


def succeeds_when_due(desk: Desk, box: Postbox, *, repeat: bool, before: int = 0) -> None:
    """When it is due it goes, once, with the mark of a repeat where the first may have arrived."""
    desk.clock.now += desk.due_in()
    desk.drain()
    desk.clock.now += timedelta(days=1)
    desk.drain()
    assert (desk.row()["state"], desk.row()["attempts"]) == ("sent", 2)
    assert [attempt["ok"] for attempt in desk.attempts()] == [0, 1]
    assert len(box.mails) == before + 1
    assert (REPEAT in text(box.mails[-1])) is repeat
    assert str(desk.row()["key"]) in text(box.mails[-1])


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_mail_goes_through_tls_and_login(
    desk: Desk, box: Postbox, trusted: Path, mode: str, mechanism: str
) -> None:
    """With STARTTLS or TLS from the start, the password and the mail go through it, never clear."""
    tls = server_tls(trusted)
    with serving(
        box,
        starttls=tls if mode == "starttls" else None,
        tls=tls if mode == "ssl" else None,
        password=SECRET,
        mechanism=mechanism,
    ) as host:
        desk.url = f"mailtos://wire:{SECRET}@{host}{TO}&mode={mode}"
        desk.drain()
    row, [attempt], [mail] = desk.row(), desk.attempts(), box.mails
    assert (row["state"], row["attempts"], attempt["error"]) == ("sent", 1, None)
    assert box.logins == [(mechanism, False)]
    assert box.recipients == ["desk@example.org"]
    assert mail["Subject"] == "[HIGH] First rule"
    assert text(mail).splitlines()[0] == "Alpha met."
    assert f"ref {row['key']}" in text(mail)


def test_a_wrong_password_is_said(desk: Desk, box: Postbox, trusted: Path) -> None:
    """A login that is refused is told in the server's words, without the password."""
    with serving(box, starttls=server_tls(trusted), password="another") as host:  # noqa: S106
        desk.url = f"mailtos://wire:{SECRET}@{host}{TO}&mode=starttls"
        said = "SMTP 535: 5.7.8 Authentication credentials invalid"
        fails(desk, DeliveryReason.REFUSED_BY_SERVICE, said)
        assert box.mails == []


def test_no_password_goes_out_in_clear(desk: Desk, box: Postbox) -> None:
    """Where a server offers no STARTTLS to a channel that asks for it, it gets no login either."""
    with serving(box, password=SECRET) as host:
        desk.url = f"mailtos://wire:{SECRET}@{host}{TO}&mode=starttls"
        desk.drain()
    row, [attempt] = desk.row(), desk.attempts()
    assert (row["state"], row["reason"]) == ("failed", "refused-by-service")
    assert attempt["error"] == "STARTTLS extension not supported by server."
    assert (box.logins, box.mails) == ([], [])


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_certificate_that_nobody_vouches_for(
    desk: Desk, box: Postbox, pem: Path, mode: str
) -> None:
    """A mail server that cannot prove who it is gets neither password nor mail."""
    tls = server_tls(pem)
    starttls, implicit = (tls, None) if mode == "starttls" else (None, tls)
    with serving(box, starttls=starttls, tls=implicit, password=SECRET) as host:
        desk.url = f"mailtos://wire:{SECRET}@{host}{TO}&mode={mode}"
        desk.drain()
    row, [attempt] = desk.row(), desk.attempts()
    assert (row["state"], row["reason"]) == ("failed", "unreachable")
    assert "certificate verify failed" in str(attempt["error"])
    assert (box.logins, box.mails) == ([], [])


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 no such box",
        "451 4.7.1 greylisted, come again",
        "452 4.2.2 the box is full",
        "554 5.7.1 this is spam",
    ],
)
def test_what_a_mail_server_says(desk: Desk, box: Postbox, stage: str, reply: str) -> None:
    """A refusal, for good or for now, is told as the server said it; the next try may succeed."""
    setattr(box, stage, f"{reply}, {SECRET}@example.org")
    with serving(box) as host:
        desk.url = f"mailto://{host}?from=a@example.org&to={SECRET}@example.org&mode=insecure"
        code, _, words = reply.partition(" ")
        said = f"SMTP {code}: {words}, ***@***"
        fails(desk, DeliveryReason.REFUSED_BY_SERVICE, said)
        setattr(box, stage, "")
        succeeds_when_due(desk, box, repeat=False)


@pytest.mark.parametrize(("drops", "arrived"), [("greeting", 0), ("data", 0), ("after", 1)])
def test_a_connection_that_ends(desk: Desk, box: Postbox, drops: str, arrived: int) -> None:
    """A mail server that goes away leaves open whether the mail arrived; the next says so."""
    with serving(box) as host:
        box.drops = drops
        desk.url = f"mailto://{host}{TO}&mode=insecure"
        fails(desk, DeliveryReason.TIMEOUT, "the connection was closed without an answer")
        box.drops = ""
        succeeds_when_due(desk, box, repeat=True, before=arrived)


SUBJECTS = [
    "Казахстан и Азербайджан: парламенты",
    "البرلمان العربي يجتمع في القاهرة",
    "国会で法案が可決された",
    "Parliament 🏛️ votes 🇰🇿",
    "Milli Məclis, Élysée, Škoda",
    "Ελλάδα: η Βουλή " * 12,
    'He said "yes", <b>no</b> & more; a=b',
]


@pytest.mark.parametrize("title", [title.strip() for title in SUBJECTS])
def test_a_subject_is_read_as_it_was_written(box: Postbox, title: str) -> None:
    """Whatever its script and length, a subject arrives as it is; each of its lines is ASCII."""
    with serving(box) as host:
        assert sent(host, replace(MESSAGE, rule_title=title)).ok
    [mail] = box.mails
    assert mail["Subject"] == f"[LOW] {title}"


def test_a_mail_says_who_whom_and_when(box: Postbox) -> None:
    """A mail has one sender, recipient, date and identity, and its text both plain and as HTML."""
    with serving(box) as host:
        assert sent(host).ok
        assert sent(host, replace(MESSAGE, key="another")).ok
    first, second = box.mails
    assert first["From"].addresses == (Address("Wirewatch", "wire", "example.org"),)
    assert first["To"].addresses == (Address("", "desk", "example.org"),)
    assert parsedate_to_datetime(first["Date"]).tzinfo is not None
    assert first["Message-ID"] != second["Message-ID"]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        assert len(first.get_all(name, [])) == 1
    parts = [(part.get_content_type(), part.get_content_charset()) for part in first.iter_parts()]
    assert parts == [("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert "<mark>marks what was found</mark>" in page(first)
    assert "marks what was found" in text(first)


HOSTILE = "Budget\r\nBcc: spy@example.org\r\n\r\nEvil\x00\x85\u2028X-Spy: 1\n.\nQUIT"


def test_an_article_writes_no_header(box: Postbox) -> None:
    """Line breaks in a headline, a rule's title, a place make neither header nor recipient."""
    message = replace(
        MESSAGE, headline=HOSTILE, rule_title=HOSTILE, place=HOSTILE, agency=HOSTILE, path=HOSTILE
    )
    with serving(box) as host:
        assert sent(host, message).ok
        plain = sent(host)
    assert plain.ok
    hostile, honest = box.mails
    assert sorted(hostile.keys()) == sorted(honest.keys())
    assert box.recipients == ["desk@example.org"] * 2
    assert len(str(hostile["Subject"]).splitlines()) == 1
    first, *_ = text(hostile).splitlines()
    assert first == f"Budget Bcc: spy@{JOINER}example.{JOINER}org Evil X-Spy: 1 . QUIT"
    assert MESSAGE.key in text(hostile)


def test_many_scripts_arrive_whole(box: Postbox) -> None:
    """A body of many scripts, in very long lines and with lone dots, arrives letter by letter.

    Only what would be a tag is parted, invisibly.
    """
    lines = [*SUBJECTS, "Ы" * 3_000, "a" * 3_000, "👩‍👩‍👧‍👦 e\u0301 \U0001d7d8 ﷽ ฿"]
    message = replace(
        MESSAGE, headline=". ".join(line.strip() for line in lines), severity=Severity.CRITICAL
    )
    with serving(box) as host:
        assert sent(host, message).ok
    [mail] = box.mails
    arrived = message.headline.replace("<b>no</b>", f"<{JOINER}b>no<{JOINER}/b>")
    assert arrived != message.headline
    assert text(mail).splitlines()[0] == arrived
    assert arrived in html.unescape(page(mail))


@pytest.mark.parametrize("word", ["word ", "слово ", "<b>&amp; "])
def test_what_is_too_long_for_one_mail_is_several(box: Postbox, word: str) -> None:
    """A very long message arrives whole, in mails that are counted, its key in each.

    No page is so large that a reader would cut it: 102 kB, as bytes are counted.
    """
    many = tuple(
        replace(MESSAGE, key=f"key-{number:04}", headline=f"Story {number:04} " + word * 20)
        for number in range(500)
    )
    with serving(box) as host:
        assert sent(host, replace(MESSAGE, gathered=many)).ok
    pages = [html.unescape(page(mail)) for mail in box.mails]
    for whole in ("".join(text(mail) for mail in box.mails), "".join(pages)):
        said = whole.replace(JOINER, "")
        assert re.findall(r"key-\d{4}", said) == [one.key for one in many]
        assert re.findall(r"Story \d{4} ", said) == [one.headline[:11] for one in many]
        assert said.count(word * 19) == len(many)
    assert len(box.mails) > 1
    assert max(len(page(mail).encode()) for mail in box.mails) <= 102_000
    assert all(f"ref {MESSAGE.key}" in one for one in (*pages, *map(text, box.mails)))
    counted = [f"({number}/{len(box.mails)})" for number in range(1, len(box.mails) + 1)]
    assert [mail["Subject"].rpartition(" ")[2] for mail in box.mails] == counted
