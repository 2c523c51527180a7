"""The board of `wirewatch status --watch`: a store's figures as tables, for a terminal."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wirewatch.clock import iso, spoken
from wirewatch.model import JobRun
from wirewatch.pipeline.figures import Figures
from wirewatch.states import AlarmKind, DeliveryState, FileState, Severity
from wirewatch.store.channels import Health
from wirewatch.store.notices import Notice
from wirewatch.store.tallies import Tallied, Tally, Tried

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000
_WHY = 60  # characters of a reason

Count = Callable[[Tally], int]


def board(known: Figures | None, daemon: str | None) -> RenderableType:
    """Draw all figures; without any, say that there is no store yet."""
    running = Text(f"daemon {daemon}" if daemon else "daemon not running", style="bold")
    if known is None:
        return Group(running, Text("no store yet"))
    parts: list[RenderableType] = [_head(known, running), *_troubles(known), "", _files(known)]
    if known.channels:
        parts += ["", _channels(known)]
    if daemon and known.jobs:
        parts += ["", _jobs(known)]
    return Group(*parts)


def _head(known: Figures, running: Text) -> Text:
    """Say what there is in all, and what room it takes."""
    articles = sum(tally.present for tally in known.of(Tallied.ARTICLE))
    alerts: Counter[str] = Counter()
    for tally in known.of(Tallied.ALERT):
        alerts[tally.name] += tally.present
    loud = ", ".join(f"{alerts[each]} {each}" for each in reversed(Severity) if alerts[each])
    rules = known.notices.get(Notice.RULES)
    room = known.room
    lines = [
        f"{iso(known.now)[:19]}Z  {articles} articles, {sum(alerts.values())} alerts"
        + (f" ({loud})" if loud else ""),
        f"store {size(room.store)}, its log {size(room.log)}, free {size(room.free)}; rules "
        + (f"version {rules[0]} since {rules[1][:19]}Z" if rules else "never loaded"),
    ]
    return Text("\n").join([running, *map(Text, lines)])


def _troubles(known: Figures) -> list[Text]:
    """Say which alarms stand."""
    found = [
        Text(f"ALARM {kind}" + (f" ×{number}" if number > 1 else ""), style="bold red")
        for kind in AlarmKind
        if (number := known.alarms.get(kind, 0))
    ]
    if Notice.RELOAD_FAULT in known.notices:
        found.append(Text("NOT RELOADED, the old rules are at work", style="bold red"))
    return found


def _table(*heads: str, words: str | None = None) -> Table:
    """Begin a table: a column of names, then figures, then words, which have what room is left."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    if words is not None:
        table.add_column(words, overflow="fold")
    return table


def _files(known: Figures) -> RenderableType:
    """Show files by inbox and state, and why they wait or were put aside."""
    table = _table("inbox", *FileState)
    found: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for tally in known.of(Tallied.FILE):
        found[tally.name, tally.state] += tally.present
        if tally.state in (FileState.PENDING, FileState.QUARANTINED):
            reasons[tally.reason] += tally.present
    names = sorted({*known.inboxes, *(name for name, _ in found)})
    for name in names:
        table.add_row(Text(name), *(_number(found[name, state], state) for state in FileState))
    why = [f"{number} {reason}" for reason, number in reasons.most_common() if number]
    waits = [f"{reason} for {_ago(known, since)}" for reason, since in known.waiting.items()]
    lines = [Text("  ".join(part)) for part in (why, waits) if part]
    return Group(table, *lines)


def _channels(known: Figures) -> Table:
    """Show what each channel is told, and how it fares."""
    heads = ("waiting", "due for", "sent", "failed", "dead", "suppressed")
    table = _table("channel", *heads, words="how it fares")
    states: Counter[tuple[str, str]] = Counter()
    for tally in known.of(Tallied.DELIVERY):
        states[tally.name, tally.state] += tally.present
    failed: Counter[str] = Counter()
    for tally in known.of(Tallied.ATTEMPT):
        failed[tally.name] += tally.ever if tally.state == Tried.FAILED else 0
    for name in known.channels:
        open_ones = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED)
        due = known.due.get(name)
        table.add_row(
            Text(name),
            str(sum(states[name, state] for state in open_ones)),
            _ago(known, due) if due else "–",
            str(states[name, DeliveryState.SENT]),
            str(failed[name]),
            _number(states[name, DeliveryState.DEAD], FileState.QUARANTINED),
            str(states[name, DeliveryState.SUPPRESSED]),
            _fares(known, name),
        )
    return table


def _fares(known: Figures, channel: str) -> Text:
    """Say how a channel fares."""
    fares = known.fares.get(channel, Health())
    if not fares.failures:
        return Text("well" if fares.last_sent else "–", style="green" if fares.last_sent else "")
    rests = "rests; " if known.rests(channel) else ""
    return Text(f"{rests}failed {fares.failures}×: {printable(fares.error or '')[:_WHY]}", "red")


def _jobs(known: Figures) -> Table:
    """Show when each job ran and runs next."""
    table = _table("job", "ran", "took", "next", words="")
    for run in known.jobs:
        table.add_row(
            Text(run.name),
            f"{_ago(known, run.last_run)} ago" if run.last_run else "–",
            "–" if run.took_ms is None else f"{run.took_ms:.1f} ms",
            _next(known, run),
            Text(printable(run.error)[:_WHY], style="red"),
        )
    return table


def _next(known: Figures, run: JobRun) -> str:
    """Say when a job runs next."""
    if run.next_run is None:
        return "–"
    return f"in {spoken(max(timedelta(), run.next_run - known.now))}"


def _ago(known: Figures, moment: datetime) -> str:
    """Say how long ago something was."""
    return spoken(max(timedelta(), known.now - moment))


def _number(number: int, state: str) -> Text:
    """Write a number; what was put aside is seen at once."""
    loud = number and state == FileState.QUARANTINED
    return Text(str(number), style="bold yellow" if loud else "")


def size(number: int) -> str:
    """Write a number of bytes for people, as the configuration has sizes: `1.5 MB`."""
    value, unit = float(number), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def printable(text: str) -> str:
    """Keep control characters off the terminal."""
    return "".join(char for char in text if char.isprintable())
