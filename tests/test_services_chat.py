"""What chats get of an alert, as they receive it: the right fields, nobody called, nothing lost.

The shapes are those that the services document:
https://developers.mattermost.com/integrate/webhooks/incoming/,
https://docs.rocket.chat/docs/create-an-incoming-webhook,
https://nextcloud-talk.readthedocs.io/en/latest/chat/ and /bots/,
https://matrix-org.github.io/matrix-hookshot/latest/setup/webhooks.html,
https://github.com/turt2live/matrix-appservice-webhooks,
https://www.home-assistant.io/integrations/persistent_notification/,
https://bbernhard.github.io/signal-cli-rest-api/, https://bark.day.app/#/en-us/tutorial and
Synology's «Incoming Webhooks» (https://kb.synology.com/en-global/DSM/help/Chat/chat_integration).
"""

import hashlib
import hmac
import html
import json
import re
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qs

import pytest
from markdown_it import MarkdownIt

from conftest import START, Answer, Got, ManualClock, Receiver
from wirewatch.model import Attempt, Message, Span
from wirewatch.notify.markup import JOINER
from wirewatch.notify.render import render
from wirewatch.notify.send import Channel, Sender, _plugin
from wirewatch.notify.trial import trial_message
from wirewatch.states import DeliveryReason, MessageFormat, Severity

TOKEN = "3ccdd113474722377935511fc85d3dd4"  # noqa: S105 - it opens nothing
SECOND = "fc85d3dd4c85d3dd4ab12"
BODY = "The Majilis met."
MESSAGE = replace(
    trial_message("desk", START), body=BODY, spans=(Span("body", 4, 11),), severity=Severity.HIGH
)
CALLS = '@channel @all @here @everyone @room @john.doe <!channel> <@U024BE7LH> @**all** @"jane"'
MARKS = (
    "[win](http://evil.example) ![p](http://evil.example/p.png) **b** _i_ ~~s~~ `c` # h | t | <b>"
)


class Chat(NamedTuple):
    """A chat: a URL for it, where it listens, and in which field of what it gets the text is."""

    url: str
    path: str
    text: str
    markup: MessageFormat = MessageFormat.TEXT
    code: int = 200


CHATS = {
    "mattermost": Chat(f"mmost://{{host}}/{TOKEN}", f"/hooks/{TOKEN}", "text", MessageFormat.MARKDOWN),
    "rocketchat": Chat(
        f"rocket://{TOKEN}/{SECOND}@{{host}}/#desk",
        f"/hooks/{TOKEN}/{SECOND}", "text", MessageFormat.MARKDOWN,
    ),
    "nextcloud": Chat(
        "nctalk://wire:secret@{host}/room1",
        "/ocs/v2.php/apps/spreed/api/v1/chat/room1", "message", code=201,
    ),
    "signal": Chat(
        "signal://{host}/+15555550100/+15555550101", "/v2/send", "message", code=201
    ),
    "synology": Chat(f"synology://{{host}}/{TOKEN}", "/webapi/entry.cgi", "text"),
    "matrix-hookshot": Chat(f"matrix://{TOKEN}@{{host}}/?mode=hookshot", f"/webhook/{TOKEN}", "text"),
    "matrix-webhook": Chat(
        f"matrix://{TOKEN}@{{host}}/?mode=matrix", f"/api/v1/matrix/hook/{TOKEN}", "text"
    ),
    "bark": Chat(f"bark://{{host}}/{TOKEN}", "/push", "body"),
    "home-assistant": Chat(
        f"hassio://{{host}}/{TOKEN}",
        "/api/services/persistent_notification/create", "message",
    ),
}  # fmt: skip
PARTED = f"http:{JOINER}//evil.{JOINER}example"
"""How the address in MARKS arrives: parted, so that no chat makes a link of it."""


def sent(url: str, message: Message = MESSAGE) -> Attempt:
    return Sender(Channel("desk", url), ManualClock()).send(message)


def fields(got: Got) -> dict[str, object]:
    """Give what a chat was sent, from JSON or from JSON in a form."""
    body = got.body if got.body.startswith("{") else parse_qs(got.body)["payload"][0]
    found: dict[str, object] = json.loads(body)
    return found


def told(receiver: Receiver, chat: Chat, message: Message = MESSAGE) -> list[str]:
    """Send a message to a chat, and give the texts that it got."""
    receiver.answers[chat.path] = Answer(chat.code)
    attempt = sent(chat.url.format(host=receiver.host), message)
    assert (attempt.ok, attempt.http_code, attempt.error) == (True, chat.code, "")
    assert {got.path.partition("?")[0] for got in receiver.got} == {chat.path}
    return [str(fields(got)[chat.text]) for got in receiver.got]


def lines_of_alerts(text: str) -> list[str]:
    """Give the lines that say an alert each."""
    return [line for line in text.splitlines() if re.search(r"ref key-\d{5}", line)]


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_gets_title_and_text(receiver: Receiver, name: str) -> None:
    """What a chat shows holds the title, the headline, the marked sentence and the key, once."""
    chat = CHATS[name]
    [text] = told(receiver, chat)
    body = render(MESSAGE, chat.markup).body
    assert text.endswith(body)
    title = str(fields(receiver.got[0]).get("title", text))
    assert "[HIGH] Test message, nothing has happened" in title
    assert text.count(MESSAGE.key) == 1


def test_mattermost_gets_its_fields(receiver: Receiver) -> None:
    """An incoming webhook has text and the sender's name, and no picture from elsewhere."""
    told(receiver, CHATS["mattermost"])
    assert fields(receiver.got[0]).keys() == {"text", "username"}
    assert fields(receiver.got[0])["username"] == "Wirewatch"


