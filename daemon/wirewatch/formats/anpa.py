"""ANPA 1312: the American agencies' transmissions.

A header of two lines behind SYN SYN SOH; STX; heading lines that end in `<` or `=`; the story in
lines that begin with a tab; a footer with the moment.
"""

import re
from dataclasses import dataclass, field

from wirewatch.errors import Unreadable
from wirewatch.formats.byline import signed_by
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE
from wirewatch.formats.moments import When
from wirewatch.formats.transmission import (
    DATELINE_SOURCES,
    article_of,
    last_of,
    moment_of,
    paragraphs,
    spaced,
    text_of,
)
from wirewatch.formats.wire.agencies import canonical
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, FileReason, SkipReason

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\s\x7f]*\x16+\x01[A-Za-z]\d{4}\x1f")
_MESSAGE = "\x16\x01"
_FIRST_LINE = re.compile(r"[A-Za-z]\d{4}\x1f", re.ASCII)
_SECOND_LINE = re.compile(
    r"(?P<priority>[A-Za-z]) (?P<category>[A-Za-z]) ?(?P<keyword>\S++)(?P<turn>.*?)"
    r" \d{1,2}-\d{1,2}(?: \d{1,4})?",
    re.ASCII,
)
_FOOTER = re.compile(
    r"(?P<agency>[A-Z]{2,10})-[A-Z]{1,4}-(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d)"
    r" (?P<time>\d{4}) ?GMT",
    re.ASCII,
)
_MARKS = "^\x03"  # in front of a heading line
_TABS = ("\t", "\b")  # in front of a line of the story, and of a table
_CODE = re.compile(r"\*\d+")
_EDS = re.compile(r"(?:Eds|EDS):\s*|EDITOR['’]S NOTE\s*[—:-]\s*")
_PICTURES = re.compile(r"[A-Z]{2,5} (?:Photo|Graphic|Video|Audio)s?\b")
_LEAD = re.compile(r"(\d{1,2})(?:st|nd|rd|th) ?-?Ld", re.IGNORECASE | re.ASCII)
_TURNS = (
    ("kill", re.compile(r"\bkill", re.IGNORECASE)),
    ("correction", re.compile(r"\bcorrect", re.IGNORECASE)),
    ("repeat", re.compile(r"\b(?:repeat|rpt)", re.IGNORECASE)),
    ("update", re.compile(r"(?:\b|\d(?:st|nd|rd|th))Ld\b|writethr|\bupdate", re.IGNORECASE)),
)
_NOTED = (
    ("kill", re.compile(r"kill the\b", re.IGNORECASE)),
    ("correction", re.compile(r"(?:corrects|correction|corrected)\b", re.IGNORECASE)),
    ("update", re.compile(r"(?:updates|updated|recasts)\b", re.IGNORECASE)),
)
_WITHHELD = re.compile(r"\bwithh[eo]ld", re.IGNORECASE)
_URGENCIES = {"f": 1, "u": 2, "b": 3, "r": 5}  # flash, urgent, bulletin, regular


@dataclass
class _Heading:
    """What stands before the story; filled as it is read."""

    slug: str = ""
    turn: str = ""
    title: str = ""
    note: str = ""
    byline: str = ""
    rest: list[str] = field(default_factory=list)


