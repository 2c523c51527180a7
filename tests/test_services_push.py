"""What ntfy, gotify, web hooks and a log get of an alert, field by field as they receive it.

The shapes are those that the services document: https://docs.ntfy.sh/publish/#publish-as-json,
https://gotify.net/docs/pushmsg, RFC 3164 for what rsyslog takes by UDP.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from lxml import etree

from conftest import START, ManualClock, Receiver
from scripted import says, scripted
from wirewatch.model import Attempt, Message, Span
from wirewatch.notify.markup import JOINER
from wirewatch.notify.render import render
from wirewatch.notify.send import Channel, Sender
from wirewatch.notify.trial import trial_message
from wirewatch.states import MessageFormat, Severity

TOKEN = "tk-s3cret"  # noqa: S105 - it opens nothing
BODY = "The Majilis met."
MESSAGE = replace(
    trial_message("desk", START), body=BODY, spans=(Span("body", 4, 11),), severity=Severity.HIGH
)
WORDS = render(MESSAGE, MessageFormat.TEXT)
SCRIPTS = {
    "latin": "The committee heard the minister at length. ",
    "cyrillic": "Комитет заслушал министра о бюджете страны. ",
    "arabic": "استمعت اللجنة إلى الوزير بشأن الميزانية. ",
    "chinese": "委员会听取了部长关于预算的报告。",
    "emoji": "🏛️🇰🇿🗳️ ",
}


def sent(url: str, message: Message = MESSAGE) -> Attempt:
    return Sender(Channel("desk", url), ManualClock()).send(message)


def fields(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text)
    return found


def long(script: str, alerts: int = 60) -> Message:
    """Make a message that gathers so many alerts that no service takes it as one."""
    line = (SCRIPTS[script] * 9)[:120].strip()
    gathered = tuple(
        replace(MESSAGE, key=f"key-{number:05}", headline=f"{number:05} {line}")
        for number in range(alerts)
    )
    return replace(MESSAGE, gathered=gathered)


def assert_whole(parts: list[str], message: Message) -> None:
    """Fail unless parts have all alerts of a message, each whole and once, and each its reference."""
    said = [line for part in parts for line in part.splitlines() if line.startswith("  ")]
    whole = render(message, MessageFormat.TEXT).body.splitlines()
    assert said == [line for line in whole if line.startswith("  ")]
    assert len(said) == len(message.gathered)
    assert [part.count(f"ref {MESSAGE.key}") for part in parts] == [1] * len(parts)


def wordy(script: str) -> Message:
    """Make an alert whose every field is as long as no service takes it."""
    body = "".join(f"Majilis {SCRIPTS[script] * 40}. " for _ in range(9))
    spans = tuple(
        Span("body", found.start(), found.end()) for found in re.finditer("Majilis", body)
    )
    line = SCRIPTS[script] * 90
    return replace(
        MESSAGE, headline=line, body=body, spans=spans, place=line, agency=line, path=line
    )


def test_ntfy_gets_its_fields(receiver: Receiver) -> None:
    """A topic's message is JSON to the server's root, with the token in a header alone."""
    assert sent(f"ntfy://{TOKEN}@{receiver.host}/news?auth=token&tags=newspaper").ok
    [got] = receiver.got
    assert got.path == "/"
    assert fields(got.body) == {"topic": "news", "title": WORDS.title, "message": WORDS.body}
    assert got.headers["Authorization"] == f"Bearer {TOKEN}"
    assert got.headers["X-Tags"] == "newspaper"
    assert got.headers["Content-Type"] == "application/json"
    assert "X-Markdown" not in got.headers


def test_ntfy_is_told_of_markdown(receiver: Receiver) -> None:
    """A topic that wants Markdown gets it, said to be that, with what articles hold escaped."""
    message = replace(MESSAGE, headline="[x](http://evil.example) **b** `c`")
    assert sent(f"ntfy://{receiver.host}/news?format=markdown", message).ok
    [got] = receiver.got
    assert got.headers["X-Markdown"] == "yes"
    said = str(fields(got.body)["message"])
    parted = rf"http:{JOINER}//evil.{JOINER}example"
    assert said.startswith(rf"**\[x\]\({parted}\) \*\*b\*\* \`c\`**")
    assert "> The **Majilis** met." in said


PRIORITIES = [
    (Severity.LOW, "low", 3),
    (Severity.NORMAL, None, 5),
    (Severity.HIGH, "high", 8),
    (Severity.CRITICAL, "max", 10),
]


@pytest.mark.parametrize(("severity", "ntfy", "gotify"), PRIORITIES)
def test_a_phone_rings_as_severity_wants(
    receiver: Receiver, severity: Severity, ntfy: str | None, gotify: int
) -> None:
    """Severity is the priority by which a phone is silent, rings, or rings through the night."""
    message = replace(MESSAGE, severity=severity)
    assert sent(f"ntfy://{receiver.host}/news", message).ok
    assert sent(f"gotify://{receiver.host}/{TOKEN}", message).ok
    assert receiver.at("/")[0].headers.get("X-Priority") == ntfy
    assert fields(receiver.at("/message")[0].body)["priority"] == gotify


def test_a_priority_of_the_channel_s_own_holds(receiver: Receiver) -> None:
    """A URL that sets a priority has that, whatever the severity."""
    message = replace(MESSAGE, severity=Severity.CRITICAL)
    assert sent(f"ntfy://{receiver.host}/news?priority=min", message).ok
    assert sent(f"gotify://{receiver.host}/{TOKEN}?priority=low", message).ok
    assert receiver.at("/")[0].headers["X-Priority"] == "min"
    assert fields(receiver.at("/message")[0].body)["priority"] == 0


def test_gotify_gets_its_fields(receiver: Receiver) -> None:
    """A message has title, text and priority; the token is in its header, and not in the path."""
    assert sent(f"gotify://{receiver.host}/{TOKEN}").ok
    [got] = receiver.got
    assert got.path == "/message"
    assert fields(got.body) == {"title": WORDS.title, "message": WORDS.body, "priority": 8}
    assert got.headers["X-Gotify-Key"] == TOKEN


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_too_long_for_ntfy_is_several(receiver: Receiver, script: str) -> None:
    """Ntfy takes 4,096 bytes: what is longer arrives in parts, each alert whole, and no file."""
    message = long(script)
    assert sent(f"ntfy://{receiver.host}/news", message).ok
    assert {got.path for got in receiver.got} == {"/"}
    parts = [str(fields(got.body)["message"]) for got in receiver.got]
    assert 1 < len(parts) < 40
    assert max(len(part.encode()) for part in parts) <= 4096
    assert_whole(parts, message)
    titles = [str(fields(got.body)["title"]) for got in receiver.got]
    counted = [f"({number}/{len(parts)})" for number in range(1, len(parts) + 1)]
    assert [title.rpartition(" ")[2] for title in titles] == counted


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_ntfy_can_take_is_one(receiver: Receiver, script: str) -> None:
    """A message of ordinary length is one, in any script."""
    body = (SCRIPTS[script] * 9)[:200]
    message = replace(MESSAGE, headline=body[:100], body=body, spans=(Span("body", 4, 8),))
    assert sent(f"ntfy://{receiver.host}/news", message).ok
    [got] = receiver.got
    assert fields(got.body)["message"] == render(message, MessageFormat.TEXT).body


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_a_part_that_is_refused_fails_the_whole(refused: int) -> None:
    """Whichever part a service refuses, its wish to wait is kept, and nothing counts as sent."""
    scripts = [says(200)] * 3
    scripts[refused] = says(429, "Retry-After: 9")
    with scripted() as server:
        server.scripts = scripts
        attempt = sent(f"ntfy://{server.host}/news", long("latin"))
    assert (attempt.ok, attempt.http_code, attempt.retry_after) == (False, 429, 9.0)
    assert attempt.error == "HTTP 429: too many requests"


def of_json(body: str) -> dict[str, object]:
    said = fields(body)
    return {name: said[name] for name in ("version", "title", "message", "type", "attachments")}


def of_form(body: str) -> dict[str, object]:
    return {name: value for name, [value] in parse_qs(body, strict_parsing=True).items()}


def of_xml(body: str) -> dict[str, object]:
    [note] = etree.fromstring(body.encode()).iter("Notification")
    return {child.tag: child.text for child in note}


@pytest.mark.parametrize(
    ("scheme", "read", "names"),
    [
        ("json", of_json, ("title", "message", "type")),
        ("form", of_form, ("title", "message", "type")),
        ("xml", of_xml, ("Subject", "Message", "MessageType")),
    ],
)
def test_a_hook_gets_its_fields(
    receiver: Receiver,
    scheme: str,
    read: Callable[[str], dict[str, object]],
    names: tuple[str, str, str],
) -> None:
    """Title, text and kind arrive in fields of their own, as they are, whatever they hold."""
    hostile = 'Budget</Message><Message>&amp;"quoted"&title=x ]]> Ы 🏛️ \\u0041 +1 50%'
    message = replace(MESSAGE, headline=hostile)
    assert sent(f"{scheme}://{receiver.host}/hook?+X-Desk=news", message).ok
    [got] = receiver.got
    said = read(got.body)
    words = render(message, MessageFormat.TEXT)
    assert [said[name] for name in names] == [words.title, words.body, "warning"]
    assert got.headers["X-Desk"] == "news"


@pytest.fixture
def log() -> Iterator[socket.socket]:
    """Give a log that listens for datagrams."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield listening


