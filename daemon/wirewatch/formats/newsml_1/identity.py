"""Which item of news a NewsItem is, and which revision of it."""

import re

from wirewatch.formats import markup
from wirewatch.formats.markup import Element
from wirewatch.formats.nitf.heading import number_of

_ITEM_IN_URN = 4  # parts: urn, newsml, provider, (date,) item
_REVISION = re.compile(r"([0-9]+)[A-Z]?")


def identity_of_item(item: Element) -> str:
    """Give the identity of an item without its revision; empty where it has none.

    A public identifier that names no item (seen: the provider alone) is not believed.
    """
    named = markup.child(item, "identification", "newsidentifier")
    public = _without_revision(_text(named, "publicidentifier"), _text(named, "revisionid"))
    if public and not _is_provider_alone(public):
        return public
    parts = [_text(named, part) for part in ("providerid", "dateid", "newsitemid")]
    return ":".join(filter(None, ("urn:newsml", *parts))) if parts[-1] else ""


def version_of(item: Element) -> int:
    """Give the revision of an item, 1 where it says none."""
    revision = markup.child(item, "identification", "newsidentifier", "revisionid")
    number = _REVISION.fullmatch(markup.line(revision).upper())
    if number:
        return number_of(number[1]) or 1
    previous = number_of(markup.value(revision, "previousrevision"))
    return previous + 1 if previous is not None else 1


def _text(named: Element | None, part: str) -> str:
    """Give one part of an identifier."""
    return markup.line(markup.child(named, part))


def _without_revision(public: str, revision: str) -> str:
    """Take the revision off the end of a public identifier, with the letter of its update."""
    front, _, last = public.rpartition(":")
    number = _REVISION.fullmatch(last.upper())
    told = _REVISION.fullmatch(revision.upper())
    return front if front and number and told and number[1] == told[1] else public


def _is_provider_alone(public: str) -> bool:
    """Tell whether a URN of NewsML ends before it names an item."""
    return public.lower().startswith("urn:newsml") and len(public.split(":")) < _ITEM_IN_URN