def _recognises(document: Document) -> bool:
    """Look for SYN, SOH, a service's letter, a number of four figures and US."""
    return _OPENING.match(document.data) is not None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the messages of a file; each is one story. Raises Unreadable where one is broken."""
    return [_item(message) for message in text_of(document).split(_MESSAGE)[1:]]


def _item(message: str) -> Article | Skipped:
    """Read one message, from behind its SOH. Raises Unreadable where it is broken."""
    head, begun, text = message.partition("\x02")
    if not begun:
        raise Unreadable(FileReason.MALFORMED, "no text begins behind the header (no STX)")
    number, second = _header(head)
    text, agency, when = _without_footer(text.partition("\x04")[0])
    lines, story = _parted(text)
    heading = _read_heading(lines)
    known = _SECOND_LINE.match(second)
    if known:
        heading.slug = heading.slug or known["keyword"]
        heading.turn = f"{known['turn']} {heading.turn}"
    body = [*heading.rest, *paragraphs(story)]
    article = _article(heading, body, agency, when)
    if not body and not heading.title and article.status not in WITHDRAWN:
        return Skipped(heading.slug or number, SkipReason.NO_TEXT)
    if not known:
        return article
    urgency = _URGENCIES.get(known["priority"].lower())
    return article._replace(urgency=urgency, subjects=(f"anpa:{known['category'].lower()}",))


def _header(head: str) -> tuple[str, str]:
    """Give service and number, and the second line. Raises Unreadable where one is missing."""
    lines = [line for line in head.split("\n") if spaced(line)]
    if not lines or not _FIRST_LINE.match(lines[0]):
        raise Unreadable(FileReason.MALFORMED, "a header without service and number")
    if len(lines) == 1:
        raise Unreadable(FileReason.MALFORMED, f"header {lines[0][:5]} has no second line")
    return lines[0][:5], spaced(lines[1])


def _without_footer(text: str) -> tuple[str, str | None, When]:
    """Take off the last line, which says who sent it and when; the header has no year."""
    last = last_of(_FOOTER, text)
    if last is None:
        return text, None, (None, None)
    when = moment_of(last["year"], last["month"], last["day"], last["time"], "Z")
    return text[: last.start()], canonical(last["agency"]), when


def _parted(text: str) -> tuple[list[str], str]:
    """Part heading lines, each with its mark of the end, from the story."""
    lines = [line for raw in text.split("\n") for line in re.split(r"(?<=<) ?(?=\^)", raw)]
    starts = (place for place, line in enumerate(lines) if line.startswith(_TABS))
    start = next(starts, len(lines))
    heading: list[str] = []
    for line in lines[:start]:
        tidy = spaced(line)
        if heading and tidy and line[0] not in _MARKS and heading[-1][-1] not in "<=":
            heading[-1] += f" {tidy}"
        elif tidy:
            heading.append(tidy)
    story = "\n".join(
        "\t" + _bare(line) if line[:1] in set(_MARKS) else line for line in lines[start:]
    )
    return heading, _quoted(story.replace("\b", "\t"))


def _quoted(text: str) -> str:
    """Give quotation marks instead of the pairs that stand for them."""
    return re.sub(r"<[ ]*$", "", text.replace("``", "“").replace("''", "”"), flags=re.MULTILINE)


def _bare(line: str) -> str:
    """Take the marks of a heading line off."""
    return line.lstrip(_MARKS).rstrip("<= ")


def _read_heading(lines: list[str]) -> _Heading:
    """Tell slug, headline, notes and byline; what is none of them belongs to the story."""
    heading = _Heading()
    signed = False
    for place, line in enumerate(lines):
        bare = spaced(_quoted(_bare(line)))
        by = signed_by(bare) if line.endswith("=") else ""
        eds = _EDS.match(bare)
        if eds:
            heading.note = f"{heading.note} {bare[eds.end() :]}".strip()
        elif by and not heading.byline:
            heading.byline = by
        elif place <= 1 and not heading.slug and _is_slug(bare):
            heading.slug, heading.turn = _slug(bare)
        elif not _is_furniture(bare) and not (signed and line.endswith("=")):
            if heading.title or heading.byline:
                heading.rest.append(bare)
            else:
                heading.title = bare
        signed = bool(by)
    return heading


def _is_furniture(bare: str) -> bool:
    """Tell codes for the receiver's machine and numbers of pictures."""
    return not bare or bool(_CODE.fullmatch(bare) or _PICTURES.match(bare))


def _is_slug(bare: str) -> bool:
    """Tell the line with the keyword and the number of words."""
    return bare.rpartition(",")[2].strip().isdecimal() or bool(re.match(r"[A-Z]{2}-\S", bare))


def _slug(bare: str) -> tuple[str, str]:
    """Give the keyword without number of words, and what it says of this version."""
    parts = (part.strip() for part in bare.split(","))
    pieces = [part for part in parts if part and not part.isdecimal()]
    turns = [piece for piece in pieces[1:] if _signal(piece, _TURNS) or _WITHHELD.search(piece)]
    return ", ".join(piece for piece in pieces if piece not in turns), " ".join(turns)


def _signal(text: str, known: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    """Give the first signal that a text holds."""
    return next((name for name, words in known if words.search(text)), None)


def _article(heading: _Heading, body: list[str], agency: str | None, when: When) -> Article:
    """Make the article of what was read."""
    signal = _signal(heading.turn, _TURNS) or _signal(heading.note, _NOTED)
    lead = _LEAD.search(heading.turn)
    withheld = "withheld" if _WITHHELD.search(heading.turn) else "usable"
    return article_of(heading.title, body, agency, when, len(heading.rest))._replace(
        version=int(lead[1]) + 1 if lead else 1,
        byline=heading.byline or None,
        status="canceled" if signal == "kill" else withheld,
        slugline=heading.slug or None,
        signal=signal,
        note=heading.note or None,
    )


_SOURCES = {
    **DATELINE_SOURCES,
    "guid": DIGEST,
    "title": (
        "the first line before byline and story that is no slug line, note, code or list of "
        "pictures"
    ),
    "headline": HEADLINE,
    "body": (
        "the lines from the first that begins with a tab, up to EOT or the footer, behind lines "
        "of the heading that are nothing else; without the dateline"
    ),
    "version": "the number of a lead (2nd Ld) in the header or the slug line, and one more; else 1",
    "published": "the last footer: its date and time, GMT",
    "agency": "the footer, else the dateline",
    "byline": "the first line of the heading that begins with By and ends in =",
    "status": (
        "canceled where the signal is kill, withheld where the header or the slug line says so, "
        "else usable"
    ),
    "subjects": "the header's category, a letter",
    "urgency": "the header's priority: f is 1, u 2, b 3, r 5",
    "slugline": (
        "the slug line, without the number of words and the signal, else the header's keyword"
    ),
    "signal": (
        "words of kill, correction, repeat or update in the header or the slug line, else in the "
        "note"
    ),
    "note": "the lines of the heading that begin with Eds: or EDITOR'S NOTE",
}

FORMAT = Format(
    name="anpa",
    reads="ANPA 1312 transmissions, as AP sent them",
    rank=5,
    recognises=_recognises,
    parse=_parse,
    told_by="SYN and SOH in front of a letter, four figures and US, at the beginning",
    sources=_SOURCES,
)
