"""The article that a document of an office holds: its properties, and a dateline in its text."""

from collections.abc import Sequence
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats.identity import DIGEST, HEADLINE, headline_of, identity_of
from wirewatch.formats.wire.agencies import attribution
from wirewatch.formats.wire.dateline import Dateline, read_dateline
from wirewatch.formats.wire.dates import published as day_of_dateline
from wirewatch.model import Article
from wirewatch.states import FileReason, Precision

SOURCES = {
    "guid": DIGEST,
    "headline": HEADLINE,
    "body": "the text, in paragraphs, without the title and the dateline",
    "dateline": "what begins the first paragraph, read as in plain wire text",
    "place": "dateline",
    "country": "dateline",
    "agency": "dateline, else the attribution (…, Trend reports)",
}
"""Where the fields are read that come from the text."""


class Properties(NamedTuple):
    """What a document says of itself; what it does not say is empty or None."""

    title: str = ""
    author: str | None = None
    published: str | None = None
    precision: Precision | None = None
    language: str | None = None
    subjects: tuple[str, ...] = ()


def article_of(properties: Properties, paragraphs: Sequence[str], line_limit: int) -> Article:
    """Make the article of a document.

    Raises Unreadable: no-text without paragraphs, line-too-long for one over `line_limit`.
    """
    _check(paragraphs, line_limit)
    dateline, story = _parted(_untitled(paragraphs, properties.title))
    body = "\n\n".join(story)
    written = dateline.text if dateline else ""
    published, precision = properties.published, properties.precision
    if published is None and dateline:
        published, precision = day_of_dateline(None, None, dateline.day)
    return Article(
        guid=identity_of(published or "", properties.title, written, body),
        title=properties.title,
        headline=headline_of(properties.title, body),
        body=body,
        dateline=written,
        published=published,
        published_precision=precision,
        place=dateline.place if dateline else None,
        country=dateline.country if dateline else None,
        agency=(dateline.agency if dateline else None) or _signed(story),
        byline=properties.author or (dateline.byline if dateline else None),
        language=properties.language,
        subjects=properties.subjects,
    )


def _check(paragraphs: Sequence[str], line_limit: int) -> None:
    """Refuse a document that says nothing, or that has a paragraph over the limit."""
    if not paragraphs:
        raise Unreadable(FileReason.NO_TEXT, "there is no text in it")
    longest = max(map(len, paragraphs))
    if longest > line_limit:
        detail = f"a paragraph of {longest:,} characters, the limit is {line_limit:,}"
        raise Unreadable(FileReason.LINE_TOO_LONG, detail)


def _untitled(paragraphs: Sequence[str], title: str) -> list[str]:
    """Leave out the first paragraph that is the title, unless it is all there is."""
    folded = [paragraph.casefold() for paragraph in paragraphs]
    if len(paragraphs) < 2 or title.casefold() not in folded:  # noqa: PLR2004 - something is left
        return list(paragraphs)
    at = folded.index(title.casefold())
    return [*paragraphs[:at], *paragraphs[at + 1 :]]


def _parted(paragraphs: list[str]) -> tuple[Dateline | None, list[str]]:
    """Part the dateline from the story that begins with it."""
    dateline = read_dateline(paragraphs[0])
    if dateline is None:
        return None, paragraphs
    begun = paragraphs[0][dateline.end :].strip()
    rest = [begun, *paragraphs[1:]] if begun else paragraphs[1:]
    return (dateline, rest) if rest else (None, paragraphs)


def _signed(story: list[str]) -> str | None:
    """Find the agency in the first two paragraphs or the last."""
    found = map(attribution, dict.fromkeys((*story[:2], *story[-1:])))
    return next(filter(None, found), None)
