"""One wire story: the heading read piece by piece, the rest is the body."""

import re
from dataclasses import dataclass

from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.wire.agencies import attribution
from wirewatch.formats.wire.dateline import Dateline, read_dateline
from wirewatch.formats.wire.dates import Stamp, find_stamp, published, read_leader
from wirewatch.formats.wire.layout import paragraphs
from wirewatch.model import Article

_TITLE_LIMIT = 200
_STAMP_WITHIN = 400  # characters of a one-line story in which its time line may stand
_ENDS_SENTENCE = re.compile(r"[.:;…。][\"'”’»)]*$")
_BY = re.compile(r"(?:By|BY|Автор:?|Müəllif:?)\s+(?P<name>\S.{1,60})$")
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}")


@dataclass
class _Heading:
    """What stands before the story; filled as it is read."""

    title: str = ""
    stamp: Stamp | None = None
    byline: str | None = None
    dateline: Dateline | None = None


def read_story(text: str) -> Article | None:
    """Read a story, or None when no paragraph of text is left of it."""
    leader = read_leader(text)
    heading = _Heading()
    body = _read_heading(paragraphs(text[leader.end :] if leader else text), heading)
    if not body and not heading.title:
        return None
    dateline = heading.dateline
    when, precision = published(leader, heading.stamp, dateline.day if dateline else None)
    joined = "\n\n".join(body)
    written = dateline.text if dateline else ""
    return Article(
        guid=identity_of(when or "", heading.title, written, joined),
        title=heading.title,
        headline=headline_of(heading.title, joined),
        dateline=written,
        body=joined,
        published=when,
        published_precision=precision,
        place=dateline.place if dateline else None,
        country=dateline.country if dateline else None,
        agency=(dateline.agency if dateline else None) or _signed(body),
        byline=heading.byline or (dateline.byline if dateline else None),
    )


def _read_heading(story: list[str], heading: _Heading) -> list[str]:
    """Read heading paragraphs one by one; give those of the body."""
    while story:
        first, rest = story[0], story[1:]
        heading.dateline = read_dateline(first)
        if heading.dateline:
            begun = first[heading.dateline.end :].strip()
            return [begun, *rest] if begun else rest
        left = _read_piece(first, rest, heading)
        if left is None:
            break
        story = [left, *rest] if left else rest
    return story


def _read_piece(first: str, rest: list[str], heading: _Heading) -> str | None:
    """Read one paragraph as a part of the heading; give what is left of it, None if it is none."""
    signed = _BY.fullmatch(first)
    if signed and not heading.byline:
        heading.byline = signed["name"].strip()
        return ""
    if heading.stamp is None:
        stamp = find_stamp(first[:_STAMP_WITHIN])
        if (
            stamp
            and not first[stamp.end :].lstrip()[:1].islower()
            and _is_title(first[: stamp.start], rest)
            and not (heading.title and first[: stamp.start].strip())
        ):
            heading.stamp = stamp
            heading.title = heading.title or first[: stamp.start].strip()
            return first[stamp.end :].strip()
    elif not heading.byline:
        name = _leading_name(first)
        if name:
            heading.byline = name
            return first[len(name) :].strip()
    if not heading.title and heading.stamp is None and rest and _is_title(first, rest):
        heading.title = first
        return ""
    return None


def _is_title(text: str, rest: list[str]) -> bool:
    """Tell a title from a first paragraph: short, no full stop, and something follows."""
    text = text.strip()
    if len(text) > _TITLE_LIMIT or _ENDS_SENTENCE.search(text):
        return False
    return not rest or max(map(len, rest)) > len(text)


def _leading_name(text: str) -> str | None:
    """Find a person's name that stands alone, or in front of a dateline."""
    if _is_person(text):
        return text
    words = text.split(" ", 4)
    for count in range(2, len(words)):
        name = " ".join(words[:count])
        if _is_person(name) and read_dateline(text[len(name) + 1 :]):
            return name
    return None


def _is_person(text: str) -> bool:
    """Tell whether a text is two to four capitalised words and nothing else."""
    return _PERSON.fullmatch(text) is not None and all(
        not word[0].islower() for word in text.split()
    )


def _signed(body: list[str]) -> str | None:
    """Find the agency in the first two paragraphs or the last."""
    for paragraph in dict.fromkeys((*body[:2], *body[-1:])):
        agency = attribution(paragraph)
        if agency:
            return agency
    return None
