"""An alert in words: as plain text, Markdown or HTML. Pure; what comes from articles is escaped."""

from collections.abc import Iterable

from wirewatch.model import Message, Span
from wirewatch.notify.bundle import held_back, render_bundle
from wirewatch.notify.markup import MARKUPS, Markup, Rendered, around, plain
from wirewatch.states import MessageFormat, Recall
from wirewatch.text.changes import changes
from wirewatch.text.sentences import sentences

_MOST_SENTENCES = 4
_MOST_CHANGES = 8
_LONGEST_SENTENCE = 400


def render(message: Message, form: MessageFormat) -> Rendered:
    """Put an alert into words.

    The message holds the rule and its severity, the headline, where it is from, the sentences
    with what matched marked, the file, and the key by which a repeat is seen.
    """
    markup = MARKUPS[form]
    if message.gathered:
        return render_bundle(message, markup)
    recall = f"{message.recall.upper()}: " if message.recall else ""
    title = plain(f"[{message.severity.upper()}] {recall}{message.rule_title}")
    lines = [around(markup.strong, markup.escape(message.headline))]
    if message.embargo:
        lines.append(markup.escape(f"EMBARGOED until {message.embargo}"))
    origin = " · ".join(plain(part) for part in _origin(message))
    if origin:
        lines.append(markup.escape(origin))
    if message.said:
        lines.append(markup.escape(message.said))
    if message.escalation:
        lines.append(markup.escape("Nobody has acknowledged this alert."))
    if message.newer:
        said = f"Version {message.newer} has come since; this is an older one."
        lines.append(markup.escape(said))
    if message.recall:
        lines += _recalled(message, markup)
    lines += [around(markup.quote, excerpt) for excerpt in _excerpts(message, markup)]
    if message.article_id is not None:
        file = f"rule {message.rule} · file {message.source}/{message.path}"
        lines.append(markup.escape(file))
    if message.held:
        lines.append(markup.escape(held_back(message)))
    repeat = "; may be a repeat" if message.repeat_possible else ""
    article = "" if message.article_id is None else f"article {message.article_id} · "
    lines.append(markup.escape(f"{article}ref ") + message.key + repeat)
    return Rendered(title, markup.newline.join(lines))


def _recalled(message: Message, markup: Markup) -> list[str]:
    """Say what becomes of a story that was told before, and which sentences have changed."""
    if message.recall is Recall.WITHDRAWN:
        return [markup.escape("The agency has withdrawn the story that you were told of.")]
    changed = changes(message.earlier, message.body)
    lines = [markup.escape("The agency has corrected the story that you were told of:")]
    for sign, sentence in changed[:_MOST_CHANGES]:
        lines.append(around(markup.quote, markup.escape(f"{sign} {sentence[:_LONGEST_SENTENCE]}")))
    if len(changed) > _MOST_CHANGES:
        lines.append(markup.escape(f"and {len(changed) - _MOST_CHANGES} more changes"))
    return lines


def _origin(message: Message) -> Iterable[str]:
    """Give place, agency and date as far as they are known, and how many have the story too."""
    outlets = f"+{message.outlets} outlet{'s' * (message.outlets > 1)}" if message.outlets else ""
    parts = (message.place, message.agency, message.published, outlets)
    return (part for part in parts if part)


def _excerpts(message: Message, markup: Markup) -> list[str]:
    """Give the first sentences that hold a hit, in reading order, the hits marked."""
    excerpts: list[str] = []
    for zone, text in (("title", message.title), ("body", message.body)):
        hits = [span for span in message.spans if span.zone == zone]
        if not hits or (
            zone == "title" and message.title == message.headline and len(hits) < len(message.spans)
        ):
            continue
        for start, end in sentences(text):
            inside = [hit for hit in hits if start <= hit.start < end]
            if inside:
                excerpts.append(_marked(text, start, end, inside, markup))
            if len(excerpts) == _MOST_SENTENCES:
                return excerpts
    return excerpts


def _marked(text: str, start: int, end: int, hits: list[Span], markup: Markup) -> str:
    """Write one sentence with its hits marked; a very long one is cut around the first hit."""
    if end - start > _LONGEST_SENTENCE:
        start = max(start, hits[0].start - _LONGEST_SENTENCE // 3)
        end = min(end, start + _LONGEST_SENTENCE)
    parts: list[str] = []
    reached = start
    for hit in hits:
        if hit.start < reached or hit.end > end:
            continue
        parts.append(markup.escape(text[reached : hit.start]))
        parts.append(around(markup.mark, markup.escape(text[hit.start : hit.end])))
        reached = hit.end
    parts.append(markup.escape(text[reached:end]))
    return "".join(parts)
