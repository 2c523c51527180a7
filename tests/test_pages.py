"""Mail in HTML: a digest is a page, with plain text beside it and the month as a picture in it."""

import re
import struct
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from conftest import START, ManualClock, told
from test_render import MESSAGE, hits
from test_send import MailBox, mail_host, mailbox  # noqa: F401 - fixtures
from wirewatch.alerts.policy import Policy
from wirewatch.clock import iso
from wirewatch.model import Day, Message
from wirewatch.notify import chart
from wirewatch.notify.chart import picture
from wirewatch.notify.month import chart_of
from wirewatch.notify.send import Channel, Sender, has_pages, words_for
from wirewatch.notify.template import Style
from wirewatch.rhythm import rhythm_of
from wirewatch.states import MessageFormat, Severity
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim, room
from wirewatch.store.database import Store

MONTH = tuple(Day(date(2026, 2, 1) + timedelta(days=n), (n, 2, n % 3, n % 2)) for n in range(30))
HOSTILE = '<script>alert(1)</script><img src="http://evil.example/x"> "quoted" @everyone'


def digest(count: int = 3, month: tuple[Day, ...] = MONTH, headline: str = HOSTILE) -> Message:
    """Make a digest of alerts of two rules."""
    alerts = tuple(
        replace(
            MESSAGE, delivery_id=n, key=f"{n:016x}", headline=headline, outlets=n,
            rule_title=f"Rule {n % 2}",
        )
        for n in range(count)
    )  # fmt: skip
    return replace(alerts[0], key="f" * 16, gathered=alerts, month=month)


class _Page(HTMLParser):
    """Reads a page into its tags, its headings and what it loads or links to."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[str] = []
        self.open = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open = tag
        self.addresses += [str(value) for name, value in attrs if name in {"src", "href"}]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self.open in {"h1", "h2"} and data.strip():
            self.headings.append(data.strip())


def channel(host: str, form: str = "html", language: str = "en") -> Channel:
    """Give a channel of a mail server."""
    url = f"mailto://{host}?from=wire@example.org&to=desk@example.org&mode=insecure&format={form}"
    return Channel("desk", url, 5.0, Style(language, url="https://desk.example"))


@pytest.fixture
def mailed(mail_host: str, mailbox: MailBox) -> tuple[str, MailBox]:  # noqa: F811
    return mail_host, mailbox


def part(mail: EmailMessage, kind: str) -> str:
    """Give the text of a mail's part."""
    found = mail.get_body((kind,))
    assert found is not None
    text: str = found.get_content()
    return text


def test_a_digest_is_a_page_with_text_and_picture(mailed: tuple[str, MailBox]) -> None:
    """The mail has our page, our plain text beside it, and the picture that the page shows."""
    host, box = mailed
    attempt = Sender(channel(host), ManualClock()).send(digest())
    assert attempt.ok, attempt.error
    [mail] = box.mails
    kinds = [one.get_content_type() for one in mail.walk()]
    assert kinds == [
        "multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png",
    ]  # fmt: skip
    page, text = _Page(part(mail, "html")), part(mail, "plain")
    assert page.headings == ["3 alerts of 2 rules", "[HIGH] Rule 0: 2", "[HIGH] Rule 1: 1"]
    assert page.addresses == ["cid:alerts.png", *["https://desk.example/articles/42"] * 3]
    [image] = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert (image["Content-ID"], image.get_content_disposition()) == ("<alerts.png>", "inline")
    assert text.splitlines()[0] == "Rule 0: 2"
    assert "alerts.png" not in text
    for key in ("f" * 16, *(f"{n:016x}" for n in range(3))):
        assert key in text
        assert key in part(mail, "html")
    assert mail["Subject"] == "[HIGH] 3 alerts of 2 rules"


