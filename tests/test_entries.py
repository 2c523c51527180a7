"""Entries of the log that desks have in common, and what arrivals travel with."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import START, arrived, told
from wirewatch.alerts.policy import Policy
from wirewatch.cluster.entry import KINDS, EntryError, entry_of, read, written
from wirewatch.cluster.join import Join
from wirewatch.cluster.lead import Lead
from wirewatch.cluster.load import Load, name_of, packed, unpacked
from wirewatch.cluster.measure import Measure
from wirewatch.formats import Origin, Reading
from wirewatch.model import Alarm, Article, Attempt, Condition, Skipped
from wirewatch.pipeline.acts import (
    Accept,
    Act,
    BeginSilence,
    EndSilence,
    ForgetHours,
    ForgetSentences,
    LetGo,
    OutboxTurn,
    SettleAlarms,
    TakeOn,
    TellOfNothing,
    TryAgain,
)
from wirewatch.pipeline.patience import Patience
from wirewatch.rhythm import quiet_of, rhythm_of, zone_of
from wirewatch.states import AlarmKind, DeliveryReason, Severity, SkipReason
from wirewatch.store.alarms import Listeners
from wirewatch.store.silences import Silence
from wirewatch.store.stories import Telling

HOUR = timedelta(hours=1)
POLICY = Policy(
    zone_of("Asia/Almaty"),
    (rhythm_of("daily 08:00"),),
    (quiet_of("mon-fri 22:00-06:00"),),
    rate=3,
    breaks=None,
    interval=HOUR,
    tells_of_nothing=True,
)
OUTCOME = told("g", "Мәжіліс жиналды.\u200f مجلس")
RING = OUTCOME.found[0].alerts[0]._replace(when=Condition(articles=3, new="parliament"))
ACTS: dict[str, Act[object]] = {
    "accept": Accept(
        START, (OUTCOME._replace(found=(OUTCOME.found[0]._replace(alerts=(RING,)),)),), Telling()
    ),
    "lead": Lead(START, "astana", "0123", ("desk",)),
    "measure": Measure(START, "question"),
    "join": Join(START, "tokyo"),
    "turn": OutboxTurn(
        START,
        Patience(policies={"desk": POLICY}),
        ("desk",),
        (Attempt(7, "desk", START, False, 3.25, DeliveryReason.TIMEOUT, 503, 2.0, "no"),),
        seed=2**32 - 1,
        unsent=(3,),
        changed=(),
        ahead=16,
        epoch=4,
    ),
    "take-on": TakeOn(START, ("7", "f5aca459"), "Айгүл"),
    "try-again": TryAgain(START, (1, 2), dead=True),
    "begin-silence": BeginSilence(START, Silence("a*", "*", "*", START + HOUR, "me", "why")),
    "end-silence": EndSilence(START, 3),
    "settle-alarms": SettleAlarms(
        START,
        (Alarm(AlarmKind.CHANNEL, "desk", "fails"),),
        Listeners(("desk",), {AlarmKind.CHANNEL: Severity.HIGH}),
        ((AlarmKind.STORE, "store"),),
        (START, "disk full"),
        HOUR,
    ),
    "tell-of-nothing": TellOfNothing(START, {"desk": POLICY}),
    "forget-sentences": ForgetSentences(START, START - HOUR),
    "let-go": LetGo(START, "articles", (2, 1), START - HOUR, told=False),
    "forget-hours": ForgetHours(START, "2026-03-02T12", 400),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_is_read_as_it_was_written(kind: str) -> None:
    """Every kind of act comes out of the log as it went in, to the last field."""
    entry = entry_of(ACTS[kind])
    assert entry.kind == kind
    assert read(entry.id, kind, written(entry)) == entry


def test_entries_have_names_of_their_own() -> None:
    """The same act written twice is two entries."""
    assert entry_of(ACTS["lead"]).id != entry_of(ACTS["lead"]).id


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("conquer", b"", "unknown kind 'conquer'"),
        ("accept", b"no zlib", "cannot be read"),
        ("accept", written(entry_of(ACTS["lead"])), "are all machines of one version"),
    ],
)
def test_what_is_no_entry_is_said(kind: str, body: bytes, said: str) -> None:
    """What this program does not know is an error with what to do, and never passed over."""
    with pytest.raises(EntryError, match=said):
        read("e1", kind, body)


@given(st.binary(max_size=2_000))
def test_a_file_travels_as_it_is(data: bytes) -> None:
    """Whatever bytes a file holds come out as they went in, with the arrival."""
    load = Load(arrived("a/б.txt"), data)
    assert unpacked(packed(load)) == load


def test_what_was_read_travels_too() -> None:
    """A large file travels as what was read in it."""
    article = Article("g", "Т", "Т", "B", subjects=("medtop:1",), published="2026-03-02")
    reading = Reading("zip/nitf", (article,), (Skipped("p", SkipReason.PICTURE),), "lxml",
                      (Origin("nitf", "m.xml", ()),))  # fmt: skip
    load = Load(arrived("a.zip"), reading=reading)
    assert unpacked(packed(load)) == load


def test_garbage_is_no_arrival() -> None:
    """What is no arrival says so."""
    with pytest.raises(EntryError, match="no arrival"):
        unpacked(b"garbage")


def test_an_arrival_has_one_name() -> None:
    """The same content at the same path has one name, another content or path another."""
    one = name_of(arrived("a", "x"))
    assert one == name_of(arrived("a", "x", mtime_ns=5))
    assert len({one, name_of(arrived("b", "x")), name_of(arrived("a", "y"))}) == 3
