"""What templates are given: frozen values, none of which can do anything."""

from itertools import groupby
from typing import NamedTuple, Protocol

from wirewatch.model import Message
from wirewatch.notify.excerpts import changed, excerpts, spellings
from wirewatch.notify.markup import Excerpt, Link, Own, plain
from wirewatch.notify.month import Chart
from wirewatch.seal import acknowledging
from wirewatch.states import Recall, Severity

_LOUDNESS = tuple(Severity)


class Change(NamedTuple):
    """A sentence that was taken away (`-`) or that is new (`+`)."""

    sign: str
    sentence: str


class AlertValues(NamedTuple):
    """One alert. What is not known is empty, a count of none is 0."""

    severity: Own
    rule: Own
    title: Own
    headline: str
    place: str
    agency: str
    published: str
    outlets: int
    sentences: tuple[Excerpt, ...]
    spellings: tuple[str, ...]
    changes: tuple[Change, ...]
    more_changes: int
    embargo: str
    recall: Own
    newer: int
    held: int
    ref: Own
    may_be_repeat: bool
    article: int
    file: str
    link: Link
    said: str = ""
    escalated: bool = False
    acknowledge: Link = Link()
    shortened: bool = False


class RuleValues(NamedTuple):
    """The alerts of one rule in a digest."""

    title: Own
    severity: Own
    alerts: tuple[AlertValues, ...]


class DigestValues(NamedTuple):
    """A message that gathers alerts: by rule, the loudest first."""

    severity: Own
    alerts: int
    rules: tuple[RuleValues, ...]
    held: int
    ref: Own
    may_be_repeat: bool
    part: int = 1
    parts: int = 1
    chart: Chart | None = None
    acknowledge: Link = Link()
    language: Own = Own()


class Linking(Protocol):
    """Where links lead, as a channel's style has it."""

    @property
    def url(self) -> str:
        """Give where the web pages are; empty where there are none."""

    @property
    def seal(self) -> bytes:
        """Give what links to take alerts on are sealed with; empty where there are none."""


def alert_values(message: Message, links: Linking) -> AlertValues:
    """Give what there is to say of one alert."""
    url = links.url
    is_corrected = message.recall is Recall.CORRECTED
    found, more = changed(message) if is_corrected else ((), 0)
    return AlertValues(
        severity=Own(message.severity),
        rule=Own(message.rule),
        title=Own(message.rule_title),
        headline=_clean(message.headline),
        place=_clean(message.place),
        agency=_clean(message.agency),
        published=_clean(message.published),
        outlets=message.outlets,
        sentences=excerpts(message),
        spellings=tuple(map(_clean, spellings(message))),
        changes=tuple(Change(sign, _clean(sentence)) for sign, sentence in found),
        more_changes=more,
        embargo=_clean(message.embargo),
        recall=Own(message.recall or ""),
        newer=message.newer or 0,
        held=message.held,
        ref=Own(message.key),
        may_be_repeat=message.repeat_possible,
        article=message.article_id or 0,
        file=_clean(f"{message.source}/{message.path}") if message.path else "",
        link=Link(f"{url}/articles/{message.article_id}" if url and message.article_id else ""),
        said=_clean(message.said),
        escalated=message.escalation,
        acknowledge=Link(acknowledging(url, links.seal, message.key)),
    )


def gathered(message: Message, links: Linking) -> list[AlertValues]:
    """Give what there is to say of each alert that a message gathers, the loudest first."""
    alerts = sorted(message.gathered, key=lambda one: (one.rule_title, one.delivery_id))
    alerts.sort(key=lambda one: _LOUDNESS.index(one.severity), reverse=True)
    return [alert_values(one, links) for one in alerts]


def digest_values(message: Message, alerts: list[AlertValues], links: Linking) -> DigestValues:
    """Give what there is to say of some of the alerts that a message gathers, in their order."""
    rules = tuple(
        RuleValues(title, severity, tuple(together))
        for (severity, title), together in groupby(
            alerts, key=lambda one: (one.severity, one.title)
        )
    )
    return DigestValues(
        severity=alerts[0].severity,
        alerts=len(alerts),
        rules=rules,
        held=message.held,
        ref=Own(message.key),
        may_be_repeat=message.repeat_possible,
        acknowledge=Link(acknowledging(links.url, links.seal, message.key)),
    )


def _clean(text: str | None) -> str:
    """Give a text in one line; nothing for None."""
    return plain(text or "").strip()