def test_rocketchat_gets_its_fields(receiver: Receiver) -> None:
    """A webhook has text and the room, and no picture from elsewhere."""
    told(receiver, CHATS["rocketchat"])
    assert fields(receiver.got[0]).keys() == {"text", "channel"}
    assert fields(receiver.got[0])["channel"] == "#desk"


def test_nextcloud_gets_a_signature(receiver: Receiver) -> None:
    """A bot's message is signed with its secret, over the very text that arrives."""
    path = "/ocs/v2.php/apps/spreed/api/v1/bot/room1/message"
    receiver.answers[path] = Answer(201)
    assert sent(f"nctalk://{receiver.host}/room1?secret={TOKEN}").ok
    [got] = receiver.at(path)
    random = got.headers["X-Nextcloud-Talk-Bot-Random"]
    text = str(fields(got)["message"])
    expected = hmac.new(TOKEN.encode(), (random + text).encode(), hashlib.sha256).hexdigest()
    assert got.headers["X-Nextcloud-Talk-Bot-Signature"] == expected
    assert TOKEN not in got.body + got.path


def test_signal_gets_its_fields(receiver: Receiver) -> None:
    """A message has a sender's number and one recipient's."""
    told(receiver, CHATS["signal"])
    got = fields(receiver.got[0])
    assert (got["number"], got["recipients"]) == ("+15555550100", ["+15555550101"])


@pytest.mark.parametrize("name", CHATS)
def test_an_article_calls_nobody(receiver: Receiver, name: str) -> None:
    """A chat's words for everybody, in a headline, a title, a sentence or a place, call nobody."""
    chat = CHATS[name]
    message = replace(
        MESSAGE, headline=CALLS, place=CALLS, agency=CALLS, path=CALLS,
        body=CALLS, spans=(Span("body", 0, 8),),
    )  # fmt: skip
    [text] = told(receiver, chat, message)
    shown = re.sub(r"\\(.)", r"\1", text)
    assert shown.count(f"@{JOINER}") == 5 * CALLS.count("@") + 1, "in each field, and as found"
    assert not re.search(rf"@[^{JOINER}]|<!", shown)
    assert shown.replace(JOINER, "").count(CALLS) == 4, "and where a hit is marked, once more"


def test_an_article_writes_no_markdown(receiver: Receiver) -> None:
    """Mattermost reads Markdown, also where Apprise thinks of text: articles cannot write it."""
    [text] = told(receiver, CHATS["mattermost"], replace(MESSAGE, headline=MARKS, place=MARKS))
    page = MarkdownIt("commonmark").render(text)
    assert not re.search(r"<(a|img|em|code|del|h2)\b", page)
    assert page.count("<strong>") == 2, "the headline and what was found"
    shown = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert shown.count(PARTED) == 4
    assert shown.replace(JOINER, "").count(MARKS) == 2


def test_an_article_writes_no_html(receiver: Receiver) -> None:
    """A Matrix room's HTML holds what an article says, and no tag of its own."""
    told(receiver, CHATS["matrix-hookshot"], replace(MESSAGE, headline=MARKS, place=MARKS))
    page = str(fields(receiver.got[0])["html"])
    assert set(re.findall(r"<[^>]*>", page)) <= {"<br/>"}
    shown = html.unescape(page)
    assert shown.count(PARTED) == 4
    assert shown.replace(JOINER, "").count(MARKS) == 2


@pytest.mark.parametrize("name", CHATS)
@pytest.mark.parametrize("words", ["ordinary words of a wire ", "Комитет заслушал ", CALLS, MARKS])
def test_what_is_too_long_arrives_whole(receiver: Receiver, name: str, words: str) -> None:
    """What is over a chat's limit comes in parts, its alerts whole and in order; nobody is called.

    Each part says which it is, and has the message's own reference.
    """
    chat = CHATS[name]
    gathered = tuple(
        replace(
            MESSAGE,
            key=f"key-{number:05}",
            headline=f"{number:05} {words * 3}",
            severity=Severity.LOW,
        )
        for number in range(150)
    )
    message = replace(MESSAGE, gathered=gathered)
    texts = told(receiver, chat, message)
    limit = _plugin(chat.url.format(host="127.0.0.1")).body_maxlen
    assert max(map(len, texts)) <= limit
    if limit < 20_000:
        assert len(texts) > 1
    if chat.markup is MessageFormat.MARKDOWN:
        pages = map(MarkdownIt("commonmark").render, texts)
        assert not [page for page in pages if re.search(r"<(a|img|em|code|del)\b", page)]
    together = "\n".join(texts)
    shown = re.sub(r"\\(.)", r"\1", together)
    assert not re.search(rf"@[^{JOINER}]|http:[^{JOINER}]", shown)
    assert re.findall(r"key-\d{5}", together) == [one.key for one in gathered]
    assert lines_of_alerts(together) == lines_of_alerts(render(message, chat.markup).body)
    assert [text.count(MESSAGE.key) for text in texts] == [1] * len(texts)
    if len(texts) > 1:
        titles = [str(fields(got).get("title", "")) for got in receiver.got]
        for number, said in enumerate(zip(titles, texts, strict=True), start=1):
            assert f"({number}/{len(texts)})" in re.sub(r"\\(.)", r"\1", "".join(said))


def test_a_chat_that_refuses_is_not_half_told(receiver: Receiver) -> None:
    """A message in parts of which one is refused has failed, with the service's code."""
    chat = CHATS["rocketchat"]
    receiver.answers[chat.path] = Answer(400)
    gathered = tuple(replace(MESSAGE, key=f"key-{n}", headline="word " * 20) for n in range(50))
    attempt = sent(chat.url.format(host=receiver.host), replace(MESSAGE, gathered=gathered))
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.HTTP_ERROR)
    assert (attempt.http_code, attempt.error) == (400, "HTTP 400")
