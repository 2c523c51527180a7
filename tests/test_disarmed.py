"""Text of articles calls nobody and becomes no link, through real Apprise to what services get."""

import json
import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import pytest
import requests
import urllib3

from conftest import ManualClock, Receiver
from test_render import MESSAGE, hits
from test_send import MailBox, mail_host, mailbox  # noqa: F401 - fixtures
from wirewatch.model import Message
from wirewatch.notify import connections
from wirewatch.notify.markup import JOINER, MARKUPS, disarmed
from wirewatch.notify.render import render
from wirewatch.notify.send import Channel, Sender
from wirewatch.notify.template import Source, Style
from wirewatch.states import MessageFormat, Recall

CALLS = [
    "@everyone", "@here", "@channel", "@all", "@**all**", "＠everyone", "<@123456789012345678>",
    "<@&123456789012345678>", "<!channel>", "<!here|here>", "!channel>", "<@U024BE7LH>", "@U02>",
    "<#C024BE7LR>", "#general", "<users/all>", '<at user_id="all">all</at>', "/stop",
    "http://evil.example/x", "https://evil.example", "www.evil.example", "evil.example",
    "evil.co.uk/path", "mailto:a@evil.example", "bob@evil.example", "tel:+123456", "tg://user?id=1",
    "[click](https://evil.example)", "<https://evil.example|click>", "javascript:alert(1)",
    "<mailto:a@evil.example|click>", "http://пример.рф",
]  # fmt: skip

ACTS = [
    re.compile(r"[@＠][\w*\[]", re.IGNORECASE),
    re.compile(r"[a-z][a-z0-9+.-]*://(?!desk\.example)", re.IGNORECASE),
    re.compile(rf"(?:mailto|tel|javascript):[^\s{JOINER}]", re.IGNORECASE),
    re.compile(r"(?<![/\w.-])(?!desk\.)[\w-]+\.[^\W\d_]{2,}"),
    re.compile(r"<[@!#&]"),
    re.compile(r"#(?:general|C0)"),
    re.compile(r"!(?:channel|here)"),
    re.compile(r"(?<!\S)/stop"),
]
"""What services act on, as their documents and Apprise's own plugins read it."""


def hostile(call: str, word: str = "Majilis") -> Message:
    """Write a call into every field that comes from an article."""
    body = f"{call} {word} {call}"
    return replace(
        MESSAGE, headline=call, body=body, spans=hits(body, word), place=call, agency=call,
        published=call, embargo=call, path="story",
    )  # fmt: skip


def assert_harmless(text: str) -> None:
    """Fail when a text has something that a service acts on."""
    for act in ACTS:
        found = act.search(text)
        assert found is None, (found, text)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_disarmed(call: str) -> None:
    """A mention, command, channel or address is parted, and reads as it did."""
    assert_harmless(disarmed(call))
    assert disarmed(call).replace(JOINER, "") == call
    assert disarmed(call) != call


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. and the E.U. met at 9 a.m. on 3.5 per cent.", "Vote 5:3, and 10/12 were there",
        "wires/in/story.txt", "AT&T rose", "He said: go! Now.", "a < b",
        "Мәжіліс. Сенат", "0123456789abcdef",
    ],
)  # fmt: skip
def test_other_text_stays_as_it_is(text: str) -> None:
    """What no service acts on has nothing set into it."""
    assert disarmed(text) == text


@pytest.mark.parametrize("call", ["@", "<", "!", "#", "http:"])
def test_a_mark_does_not_arm_a_call(call: str) -> None:
    """A call that would come about only by the marks around a hit comes about no more."""
    body = f"He said {call}all now."
    message = replace(MESSAGE, body=body, spans=hits(body, "all"))
    text = render(message, MessageFormat.MARKDOWN).body
    assert "@**" not in text.replace("\\", "")
    assert f"{call}all" not in text


