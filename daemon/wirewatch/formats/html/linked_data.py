"""Stories that a page describes in JSON-LD, in the words of schema.org.

See https://schema.org/NewsArticle and https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from wirewatch.formats.html.characters import body, unmarked

_Members = dict[str, Any]
_TYPES = ("Posting", "Report")
# Old pages hide their scripts from older browsers; others end them as a statement of JavaScript.
_BEFORE = re.compile(r"(?:\s|<!--|//|/\*|\*/|<!\[CDATA\[)+")
_BEHIND = re.compile(r"(?:\s|-->|//|/\*|\*/|\]\]>|;)+\Z")
_TAIL = 200  # characters in which what stands behind begins
_BREAK = re.compile(r"(?i)</?(?:p|br|div|li|h[1-6])\b[^<>]*>|\n")
_DECODER = json.JSONDecoder(strict=False)  # newlines inside of texts are common


class Story(NamedTuple):
    """What is said of one story; what is not said is empty."""

    headline: str
    addresses: tuple[str, ...]
    published: str
    modified: str
    authors: tuple[str, ...]
    publisher: str
    language: str
    subjects: tuple[str, ...]
    text: str


def stories(scripts: Iterable[str]) -> list[Story]:
    """Give the stories that a page is about, in order; broken JSON says nothing."""
    things = [thing for script in scripts for thing in _things(_loaded(script))]
    known = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str)}
    return [_story(thing, known) for thing in things if _is_story(thing)]


def _loaded(script: str) -> object:
    """Load a script's JSON, without what stands around it; None where it is broken."""
    before = _BEFORE.match(script)
    text = script[before.end() if before else 0 :]
    text = text[:-_TAIL] + _BEHIND.sub("", text[-_TAIL:])
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _things(value: object) -> Iterator[_Members]:
    """Give the things that stand for themselves, and what a page is mostly about.

    What is in a list of items is only named there: such a page is a catalogue.
    """
    for thing in _objects(value):
        yield thing
        for inner in (*_objects(thing.get("@graph")), *_objects(thing.get("mainEntity"))):
            yield inner
            yield from _objects(inner.get("mainEntity"))


def _is_story(thing: _Members) -> bool:
    """Tell a story by its type, with or without a prefix."""
    return any(
        isinstance(kind, str) and kind.endswith(("Article", *_TYPES))
        for kind in _listed(thing.get("@type"))
    )


def _story(thing: _Members, known: dict[str, _Members]) -> Story:
    """Read one story; things that are told of elsewhere are known by their `@id`."""
    return Story(
        headline=_first(thing, "headline", "name"),
        addresses=tuple(
            text
            for key in ("mainEntityOfPage", "url", "@id")
            for text in _addresses(thing.get(key))
        ),
        published=_first(thing, "datePublished"),
        modified=_first(thing, "dateModified"),
        authors=tuple(_names(thing.get("author") or thing.get("creator"), known)),
        publisher=next(iter(_names(thing.get("publisher"), known)), ""),
        language=next(iter(_names(thing.get("inLanguage"), known, "alternateName", "name")), ""),
        subjects=(*_keywords(thing, known), *_names(thing.get("articleSection"), known)),
        text=_text(thing),
    )


def _text(thing: _Members) -> str:
    """Give the whole text in paragraphs; of a live blog the entries too."""
    entries = [
        piece for one in _objects(thing.get("liveBlogUpdate"))
        for piece in (one.get("headline"), one.get("articleBody"))
    ]  # fmt: skip
    texts = (one for one in (thing.get("articleBody"), *entries) if isinstance(one, str))
    return "\n\n".join(filter(None, map(_paragraphs, texts)))


def _paragraphs(text: str) -> str:
    """Give a text in paragraphs, be it HTML or plain."""
    return body("\n\n".join(map(unmarked, _BREAK.split(text))))


def _keywords(thing: _Members, known: dict[str, _Members]) -> list[str]:
    """Give keywords, which may be a list or one text with commas."""
    return [
        word
        for text in _names(thing.get("keywords"), known)
        for word in filter(None, map(str.strip, text.split(",")))
    ]


def _names(value: object, known: dict[str, _Members], *keys: str) -> list[str]:
    """Give the names of things, or texts that stand for them."""
    named = []
    for one in _listed(value):
        if isinstance(one, dict):
            identifier = one.get("@id")
            elsewhere = known.get(identifier, {}) if isinstance(identifier, str) else {}
            named += [
                next(
                    filter(None, (_first(it, *(keys or ("name",))) for it in (one, elsewhere))), ""
                )
            ]
        elif isinstance(one, str):
            named += [unmarked(one)]
    return [name for name in named if name]


def _addresses(value: object) -> list[str]:
    """Give addresses, which may stand in an object's `@id` or `url`."""
    found = (_first(one, "@id", "url") if isinstance(one, dict) else one for one in _listed(value))
    return [one for one in found if isinstance(one, str) and one]


def _first(thing: _Members, *keys: str) -> str:
    """Give the first text under one of some names as a line; of several there the first."""
    texts = (one for key in keys for one in _listed(thing.get(key)) if isinstance(one, str))
    return next(filter(None, map(unmarked, texts)), "")


def _listed(value: object) -> list[Any]:
    """Give the values of a list; any other value is a list of one."""
    return value if isinstance(value, list) else [value]


def _objects(value: object) -> list[_Members]:
    """Give the objects of a list, or a lone object."""
    return [one for one in _listed(value) if isinstance(one, dict)]
