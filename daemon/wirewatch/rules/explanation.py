"""Why a query is true of an article, or is not: its tree, with what was found of each part."""

from collections.abc import Iterator
from dataclasses import dataclass

from wirewatch.model import Span
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.query.node import Node

_SHOWN = 5  # places of one leaf


@dataclass(frozen=True, slots=True)
class Explained:
    """One part of a query: as it is written, whether it is true, where, and what is to be said."""

    query: str
    true: bool
    spans: tuple[Span, ...]
    note: str
    parts: tuple["Explained", ...]


def explain(node: Node, evidence: Evidence) -> Explained:
    """Explain a query on an article."""
    spans = node.spans(evidence)
    parts = tuple(explain(part, evidence) for part in node.parts)
    return Explained(node.label, spans is not None, spans or (), node.note(evidence), parts)


def first_failure(explained: Explained) -> Explained:
    """Give the part for which a false query is false: the first of an AND, an OR as a whole."""
    if explained.query == "AND":
        failed = next(part for part in explained.parts if not part.true)
        return first_failure(failed)
    return explained


def drawn(explained: Explained, evidence: Evidence) -> Iterator[str]:
    """Draw an explanation as a tree, a line for each part, with what was found."""
    yield from _drawn(explained, evidence, "", "")


def _drawn(explained: Explained, evidence: Evidence, before: str, below: str) -> Iterator[str]:
    """Draw a part and those below it."""
    said = [explained.note] if explained.note else []
    if not explained.parts:
        said += [_quoted(span, evidence) for span in explained.spans[:_SHOWN]]
        more = len(explained.spans) - _SHOWN
        said += [f"and {more} more"] if more > 0 else []
    mark = "✓" if explained.true else "✗"
    yield f"{before}{mark} {explained.query}" + (f"  {', '.join(said)}" if said else "")
    for number, part in enumerate(explained.parts, start=1):
        last = number == len(explained.parts)
        branch, stem = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _drawn(part, evidence, below + branch, below + stem)


def _quoted(span: Span, evidence: Evidence) -> str:
    """Write what stands at a place, and where."""
    text = evidence.text(span.zone)[span.start : span.end]
    return f"“{' '.join(text.split())}” {span.zone} {span.start}"
