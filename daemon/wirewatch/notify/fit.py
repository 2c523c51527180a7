"""A message at the length that its service takes: cut at sentences, parted at alerts. Pure.

One alert is one message, whose reference is always in it; of a digest no alert is left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from wirewatch.model import Message
from wirewatch.notify.markup import MARKUPS, Own, Rendered, dotted
from wirewatch.notify.render import Manner, put
from wirewatch.notify.values import AlertValues, alert_values, digest_values, gathered
from wirewatch.notify.words import phrases
from wirewatch.text.sentences import shortened

_COUNTER = 12  # characters that Apprise keeps free for a count behind a title
_HEADING = 24  # characters that it sets around a title which it puts above a text
_LIMITS = (200, 120, 80, 40)  # to which headlines, files and the like are cut, one after the other
_BRIEFEST = (100, 60, 30, 12, 0)
_UNKNOWN = 99  # so many parts at most, until their number is known

Alerts = list[AlertValues]


@dataclass(frozen=True)
class Room:
    """How much a service takes at once: characters of text and title, and lines (0: any number).

    `merges` is for services that have no title and show it above the text, `shares` for those
    where both have one limit. `converted` gives a text as the service will be sent it; `weights`
    are limits of what it weighs otherwise than in characters, each with what weighs it.
    """

    body: int = 32_768
    title: int = 250
    lines: int = 0
    merges: bool = False
    shares: bool = False
    converted: Callable[[str], str] = str
    weights: tuple[tuple[Callable[[str], int], int], ...] = ()

    def holds(self, words: Rendered) -> bool:
        """Tell whether a message goes in one piece."""
        room = self.body
        if self.merges:
            room -= len(words.title) + _HEADING
        elif self.shares:
            room -= min(len(words.title) + _COUNTER, self.title)
        lines = words.body.count("\n") + 1 + self.merges
        if self.lines and lines > self.lines:
            return False
        if any(weigh(words.body) > limit for weigh, limit in self.weights):
            return False
        return max(len(words.body), len(self.converted(words.body))) <= room


def fitted(message: Message, manner: Manner, room: Room) -> list[Rendered]:
    """Put a message into words that a service takes in one piece each."""
    if message.gathered:
        found = _digest(message, manner, room)
    else:
        found = [_alert(alert_values(message, manner.style), manner, room)]
    return found if room.merges else [_titled(words, room) for words in found]


def _titled(words: Rendered, room: Room) -> Rendered:
    """Cut a title to what the service takes."""
    return words._replace(title=shortened(words.title, room.title))


def _alert(values: AlertValues, manner: Manner, room: Room) -> Rendered:
    """Put one alert into words: whole, else with fewer sentences, else in brief."""
    for shorter in _ever_shorter(values):
        words = put("alert", shorter, manner)
        if room.holds(words):
            return words
    return _brief(values, manner, room)


def _ever_shorter(values: AlertValues) -> Iterator[AlertValues]:
    """Give values that say ever less: without excerpts, the last first, then with all else cut."""
    yield values
    excerpts = (*values.changes, *values.sentences)
    told = len(values.changes)
    for kept in range(len(excerpts) - 1, -1, -1):
        values = values._replace(
            changes=values.changes[:kept],
            sentences=values.sentences[: max(0, kept - told)],
            shortened=True,
        )
        yield values
    values = values._replace(spellings=())
    yield values
    yield from (_cut(values, limit) for limit in _LIMITS)


def _cut(values: AlertValues, limit: int) -> AlertValues:
    """Cut what articles and files can make long."""
    return values._replace(
        headline=shortened(values.headline, limit),
        title=Own(shortened(values.title, limit)),
        file=shortened(values.file, limit),
        place=shortened(values.place, limit // 2),
        agency=shortened(values.agency, limit // 2),
        published=shortened(values.published, limit // 2),
        said=shortened(values.said, limit),
    )


def _brief(values: AlertValues, manner: Manner, room: Room) -> Rendered:
    """Say the least: how loud, of which rule, what must be known, the reference."""
    for limit in _BRIEFEST:
        words = _least(values, manner, limit)
        if room.holds(words):
            break
    return words


def _least(values: AlertValues, manner: Manner, limit: int) -> Rendered:
    """Say the least in one line, with so much of headline and title."""
    markup = MARKUPS[manner.form]
    said = phrases(manner.style.language, manner.form)
    recall = f"{said.say(values.recall)}: " if values.recall else ""
    shown = shortened(values.title, limit) if limit else ""
    title = f"[{said.say(values.severity)}] {recall}{markup.written(Own(shown))}".rstrip()
    repeat = f"; {said.say('repeat')}" if values.may_be_repeat else ""
    body = dotted(
        (
            said.say("embargoed", until=values.embargo) if values.embargo else "",
            said.say("escalated") if values.escalated and limit else "",
            markup.written(shortened(values.headline, limit)) if limit else "",
            said.say("ref", key=values.ref) + repeat,
        )
    )
    return Rendered(title, body)


def _digest(message: Message, manner: Manner, room: Room) -> list[Rendered]:
    """Put a digest into words: parted at alerts, each whole, where one message is too short."""

    def put_some(some: Alerts, part: int = _UNKNOWN, of: int = _UNKNOWN) -> Rendered:
        values = digest_values(message, some, manner.style)._replace(part=part, parts=of)
        return put("digest", values, manner)

    found = shares(gathered(message, manner.style), put_some, room)
    return [
        _part(share, partial(put_some, part=number, of=len(found)), manner, room)
        for number, share in enumerate(found, start=1)
    ]


def _part(
    alerts: Alerts, put_some: Callable[[Alerts], Rendered], manner: Manner, room: Room
) -> Rendered:
    """Put a part into words; if it has one alert only, as short as it must be."""
    words = put_some(alerts)
    if room.holds(words) or len(alerts) > 1:
        return words
    for shorter in _ever_shorter(alerts[0]):
        words = put_some([shorter])
        if room.holds(words):
            return words
    return _brief(alerts[0], manner, room)


def shares(alerts: Alerts, put_some: Callable[..., Rendered], room: Room) -> list[Alerts]:
    """Part alerts into those that go in one message, each of at least one alert.

    `put_some` puts some of them into words, as that part of so many.
    """
    if room.holds(put_some(alerts, 1, 1)):
        return [alerts]
    found = []
    while alerts:
        left = alerts
        count = _most(len(left), lambda n: room.holds(put_some(left[:n])))  # noqa: B023 - called at once
        found.append(left[: max(1, count)])
        alerts = left[max(1, count) :]
    return found


def _most(count: int, holds: Callable[[int], bool]) -> int:
    """Give how many hold, from none to all: the more, the less likely."""
    low, high = 0, 1
    while high <= count and holds(high):
        low, high = high, 2 * high
    high = min(high, count + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