def test_no_article_writes_on_a_page(mailed: tuple[str, MailBox]) -> None:
    """A page has no tags but its own, and loads nothing from elsewhere."""
    host, box = mailed
    hostile = digest(2)
    body = f"{HOSTILE} Majilis {HOSTILE}"
    alerts = tuple(
        replace(one, body=body, spans=hits(body, "Majilis"), place=HOSTILE, agency=HOSTILE,
                published=HOSTILE, path=HOSTILE, embargo=HOSTILE)
        for one in hostile.gathered
    )  # fmt: skip
    assert Sender(channel(host), ManualClock()).send(replace(hostile, gathered=alerts)).ok
    page = _Page(part(box.mails[0], "html"))
    assert "script" not in page.tags
    assert page.tags.count("img") == 1
    assert page.tags.count("mark") == 2
    assert not [one for one in page.addresses if "evil" in one]


def test_a_single_alert_has_its_text_beside_it(mailed: tuple[str, MailBox]) -> None:
    """The plain text of an alert in HTML is that of the text template, not made of the HTML."""
    host, box = mailed
    assert Sender(channel(host), ManualClock()).send(MESSAGE).ok
    assert "  The »Majilis« met on Monday." in part(box.mails[0], "plain").splitlines()
    assert "<mark>Majilis</mark>" in part(box.mails[0], "html")


def test_a_mail_in_text_is_text(mailed: tuple[str, MailBox]) -> None:
    """A channel of mail in plain text gets the digest as a text, without a picture."""
    host, box = mailed
    assert Sender(channel(host, "text"), ManualClock()).send(digest()).ok
    assert box.mails[0].get_content_type() == "text/plain"
    assert not has_pages(channel(host, "text").url)
    assert has_pages(channel(host).url)
    assert not has_pages("json://127.0.0.1/x?format=html")
    assert not has_pages("nothing://x")


def test_what_is_beside_one_page_is_beside_no_other(mailed: tuple[str, MailBox]) -> None:
    """Each mail has the text of its own message."""
    host, box = mailed
    sender = Sender(channel(host), ManualClock())
    for message in (digest(), MESSAGE, digest(2)):
        assert sender.send(message).ok
    texts = [part(mail, "plain").splitlines()[0] for mail in box.mails]
    assert texts == ["Rule 0: 2", "Two chambers sign", "Rule 0: 1"]


def test_a_very_long_page_comes_in_parts(mailed: tuple[str, MailBox]) -> None:
    """Five hundred alerts are more than a reader of mail shows: pages, each alert once."""
    host, box = mailed
    assert Sender(channel(host), ManualClock()).send(digest(500, headline="x" * 90)).ok
    pages = [part(mail, "html") for mail in box.mails]
    assert len(pages) > 1
    assert all(len(page.replace("\r\n", "\n")) <= 90_000 for page in pages)
    told = re.findall(r"ref ([0-9a-f]{16})", "".join(pages))
    assert sorted(one for one in told if one != "f" * 16) == [f"{n:016x}" for n in range(500)]
    assert [len(list(mail.iter_attachments())) for mail in box.mails] == [1] + [0] * (
        len(pages) - 1
    )
    assert "(2/" in box.mails[1]["Subject"]


def test_without_pillow_the_page_draws_the_bars(
    monkeypatch: pytest.MonkeyPatch, mailed: tuple[str, MailBox]
) -> None:
    """Where the extra is not installed the same bars are a table, and nothing fails."""

    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(chart, "import_module", missing)
    host, box = mailed
    assert Sender(channel(host), ManualClock()).send(digest()).ok
    [mail] = box.mails
    page = part(mail, "html")
    assert mail.get_content_type() == "multipart/alternative"
    assert "img" not in _Page(page).tags
    bars = chart_of(MONTH, 160)
    assert bars is not None
    heights = [stack.height for bar in bars.bars for stack in reversed(bar.stacks)]
    assert [int(one) for one in re.findall(r'<div style="height:(\d+)px', page)] == heights
    assert 'title="2026-03-02: ' in page


