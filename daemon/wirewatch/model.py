"""The frozen values that pass from stage to stage. Nothing here does anything.

What an arrival becomes is made of named tuples, which are sent from process to process five times
faster than data classes.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from wirewatch.states import (
    AlarmKind,
    DeliveryReason,
    DeliveryState,
    FileReason,
    FileState,
    Precision,
    Recall,
    Severity,
    SkipReason,
)


class Stamp(NamedTuple):
    """What the file system says of a file without reading it; a change means a new look."""

    size: int
    mtime_ns: int
    ctime_ns: int

    def __str__(self) -> str:
        """Give the form in which the ledger keeps it (`files.stamp`)."""
        return f"{self.size}-{self.mtime_ns}-{self.ctime_ns}"

    @classmethod
    def read(cls, text: str) -> "Stamp":
        """Read what the ledger keeps; times before 1970 have a minus of their own."""
        return cls(*map(int, re.findall(r"(?:^|(?<=\d)-)(-?\d+)", text)))


class Arrival(NamedTuple):
    """One file as seen in an inbox: `path` is relative to it, `sha256` None while unread."""

    inbox: str
    path: str
    stamp: Stamp
    seen: datetime
    sha256: str | None = None


class Span(NamedTuple):
    """A stretch of one zone of an article, in code points of the stored text."""

    zone: str
    start: int
    end: int


class Article(NamedTuple):
    """One news item. What a format does not give is empty (text) or None.

    `status` is usable, withheld or canceled; `signal` what the provider says of this version, as
    correction or update; `embargo` the moment before which it must not be told (ISO 8601, UTC);
    `note` the editor's note, if it may be shown. Times without a zone are local, as written.
    """

    guid: str
    title: str
    headline: str
    body: str
    dateline: str = ""
    version: int = 1
    published: str | None = None
    published_precision: Precision | None = None
    place: str | None = None
    country: str | None = None
    agency: str | None = None
    byline: str | None = None
    language: str | None = None
    url: str | None = None
    status: str = "usable"
    subjects: tuple[str, ...] = ()
    urgency: int | None = None
    slugline: str | None = None
    signal: str | None = None
    embargo: str | None = None
    note: str | None = None


class Skipped(NamedTuple):
    """An item of a file that is no article: what it is called there, and why it is passed over."""

    item: str
    why: SkipReason


class Mention(NamedTuple):
    """A gazetteer's entry named in an article, as it was spelled and where."""

    gazetteer: str
    entry: str
    spelling: str
    zone: str
    start: int
    end: int


class Match(NamedTuple):
    """A rule that is true of an article, with the spans that made it so."""

    rule: str
    rule_hash: str
    title: str
    severity: Severity
    channels: tuple[str, ...]
    spans: tuple[Span, ...]
    query: str = ""


GROUP_FIELDS = ("rule", "severity", "story", "source", "agency", "place", "country", "language")
"""What a rule's own group of alerts may name in braces."""

STORY = "\x1fstory"
"""What stands for the number of a story where it is not known yet."""


class Planned(NamedTuple):
    """A delivery as composed: when it is due for which channel, and the key it will carry.

    A `recall` takes an earlier alert back. An escalation is told only if nobody has acknowledged
    the alert by then. Of a `group` the channel wants to hear the first at once and the others
    together; `STORY` in it stands for the number of the story, which only the store knows.
    """

    channel: str
    key: str
    due: datetime
    state: DeliveryState = DeliveryState.PENDING
    reason: DeliveryReason | None = None
    escalation: bool = False
    group: str | None = None
    recall: bool = False


class Condition(NamedTuple):
    """What must hold over time for a match to ring; all that is set must.

    So many `articles` or `stories` `within` a time since the rule last rang, so many `outlets` on
    the story, `spike` times as many articles as usual, a name of the gazetteer `new` that was not
    read before, or two of `pair` that were not read together.
    """

    articles: int = 0
    stories: int = 0
    outlets: int = 0
    spike: float = 0.0
    within: timedelta = timedelta(hours=1)
    new: str = ""
    pair: str = ""
    known_for: timedelta | None = None
    """For how long a name or pair counts as known; None for ever."""


class Alert(NamedTuple):
    """A match worth telling, with its deliveries, and what must hold over time for it to ring."""

    match: Match
    deliveries: tuple[Planned, ...]
    when: Condition | None = None


class Alarm(NamedTuple):
    """Something that the desk itself is in trouble with, on whom or what, and in words."""

    kind: AlarmKind
    subject: str
    said: str


class JobRun(NamedTuple):
    """When a job last ran, for how many milliseconds, what went wrong, and when it runs next."""

    name: str
    last_run: datetime | None = None
    took_ms: float | None = None
    error: str = ""
    next_run: datetime | None = None


class Found(NamedTuple):
    """An article with all that the rules say of it, and what its body is counted and found by."""

    article: Article
    mentions: tuple[Mention, ...] = ()
    matches: tuple[Match, ...] = ()
    alerts: tuple[Alert, ...] = ()
    marks: tuple[int, ...] = ()
    words: int = 0


class Outcome(NamedTuple):
    """What became of one arrival: the value that `accept` makes durable.

    A PENDING outcome waits until `due`, when it is looked at again. A HANDED one is on its way to
    other machines with its `load`. `lists` names those that its articles were looked
    through with, each with its version.
    """

    arrival: Arrival
    state: FileState
    reason: FileReason | None = None
    detail: str = ""
    format: str | None = None
    parser: str | None = None
    skipped: tuple[Skipped, ...] = ()
    found: tuple[Found, ...] = ()
    due: datetime | None = None
    tries: int = 0
    load: bytes = b""
    lists: tuple[tuple[str, str], ...] = ()


class Day(NamedTuple):
    """How many alerts a channel had on one day, as its wall has it: of each severity, low first."""

    day: date
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """All that is needed to tell one channel of one alert.

    An alarm has no article: what it says is its headline.
    `recall` is set where it takes back what the channel was told: then `earlier` is that body.
    `outlets` counts the others that have brought the story since, `newer` is the version that has
    come since, if one has. `said` is what a condition over time says of it.
    `held` counts the alerts that the channel's policy lets wait meanwhile;
    an `escalation` is told because nobody has acknowledged the alert.
    """

    delivery_id: int
    alert_id: int
    channel: str
    key: str
    attempts: int
    created: datetime
    repeat_possible: bool
    rule: str
    rule_title: str
    severity: Severity
    article_id: int | None
    headline: str
    title: str = ""
    dateline: str = ""
    body: str = ""
    spans: tuple[Span, ...] = ()
    place: str | None = None
    agency: str | None = None
    published: str | None = None
    source: str = ""
    path: str = ""
    embargo: str | None = None
    recall: Recall | None = None
    earlier: str = ""
    outlets: int = 0
    newer: int | None = None
    held: int = 0
    escalation: bool = False
    said: str = ""
    gathered: tuple["Message", ...] = ()
    """What goes out together, this one as the first, under one key; empty where it goes alone."""
    month: tuple[Day, ...] = ()
    """The last days of the channel, the oldest first, where a message has a picture of them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of trying to send one message; `error` never holds a secret."""

    delivery_id: int
    channel: str
    at: datetime
    ok: bool
    milliseconds: float
    reason: DeliveryReason | None = None
    http_code: int | None = None
    retry_after: float | None = None
    error: str = ""