@pytest.mark.parametrize("form", MessageFormat)
@pytest.mark.parametrize("call", CALLS)
def test_no_field_calls_anybody(form: MessageFormat, call: str) -> None:
    """In every form, no field of an article holds anything that a service acts on."""
    words = render(hostile(call), form, Style(url="https://desk.example"))
    shown = re.sub(r"\\(.)", r"\1", unescape(words.body))
    assert_harmless(re.sub(r"</?(?:b|br|mark|blockquote|a)\b[^>]*>", "", shown))


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_what_arrives_is_as_harmless(receiver: Receiver, form: str) -> None:
    """Apprise hands on what was disarmed as it is, in each form."""
    message = hostile(" ".join(CALLS))
    url = f"json://{receiver.host}/hook?format={form}"
    assert Sender(Channel("desk", url), ManualClock()).send(message).ok
    text = json.loads(receiver.got[0].body)["message"]
    shown = re.sub(r"\\(.)", r"\1", unescape(text))
    assert_harmless(re.sub(r"</?(?:b|br|mark|blockquote|a)\b[^>]*>", "", shown))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what Apprise would send, each request's body; every service takes it."""
    bodies: list[str] = []

    def caught(_session: object, request: requests.PreparedRequest, **_: object) -> object:
        body = request.body or b""
        bodies.append(body if isinstance(body, str) else body.decode())
        answer = requests.Response()
        is_slack = "slack.com" in str(request.url)
        answer.status_code = 200
        said = b"ok" if is_slack else b'{"ok": true, "result": {}}'
        answer.raw = urllib3.HTTPResponse(BytesIO(said), preload_content=False)
        answer.request = request
        return answer

    monkeypatch.setattr(connections, "_plain_send", caught)
    return bodies


SERVICES = {
    "discord": "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544",
    "mattermost": "mmost://127.0.0.1/0123456789abcdef0123456789",
    "rocket": "rocket://web/hook@127.0.0.1/#desk",
    "zulip": "zulip://bot@example/0123456789abcdef0123456789abcdef/desk",
}


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("service", SERVICES)
def test_what_services_would_get_calls_nobody(sent: list[str], service: str, form: str) -> None:
    """What Apprise makes of an alert for a service's own markup holds no call of an article's."""
    url = f"{SERVICES[service]}?format={form}"
    for first in range(0, len(CALLS), 4):
        body = " ".join([*CALLS[first : first + 4], "Majilis"])
        message = replace(MESSAGE, headline=CALLS[first], body=body, spans=hits(body, "Majilis"))
        attempt = Sender(Channel("desk", url), ManualClock()).send(message)
        assert attempt.ok, attempt.error
    text = unquote(" ".join(sent).replace("+", " "))
    text = text.replace("\\u2060", JOINER).replace("\\uff20", "＠")
    text = re.sub(r"\\+([^u])", r"\1", unescape(unescape(text)))
    for call in ("@everyone", "@here", "@all", "@**all", "<@1", "<@&1", "<!", "!channel", "@U02",
                 "://evil", "www.evil", "evil.example", "mailto:a", "<#C0", "<users/"):  # fmt: skip
        assert call not in text, call
    assert f"@{JOINER}everyone" in text
    assert text.count("Majilis") >= len(CALLS) // 4


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("service", SERVICES)
def test_the_longest_alert_is_one_message_of_each_service(
    sent: list[str], service: str, form: str
) -> None:
    """What a service's own markup makes longer is reckoned with: one request, with the reference."""
    body = " ".join(f"Majilis {n} <b>&*_~[x] " + "é&<'_*" * 90 + "." for n in range(4))
    earlier = " ".join(f"Earlier {n} " + "_*&<" * 90 + "." for n in range(9))
    long = replace(
        MESSAGE, headline="&<_*[" * 200, body=body, spans=hits(body, "Majilis"),
        recall=Recall.CORRECTED, earlier=earlier, place="<&_" * 80, path="_" * 300,
    )  # fmt: skip
    url = f"{SERVICES[service]}?format={form}"
    assert Sender(Channel("desk", url), ManualClock()).send(long).ok
    assert len(sent) == 1
    assert MESSAGE.key in sent[0]


def test_headers_cannot_be_forged(mail_host: str, mailbox: MailBox) -> None:  # noqa: F811
    """A subject that an article writes into has one line, and the mail no header by it."""
    own = Source("own.j2", "own.j2", "{{ headline }}\n{{ headline }} {{ ref }}")
    forged = replace(MESSAGE, headline="Vote\r\nBcc: x@evil.example\r\n\r\nbody\x0b\x85\u2028X: y")
    url = f"mailto://{mail_host}?from=wire@example.org&to=desk@example.org&mode=insecure"
    style = Style(template="own", sources=(own,))
    assert Sender(Channel("desk", url, 5.0, style), ManualClock()).send(forged).ok
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert len(str(mail["Subject"]).splitlines()) == 1
    assert str(mail["Subject"]).replace(JOINER, "") == "Vote Bcc: x@evil.example body X: y"


def test_names_of_the_configuration_stay_as_they_are() -> None:
    """A rule's name or title with a dot is the desk's own, and can be copied."""
    for form, markup in MARKUPS.items():
        body = render(replace(MESSAGE, rule="kz.majilis"), form).body
        assert f"rule {markup.escape('kz.majilis')}" in body
