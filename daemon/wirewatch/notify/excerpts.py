"""What a message shows of an article: the sentences that hold hits, the spellings, the changes."""

from collections.abc import Iterator

from wirewatch.model import Message, Span
from wirewatch.notify.markup import Excerpt
from wirewatch.text.changes import changes
from wirewatch.text.sentences import sentences

_MOST_SENTENCES = 4
_MOST_CHANGES = 8
_MOST_SPELLINGS = 6
_LONGEST_SENTENCE = 400
_LONGEST_SPELLING = 60


def excerpts(message: Message) -> tuple[Excerpt, ...]:
    """Give the first sentences that hold a hit, in reading order, in pieces."""
    return tuple(
        found for found, _ in zip(_excerpts(message), range(_MOST_SENTENCES), strict=False)
    )


def _excerpts(message: Message) -> Iterator[Excerpt]:
    """Give one sentence after the other; a title only where the headline does not show it."""
    for zone, text in (("title", message.title), ("body", message.body)):
        hits = [span for span in message.spans if span.zone == zone]
        if not hits or (
            zone == "title" and message.title == message.headline and len(hits) < len(message.spans)
        ):
            continue
        for start, end in sentences(text):
            inside = [hit for hit in hits if start <= hit.start < end]
            if inside:
                yield _cut(text, start, end, inside)


def _cut(text: str, start: int, end: int, hits: list[Span]) -> Excerpt:
    """Take one sentence into pieces; a very long one is cut around the first hit."""
    if end - start > _LONGEST_SENTENCE:
        start = max(start, hits[0].start - _LONGEST_SENTENCE // 3)
        end = min(end, start + _LONGEST_SENTENCE)
    pieces: list[tuple[str, bool]] = []
    reached = start
    for hit in hits:
        if hit.start < reached or hit.end > end:
            continue
        pieces += [(text[reached : hit.start], False), (text[hit.start : hit.end], True)]
        reached = hit.end
    pieces.append((text[reached:end], False))
    return Excerpt(tuple(piece for piece in pieces if piece[0]))


def spellings(message: Message) -> tuple[str, ...]:
    """Give what was found as it is spelled, each spelling once, in reading order."""
    zones = {
        "title": message.title, "headline": message.headline, "dateline": message.dateline,
        "body": message.body,
    }  # fmt: skip
    found: dict[str, str] = {}
    for span in message.spans:
        spelled = " ".join(zones.get(span.zone, "")[span.start : span.end].split())
        if spelled and len(spelled) <= _LONGEST_SPELLING:
            found.setdefault(spelled.casefold(), spelled)
    return tuple(found.values())[:_MOST_SPELLINGS]


def changed(message: Message) -> tuple[tuple[tuple[str, str], ...], int]:
    """Give the first changes that a correction makes, as (sign, sentence), and how many more."""
    found = changes(message.earlier, message.body)
    first = ((sign, sentence[:_LONGEST_SENTENCE]) for sign, sentence in found[:_MOST_CHANGES])
    return tuple(first), max(0, len(found) - _MOST_CHANGES)
