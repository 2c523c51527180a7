"""Alerts that have waited, in one message: by rule, the loudest first, a line for each."""

from itertools import groupby

from wirewatch.model import Message
from wirewatch.notify.markup import Markup, Rendered, around, plain
from wirewatch.states import Severity

_LOUDNESS = tuple(Severity)


def render_bundle(message: Message, markup: Markup) -> Rendered:
    """Put a message that gathers several alerts into words: none of them is left out.

    Each has its headline, where it is from, how many have the story, and the key by which a repeat
    of it is seen; the message has one of its own.
    """
    alerts = sorted(message.gathered, key=_order)
    loudest = alerts[0].severity
    rules = [(title, list(group)) for (_, title), group in groupby(alerts, key=_rule)]
    title = plain(f"[{loudest.upper()}] {len(alerts)} alerts of {_counted(len(rules), 'rule')}")
    lines = []
    for name, group in rules:
        heading = f"{name}: {len(group)}"
        lines.append(around(markup.strong, markup.escape(heading)))
        lines += [around(markup.quote, _line(one, markup)) for one in group]
    if message.held:
        lines.append(markup.escape(held_back(message)))
    repeat = "; may be a repeat" if message.repeat_possible else ""
    lines.append(markup.escape(f"{_counted(len(alerts), 'alert')} · ref ") + message.key + repeat)
    return Rendered(title, markup.newline.join(lines))


def held_back(message: Message) -> str:
    """Say how many alerts wait meanwhile for whom a message goes to."""
    return f"{_counted(message.held, 'more alert')} wait{'s' * (message.held == 1)} for you."


def _line(alert: Message, markup: Markup) -> str:
    """Put one alert into a line."""
    recall = f"{alert.recall.upper()}: " if alert.recall else ""
    embargo = f"EMBARGOED until {alert.embargo}: " if alert.embargo else ""
    outlets = f"+{_counted(alert.outlets, 'outlet')}" if alert.outlets else ""
    article = f"article {alert.article_id}" if alert.article_id is not None else ""
    parts = (
        f"{recall}{embargo}{alert.headline}", alert.place, alert.agency, alert.published, outlets,
        article,
    )  # fmt: skip
    said = " · ".join(plain(part) for part in parts if part)
    repeat = "; may be a repeat" if alert.repeat_possible else ""
    return markup.escape(f"{said} · ref ") + alert.key + repeat


def _order(alert: Message) -> tuple[int, str, int]:
    """Give an alert's place: the loudest first, by rule, as they came."""
    return -_LOUDNESS.index(alert.severity), alert.rule_title, alert.delivery_id


def _rule(alert: Message) -> tuple[int, str]:
    """Give what alerts stand under."""
    return _order(alert)[0], alert.rule_title


def _counted(number: int, what: str) -> str:
    """Count things."""
    return f"{number} {what}{'s' * (number != 1)}"
