"""A message at the length that its service takes: whole sentences, whole alerts, every reference."""

import json
import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import PATIENCE, Answer, ManualClock, Receiver
from test_render import MESSAGE, hits
from wirewatch.model import Message
from wirewatch.notify.fit import Room, fitted
from wirewatch.notify.markup import Rendered
from wirewatch.notify.render import Manner, render
from wirewatch.notify.send import Channel, Sender
from wirewatch.notify.template import Source, Style
from wirewatch.pipeline.lane import Lane
from wirewatch.states import MessageFormat, Recall

SMS = Room(160, 0, merges=True)
BODY = " ".join(f"The Majilis {n} " + "met again " * 20 + "today." for n in range(4))
LONG = replace(MESSAGE, body=BODY, spans=hits(BODY, "Majilis"))
TEXT = Manner(MessageFormat.TEXT)


def digest(count: int, **changes: object) -> Message:
    """Make a message that gathers so many alerts."""
    alerts = tuple(
        replace(LONG, delivery_id=n, key=f"{n:016x}", rule_title=f"Rule {n % 3}", **changes)  # type: ignore[arg-type]
        for n in range(count)
    )
    return replace(alerts[0], key="f" * 16, gathered=alerts)


def refs(words: list[Rendered]) -> list[str]:
    """Give the references in some messages."""
    return re.findall(r"\b[0-9a-f]{16}\b", "\n".join(one.body for one in words))


@pytest.mark.parametrize("form", MessageFormat)
@pytest.mark.parametrize("body", [80, 140, 160, 240, 400, 512, 700, 1000, 2000, 4096])
@pytest.mark.parametrize("merges", [False, True])
def test_an_alert_is_one_message_with_its_reference(
    form: MessageFormat, body: int, *, merges: bool
) -> None:
    """However short the service, an alert comes in one piece, and its reference is in it."""
    room = Room(body, 0 if merges else 100, merges=merges)
    [words] = fitted(LONG, Manner(form, has_no_title=merges), room)
    assert room.holds(words)
    assert refs([words]) == [MESSAGE.key]
    assert words.title.startswith("[HIGH]") or form is MessageFormat.MARKDOWN


def test_what_fits_is_not_touched() -> None:
    """A message that the service takes is that of no limit at all."""
    whole = render(LONG, MessageFormat.TEXT)
    assert fitted(LONG, TEXT, Room(len(whole.body))) == [whole]


def test_sentences_are_left_out_whole_and_said_to_be() -> None:
    """Excerpts go from the last on, whole, and an ellipsis stands where they were."""
    whole = render(LONG, MessageFormat.TEXT).body
    seen = set()
    for body in range(300, len(whole)):
        [words] = fitted(LONG, TEXT, Room(body))
        quoted = [line for line in words.body.splitlines() if line.startswith("  ")]
        assert quoted.pop() == "  …"
        assert quoted == whole.splitlines()[2 : 2 + len(quoted)]
        assert "rule kz-az · file wires/in/story.txt" in words.body
        seen.add(len(quoted))
    assert seen == {0, 1, 2, 3}


def test_the_changes_of_a_correction_go_last() -> None:
    """Of a correction the sentences that hold hits are left out first, then what has changed."""
    corrected = replace(LONG, recall=Recall.CORRECTED, earlier="Nothing of it was known. " * 2)
    whole = render(corrected, MessageFormat.TEXT).body
    [words] = fitted(corrected, TEXT, Room(len(whole) - 600))
    assert "CORRECTED" in words.title
    assert "  - Nothing of it was known." in words.body
    assert words.body.count("»") < whole.count("»")


def test_an_escalation_is_said_in_the_shortest() -> None:
    """Who gets a text message because nobody has acknowledged the alert is told that."""
    told = replace(LONG, escalation=True, said="5 articles within 1 h")
    [words] = fitted(told, TEXT._replace(has_no_title=True), SMS)
    assert SMS.holds(words)
    assert "Nobody has acknowledged this alert. · " in words.body
    assert f"ref {MESSAGE.key}" in words.body


def test_what_a_condition_says_is_cut_too() -> None:
    """However much a condition has to say, an alert keeps its form where the rest has room."""
    told = replace(LONG, said="for the first time: " + "name " * 900)
    [words] = fitted(told, TEXT, Room(1000))
    assert re.search(r"^for the first time: [name ]+…$", words.body, re.MULTILINE)
    assert "rule kz-az · file wires/in/story.txt" in words.body


@pytest.mark.parametrize("recall", [None, Recall.WITHDRAWN])
def test_what_must_be_known_is_in_the_shortest(recall: Recall | None) -> None:
    """An embargo, a withdrawal and a possible repeat are said in a text message too."""
    urgent = replace(LONG, embargo="2026-03-04", recall=recall, repeat_possible=True)
    [words] = fitted(urgent, TEXT._replace(has_no_title=True), SMS)
    assert "EMBARGOED until 2026-03-04" in words.body
    assert ("WITHDRAWN" in words.title) is (recall is not None)
    assert "ref 0123456789abcdef; may be a repeat" in words.body