def datagrams(log: socket.socket, *, last: str) -> list[str]:
    """Read what a log got, up to the one that holds a text."""
    read = [log.recv(70_000).decode()]
    while last not in read[-1]:
        read.append(log.recv(70_000).decode())
    return read


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.LOW, 6), (Severity.NORMAL, 6), (Severity.HIGH, 4), (Severity.CRITICAL, 2)],
)
def test_a_log_gets_the_level_of_severity(
    log: socket.socket, severity: Severity, level: int
) -> None:
    """A line of the log begins with facility and level, and then says what the alert says."""
    message = replace(MESSAGE, severity=severity)
    port = log.getsockname()[1]
    assert sent(f"rsyslog://127.0.0.1:{port}/local0?logpid=no", message).ok
    [line] = datagrams(log, last=MESSAGE.key)
    words = render(message, MessageFormat.TEXT)
    assert line == f"<{16 * 8 + level}>- {words.title}: {words.body}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_too_long_for_a_log_is_several(log: socket.socket, script: str) -> None:
    """Rsyslog takes 8,192 bytes by default: what is longer arrives in parts, each alert whole."""
    log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
    message = long(script, 300)
    assert sent(f"rsyslog://127.0.0.1:{log.getsockname()[1]}/local0?logpid=no", message).ok
    lines = datagrams(log, last=message.gathered[-1].key)
    assert max(len(line.encode()) for line in lines) <= 8192
    heads, parts = zip(*(line.split(": ", 1) for line in lines), strict=True)
    assert_whole(list(parts), message)
    counted = [f"({number}/{len(parts)})" for number in range(1, len(parts) + 1)]
    assert [head.rpartition(" ")[2] for head in heads] == counted


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_alert_too_long_for_ntfy_is_one(receiver: Receiver, script: str) -> None:
    """However long an alert, ntfy gets it as one message, by bytes, with as much as it takes."""
    assert sent(f"ntfy://{receiver.host}/news", wordy(script)).ok
    [got] = receiver.got
    said = str(fields(got.body)["message"])
    assert got.path == "/"
    assert len(said.encode()) <= 4096
    assert said.count(f"ref {MESSAGE.key}") == 1
    assert "…" in said


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_alert_too_long_for_a_log_is_one(log: socket.socket, script: str) -> None:
    """However long an alert, a log gets it as one line of at most 8,192 bytes, with its reference."""
    port = log.getsockname()[1]
    assert sent(f"rsyslog://127.0.0.1:{port}/local0?logpid=no", wordy(script)).ok
    assert sent(f"rsyslog://127.0.0.1:{port}/local0?logpid=no", replace(MESSAGE, key="end")).ok
    [line, _] = datagrams(log, last="ref end")
    assert len(line.encode()) <= 8192
    assert line.count(f"ref {MESSAGE.key}") == 1
