"""Templates tried before they speak: each writes sample messages, and must say every reference."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from wirewatch.model import Message
from wirewatch.notify.month import chart_of
from wirewatch.notify.template import (
    FAILURES,
    Failure,
    Source,
    Style,
    defects,
    failure_of,
    own_sources,
    written,
)
from wirewatch.notify.trial import trial_message
from wirewatch.notify.values import (
    AlertValues,
    DigestValues,
    alert_values,
    digest_values,
    gathered,
)
from wirewatch.states import MessageFormat, Recall, Severity

VALUES = frozenset((*AlertValues._fields, *DigestValues._fields))
"""What templates are given, those of alerts and those of digests."""

_FORMS = (MessageFormat.TEXT, MessageFormat.HTML)


def source_failures(sources: tuple[Source, ...]) -> list[Failure]:
    """Find what is wrong with templates as they are written."""
    return [found for source in sources for found in defects(source, VALUES, sources)]


def style_failures(style: Style) -> list[Failure]:
    """Let one's own templates of a style write samples; give the first failure of each."""
    found = []
    for kind, source in own_sources(style).items():
        failure = next(_failures(style, kind, source), None)
        if failure is not None:
            found.append(failure)
    return found


def _failures(style: Style, kind: str, source: Source) -> Iterator[Failure]:
    """Write every sample of a kind in every form; give what goes wrong."""
    for values, refs in _samples(kind, style):
        for form in _FORMS[kind == "page" :]:
            try:
                said = written(style, kind, form, values._asdict())
            except FAILURES as error:
                yield failure_of(error, source)
                continue
            subject, _, text = said.lstrip("\n").partition("\n")
            if not subject.strip() or not text.strip():
                yield Failure(source.path, 1, "the first line is the subject, and the text follows")
            missing = [ref for ref in refs if ref not in text]
            if missing:
                yield Failure(source.path, 1, "it leaves a `ref` out, by which a repeat is seen")


def _samples(kind: str, style: Style) -> Iterator[tuple[AlertValues | DigestValues, list[str]]]:
    """Give values with as little, and with as much, as there can be; with the references."""
    messages = list(_messages())
    if kind == "alert":
        for message in messages:
            yield alert_values(message, style), [message.key]
        return
    for some in (messages[:2], messages):
        whole = replace(some[0], key="0" * 16, gathered=tuple(some), held=len(some) - 2)
        values = digest_values(whole, gathered(whole, style), style)
        chart = chart_of(whole.month, 100) if len(some) > 2 else None  # noqa: PLR2004
        refs = [whole.key, *(one.key for one in some)]
        yield values._replace(chart=chart, parts=len(some) - 1), refs


def _messages() -> Iterator[Message]:
    """Give a plain message, and ones of all that can be said."""
    plain = trial_message("sample", datetime(2026, 3, 2, tzinfo=UTC))
    yield replace(plain, key="1" * 16)
    yield replace(
        plain, key="2" * 16, spans=(), agency=None, published=None, severity=Severity.HIGH
    )
    full = replace(
        plain, article_id=7, place="Astana", embargo="2026-03-04", outlets=2, newer=3, held=2,
        repeat_possible=True, said="5 articles within 1 h", escalation=True,
    )  # fmt: skip
    yield replace(full, key="3" * 16)
    yield replace(full, key="4" * 16, recall=Recall.WITHDRAWN)
    earlier = " ".join(f"Sentence {number} was there." for number in range(9))
    yield replace(full, key="5" * 16, recall=Recall.CORRECTED, earlier=earlier)