@settings(max_examples=60, deadline=None)
@given(
    st.integers(120, 3000), st.integers(2, 30), st.booleans(), st.sampled_from(list(MessageFormat)),
    st.sampled_from(["x", "A headline of the usual length about a budget", "w" * 700, "&<*" * 90]),
)  # fmt: skip
def test_no_alert_of_a_digest_is_left_out(
    body: int, count: int, merges: object, form: MessageFormat, headline: str
) -> None:
    """A digest is parted at alerts: each is in exactly one part, and each part is short enough."""
    room = Room(body, 0 if merges else 250, merges=bool(merges))
    message = digest(count, headline=headline)
    found = fitted(message, Manner(form, has_no_title=room.merges), room)
    assert all(room.holds(words) for words in found)
    told = [ref for ref in refs(found) if ref != message.key]
    assert sorted(told) == [one.key for one in message.gathered]
    assert len(found) == 1 or all(f"{n}/{len(found)}" in words.title.replace("\\", "")
        for n, words in enumerate(found, 1) if message.key in words.body)  # fmt: skip


def test_a_digest_that_fits_is_one_message() -> None:
    """Where there is room for it a digest is not parted, and counts no parts."""
    [words] = fitted(digest(20), TEXT, Room())
    assert words == render(digest(20), MessageFormat.TEXT)
    assert "/" not in words.title


def test_services_that_count_lines() -> None:
    """A service that takes two lines gets the shortest form rather than a message without its end."""
    for lines in (2, 3, 5, 10):
        [words] = fitted(LONG, TEXT, Room(lines=lines))
        assert words.body.count("\n") < lines
        assert refs([words]) == [MESSAGE.key]
        found = fitted(digest(9), TEXT, Room(lines=lines))
        assert len({*refs(found)} - {"f" * 16}) == 9


def test_what_a_service_makes_longer_counts() -> None:
    """Where a service's own markup is longer, that is what has to fit."""
    room = Room(1200, converted=lambda text: text.replace(" ", "&nbsp;"))
    [words] = fitted(LONG, TEXT, room)
    assert len(room.converted(words.body)) <= 1200 < len(room.converted(BODY))


def test_a_wordy_template_loses_no_reference() -> None:
    """A template that is longer than the service by itself gives way to the shortest form."""
    own = Source("own.j2", "own.j2", "subject\n" + "We wish you a nice day. " * 50 + "\n{{ ref }}")
    style = Style(template="own", sources=(own,))
    [words] = fitted(LONG, Manner(MessageFormat.TEXT, style), Room(200))
    assert refs([words]) == [MESSAGE.key]


def test_a_service_gets_a_digest_in_parts(receiver: Receiver) -> None:
    """A service of a thousand characters gets a long digest in several messages, all alerts whole."""
    message = digest(40, headline="Both chambers of the parliament agree upon the budget")
    url = f"rocket://web/hook@{receiver.host}/#desk"
    assert Sender(Channel("desk", url), ManualClock()).send(message).ok
    texts = [json.loads(got.body)["text"] for got in receiver.got]
    assert len(texts) > 3
    assert all(len(text) <= 1000 for text in texts)
    lines = [line for text in texts for line in text.splitlines() if line.startswith("> ")]
    assert len(lines) == 40
    assert all(re.search(r"agree upon the budget .* ref [0-9a-f]{16}$", line) for line in lines)


def test_a_message_of_many_parts_has_its_time_for_each(receiver: Receiver) -> None:
    """A lane that is getting on with a long digest does not count as one that hangs."""
    url = f"rocket://web/hook@{receiver.host}/#desk"
    went: list[int] = []
    sender = Sender(Channel("desk", url), ManualClock(), lambda: went.append(len(receiver.got)))
    assert sender.send(digest(40)).ok
    assert went == list(range(1, len(receiver.got) + 1))
    lane = Lane(Channel("desk", url), ManualClock(), lambda _: None, lambda _: None)
    lane._sending = (digest(40), time.monotonic() - 1_000)
    assert lane.is_overdue()
    lane._went_on()
    assert not lane.is_overdue()
    lane.stop()
    lane.join(PATIENCE)


def test_a_part_that_fails_ends_it(receiver: Receiver) -> None:
    """When a part does not arrive nothing more is sent, and the message is not called sent."""
    receiver.answers["/hooks/web/hook"] = Answer(500)
    url = f"rocket://web/hook@{receiver.host}/#desk"
    attempt = Sender(Channel("desk", url), ManualClock()).send(digest(40))
    assert (attempt.ok, attempt.http_code) == (False, 500)
    assert len(receiver.got) == 1
