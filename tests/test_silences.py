"""Silences: what nobody wants to hear of for a while is noted, and told to nobody."""

import json
from datetime import timedelta

import pytest

from conftest import START, STORY, Receiver, Site, Wirewatch, told
from wirewatch.alerts.policy import Policy
from wirewatch.clock import iso
from wirewatch.model import Message
from wirewatch.rhythm import rhythm_of
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim, room
from wirewatch.store.database import Store
from wirewatch.store.outbox import revive
from wirewatch.store.silences import Silence, add, end, silences

HOUR = timedelta(hours=1)
CHANNELS = ("desk", "phone")


def silence(
    store: Store, *, rule: str = "*", channel: str = "*", source: str = "*", hours: float = 2
) -> int:
    """Begin a silence."""
    with store.write() as db:
        return add(
            db, Silence(rule, channel, source, START + hours * HOUR, "Ayan", "on air"), START
        )


def rings(store: Store, name: str = "a", hours: float = 0) -> list[str]:
    """Take in a story that rings on two channels; give those that are told."""
    accept(store, [told(f"{name}.txt", f"{name} begins.", CHANNELS)], START)
    return [message.channel for message in claimed(store, hours)]


def claimed(store: Store, hours: float = 0, policy: Policy | None = None) -> list[Message]:
    with store.write() as db:
        policies = dict.fromkeys(CHANNELS, policy) if policy else {}
        return claim(db, START + hours * HOUR, room(db, CHANNELS, 16), policies)


@pytest.mark.parametrize(
    ("rule", "channel", "source", "heard"),
    [
        ("r1", "*", "*", []),
        ("r*", "*", "wires", []),
        ("*", "desk", "*", ["phone"]),
        ("r2", "*", "*", ["desk", "phone"]),
        ("R1", "*", "*", ["desk", "phone"]),
        ("r1", "desk", "mail", ["desk", "phone"]),
    ],
)
def test_what_a_silence_keeps(
    store: Store, rule: str, channel: str, source: str, heard: list[str]
) -> None:
    """A silence keeps what fits all its patterns, and nothing else."""
    number = silence(store, rule=rule, channel=channel, source=source)
    assert rings(store) == heard
    kept = list(store.db["deliveries"].rows_where("state = 'suppressed'"))
    assert [row["channel"] for row in kept] == [one for one in CHANNELS if one not in heard]
    assert {(row["reason"], row["silence"], row["due"]) for row in kept} <= {
        ("silenced", number, None),
    }  # fmt: skip


def test_a_silence_ends(store: Store) -> None:
    """What comes when a silence is over, or has been ended, rings; what it kept stays silent."""
    number = silence(store, rule="r1")
    assert rings(store) == []
    assert rings(store, "b", 2) == ["desk", "phone"]
    number = silence(store, rule="r1", hours=9)
    with store.write() as db:
        assert [end(db, one, START + HOUR) for one in (number, number, 99)] == [True, False, False]
    assert rings(store, "c", 3) == ["desk", "phone"]
    assert [(row["id"], row["kept"]) for row in silences(store.db)] == [(1, 2), (2, 0)]
    assert silences(store.db, START + 3 * HOUR) == []


def test_what_is_held_is_silenced_when_it_comes(store: Store) -> None:
    """What comes in a silence is kept though its digest is due later; what came before is told."""
    policy = Policy(digests=(rhythm_of("daily 18:00"),))
    accept(store, [told("a.txt", "a begins.", ("desk",))], START)
    claimed(store, 0, policy)
    silence(store, rule="r1", hours=9)
    accept(store, [told("b.txt", "b begins.", ("desk",))], START)
    claimed(store, 1, policy)
    assert [message.headline for message in claimed(store, 6, policy)] == ["a begins."]


def test_a_recall_is_never_silenced(store: Store) -> None:
    """A kill reaches those who were told, whatever is kept silent since."""
    assert rings(store) == ["desk", "phone"]
    store.db.execute("UPDATE deliveries SET state = 'sent'")
    silence(store, rule="r1")
    first = told("a.txt", "a begins.").found[0].article
    kill = told("k.txt", "killed.", ())
    found = kill.found[0]._replace(
        article=first._replace(version=2, status="canceled"), matches=(), alerts=()
    )
    accept(store, [kill._replace(found=(found,))], START)
    assert [message.channel for message in claimed(store)] == ["desk", "phone"]


def test_a_person_may_tell_it_after_all(store: Store) -> None:
    """What was kept silent can be sent by hand, while the silence is at work."""
    silence(store, rule="r1")
    assert rings(store) == []
    with store.write() as db:
        revive(db, [1], START)
    assert [message.channel for message in claimed(store)] == ["desk"]
    assert [row["kept"] for row in silences(store.db)] == [1]


@pytest.mark.parametrize("change", ["attempts = 1", f"due = '{iso(START + HOUR)}'"])
def test_what_was_tried_or_is_not_due_is_not_kept(store: Store, change: str) -> None:
    """What was tried before the silence goes on; what is due later is looked at then."""
    accept(store, [told("a.txt", "a begins.", ("desk",))], START)
    store.db.execute(f"UPDATE deliveries SET {change}")  # noqa: S608 - ours
    silence(store, rule="r1", hours=0.5)
    claimed(store)
    assert [row["kept"] for row in silences(store.db)] == [0]
    assert [message.channel for message in claimed(store, 1)] == (
        [] if "att" in change else ["desk"]
    )


def test_silences_are_begun_listed_and_ended(
    wirewatch: Wirewatch, site: Site, receiver: Receiver
) -> None:
    """`silences add` keeps alerts silent, `list` says who wanted it and what it kept, `end` ends."""
    site.deliver("a.txt", STORY)
    words = ("--rule", "kz-*", "--until", "2h", "--comment", "on air", "--author", "Ayan")
    begun = wirewatch("silences", "add", *words)
    assert (begun.code, begun.out[:16]) == (0, "silence 1 until ")
    assert wirewatch("ingest", site.inbox).code == 0
    assert receiver.got == []
    (line,) = wirewatch("silences", "list").out.splitlines()
    assert line.startswith("1  rule kz-*  until 20")
    assert line.endswith("kept 1  Ayan: on air")
    assert "suppressed (silenced)" in wirewatch("alerts", "list").out
    assert "suppressed (silenced)" in wirewatch("rules", "why-not", "kz-az", 1).out
    assert wirewatch("silences", "end", 1).out == "silence 1 has ended\n"
    assert wirewatch("silences", "list").out == ""
    assert [
        row["kept"] for row in json.loads(wirewatch("silences", "list", "--all", "--json").out)
    ] == [1]
    assert "no silence 1 is at work" in wirewatch("silences", "end", 1).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--until", "2h"), "name a rule"),
        (("--rule", "kz", "--until", "soon"), "is no time"),
        (("--rule", "kz", "--until", "2020-01-01"), "is over"),
        (("--rule", "kz", "--until", "9999999d"), "is no time"),
    ],
)
def test_a_silence_that_cannot_be(
    wirewatch: Wirewatch, site: Site, words: tuple[str, ...], said: str
) -> None:
    """A silence of everything, or for no time, is refused, and says why."""
    ran = wirewatch("silences", "add", "--comment", "x", *words)
    assert (ran.code, site.database.exists()) == (2, False)
    assert said in ran.err
