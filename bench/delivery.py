"""Many alerts to many channels, one of which is dead and one slow, beside bare Apprise calls.

Ours reads each delivery from the store, sends it in its channel's thread, and records the attempt.
"""

import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from calls import BODY, TITLE
from receiver import Receiver
from report import Row, Table, Target, progress

from wirewatch.alerts.compose import compose
from wirewatch.clock import utc_now
from wirewatch.model import Arrival, Article, Found, Match, Outcome, Span, Stamp
from wirewatch.notify.send import Channel, load_plugins
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.patience import Patience
from wirewatch.states import FileState, Severity
from wirewatch.store.accept import accept
from wirewatch.store.database import Store

_HEALTHY = 48
_BATCH = 500
_PATIENCE = 300.0  # seconds


def run(home: Path, *, quick: bool) -> list[Table]:
    """Measure healthy channels alone, then beside a dead and a slow one, then the bare calls."""
    count = 1_000 if quick else 10_000
    alone, beside, bare = [], [], []
    for turn in range(1 if quick else 3):
        progress(f"delivery: {count:,} alerts, turn {turn + 1}")
        alone.append(_ours(home / f"alone-{turn}", count, ()))
        beside.append(_ours(home / f"beside-{turn}", count, ("dead", "slow")))
        bare.append(_bare(count))
    ours, hindered, other = (sorted(each)[len(each) // 2] for each in (alone, beside, bare))
    table = Table(f"{count:,} alerts to {_HEALTHY} channels", "bare calls")
    table.rows += [
        Row("all healthy", "s", ours, other, Target(0.8, at_most=False), speed=True),
        Row("beside a dead and a slow one", "s", hindered, other, speed=True),
    ]
    table.notes += [
        "until the last healthy channel has all; the dead and the slow one have as many to be told",
        f"beside the two, the healthy ones take {hindered / ours:.2f} of the time without them",
        "bare: a fresh Apprise for each message, one after the other, nothing recorded",
    ]
    return [table]


def _ours(home: Path, count: int, sick: tuple[str, ...]) -> float:
    """Deliver; give the seconds until the healthy channels have all of theirs."""
    load_plugins()
    healthy = [f"c{number}" for number in range(_HEALTHY)]
    with Receiver() as receiver:
        port = receiver.port
        urls = {name: f"json://127.0.0.1:{port}/{name}" for name in [*healthy, *sick]}
        if "dead" in sick:
            urls["dead"] = "json://127.0.0.1:9/"
        store = Store.open(home / "wirewatch.db")
        _fill(store, count, [*healthy, *sick])
        channels = {name: Channel(name, url, 5.0) for name, url in urls.items()}
        patience = Patience(gather_after=timedelta(days=9))
        outbox = Deliveries(store.sibling(), channels, patience, utc_now)
        outbox.start()
        thread = threading.Thread(target=outbox.run)
        begun = time.perf_counter()
        thread.start()
        while sum(receiver.counts().get(name, 0) for name in healthy) < count:
            if time.perf_counter() - begun > _PATIENCE:
                raise RuntimeError("the messages did not come")
            time.sleep(0.02)
        elapsed = time.perf_counter() - begun
        outbox.stop()
        thread.join()
        store.close()
    return elapsed


def _fill(store: Store, count: int, channels: list[str]) -> None:
    """Take in as many alerts for each channel as a healthy one gets."""
    number = 0
    while number < count // _HEALTHY * len(channels) + count % _HEALTHY:
        batch = []
        for _ in range(_BATCH):
            last = number >= count // _HEALTHY * len(channels)
            channel = channels[number % (_HEALTHY if last else len(channels))]
            batch.append(_outcome(number, channel))
            number += 1
            if number == count // _HEALTHY * len(channels) + count % _HEALTHY:
                break
        accept(store, batch, utc_now())


def _outcome(number: int, channel: str) -> Outcome:
    """Make a stored story with one alert on one channel."""
    body = f"Story {number}. {BODY}"
    article = Article(f"bench:{number}", "", f"Story {number}", body)
    match = Match("any", "h", TITLE, Severity.HIGH, (channel,), (Span("body", 12, 24),))
    alerts = compose(article, [match], utc_now())
    arrival = Arrival("wires", f"{number}.txt", Stamp(9, number, number), utc_now(), f"{number:x}")
    found = Found(article, (), (match,), alerts)
    return Outcome(arrival, FileState.STORED, format="wire", found=(found,))


def _bare(count: int) -> float:
    """Call Apprise; give the seconds."""
    with Receiver() as receiver:
        words = [str(Path(__file__).with_name("calls.py")), str(receiver.port), str(count)]
        done = subprocess.run(
            [sys.executable, *words, str(_HEALTHY)], check=True, capture_output=True, text=True
        )
    return float(done.stdout)