@pytest.mark.parametrize("language", ["en", "kk"])
def test_the_picture_shows_the_bars(language: str) -> None:
    """The picture is a PNG with each severity's colour in it as high as its share."""
    (letter,) = words_for(channel("127.0.0.1", language=language), digest())
    assert letter.picture.startswith(b"\x89PNG")
    wide, high = struct.unpack(">II", letter.picture[16:24])
    assert (wide, high) == (1280, 428)
    assert len(letter.picture) < 20_000


def test_bars_are_in_proportion() -> None:
    """A bar's shares add up to its whole, the highest line holds the highest bar, days are in order."""
    found = chart_of(MONTH, 160)
    assert found is not None
    assert found.lines[0] == 0
    most = max(bar.total for bar in found.bars)
    assert found.lines[-2] < most <= found.lines[-1]
    for day, bar in zip(MONTH, found.bars, strict=True):
        assert bar.total == sum(day.counts)
        height = sum(stack.height for stack in bar.stacks)
        assert abs(height - bar.total * 160 / found.lines[-1]) <= 0.5
        assert [str(stack.severity) for stack in bar.stacks] == [
            one.value for one, count in list(zip(Severity, day.counts, strict=True))[::-1] if count
        ]
    assert [bar.label for bar in found.bars if bar.label] == [
        "02-02",
        "02-09",
        "02-16",
        "02-23",
        "03-02",
    ]
    assert (found.first, found.last) == ("2026-02-01", "2026-03-02")
    assert picture(found).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("most", "lines"),
    [(0, (0, 1)), (1, (0, 1)), (5, (0, 1, 2, 3, 4, 5)), (6, (0, 2, 4, 6)), (11, (0, 5, 10, 15)),
     (99, (0, 20, 40, 60, 80, 100)), (10_001, (0, 5000, 10_000, 15_000))],
)  # fmt: skip
def test_lines_are_few_and_round(most: int, lines: tuple[int, ...]) -> None:
    """The axis has a handful of round counts, the last not under the highest bar."""
    found = chart_of((Day(date(2026, 3, 2), (most, 0, 0, 0)),), 100)
    assert found is not None
    assert found.lines == lines


def test_the_month_is_read_for_digests_of_pages_only(store: Store) -> None:
    """A gathered message of a channel with pages carries its thirty days, by its own wall."""
    morning = (rhythm_of("daily 08:00"),)
    accept(
        store, [told(f"{n}.txt", f"Story{n} begins.", ("desk", "other")) for n in range(3)], START
    )
    late = iso(START - timedelta(days=40))
    store.db.execute("UPDATE deliveries SET created = ? WHERE id = 1", [late])
    almost_midnight = iso(START + timedelta(hours=11, minutes=50))
    store.db.execute("UPDATE deliveries SET created = ? WHERE alert_id = 2", [almost_midnight])
    eight = START + timedelta(hours=20)
    for policy, days in (
        (Policy(digests=morning, pictured=True), 30),
        (Policy(digests=morning), 0),
    ):
        with store.write() as db:
            db.execute(
                "UPDATE deliveries SET state = 'pending', reason = NULL, bundle = NULL, due = ?",
                [iso(START)],
            )
            claim(db, START, room(db, ["desk"], 16), {"desk": policy})
            [message] = claim(db, eight, room(db, ["desk"], 16), {"desk": policy})
        assert len(message.month) == days
        assert len(message.gathered) == 3
        if days:
            assert [day.counts for day in message.month[-2:]] == [(0, 0, 2, 0), (0, 0, 0, 0)]
            assert sum(map(sum, (day.counts for day in message.month))) == 2
        with store.write() as db:
            db.execute("UPDATE deliveries SET bundle = NULL")
            db.execute("DELETE FROM bundles")


def test_a_preview_in_another_form_is_no_page() -> None:
    """Asked for in another form, a channel's digest is that form's text."""
    (letter,) = words_for(channel("127.0.0.1"), digest(), MessageFormat.TEXT)
    assert letter.body.startswith("Rule 0: 2")
    assert (letter.beside, letter.picture) == ("", b"")
