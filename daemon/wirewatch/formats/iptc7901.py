"""IPTC 7901: the European agencies' transmissions.

SOH and a header line; slug lines; STX; words of status, headline and byline, ended by ` =`; the
story; ETX and the moment. Some senders lose every control byte on the way.
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
    dateline_of,
    last_of,
    moment_of,
    paragraphs,
    provider,
    spaced,
    text_of,
)
from wirewatch.formats.wire.months import MONTHS
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, FileReason, SkipReason
from wirewatch.text.fold import fold_term

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\s\x7f]*\x01[A-Za-z]{1,8}\d{1,6}[ \r\n]")
_OPENING_LOST = re.compile(
    rb"(?:\xef\xbb\xbf)?[\s\x7f]*[A-Za-z]{2,4}\d{3,5} [1-9] [A-Za-z]{1,4} \d{1,5} {1,3}"
    rb"[A-Za-z][\w-]{1,15}(?: \d{1,5})?\s*\n\s*[^\n/]{1,60}/"
)
_HEADER = re.compile(
    r"(?P<number>[A-Za-z]{1,8}\d{1,6}) +(?P<priority>\d) +(?P<category>[A-Za-z]{1,4})"
    r"(?: +\d{1,5})?(?: +(?P<service>[A-Za-z][\w-]*))?",
    re.ASCII,
)
_MOMENT = re.compile(
    r"^[ \t]*(?P<day>[0-9]{2})(?P<time>[0-9]{4}) (?:(?P<zone>GMT|UTC) )?"
    r"(?P<month>[^\W\d_]{3,10})\.? (?P<year>[0-9]{2})[ \t]*$",
    re.MULTILINE,
)
_PRIVATE = re.compile(
    r"(?:^[* \t]+\n+)?^[^\n]{0,80}?(?:not (?:intended )?for publication"
    r"|nicht zur Veröffentlichung)",
    re.MULTILINE | re.IGNORECASE,
)
_NOTEBOOK = re.compile(r"^# (?:Notebook|Notizblock)[ \t]*$", re.MULTILINE)
_TO_EDITORS = re.compile(
    r"^## (?:Notes? to editors|Redaktionelle Hinweise)[ \t]*\n(?P<note>(?:(?!#).*(?:\n|\Z))*+)",
    re.MULTILINE,
)
_LEAD = re.compile(r"(\d{1,2})(?:ST|ND|RD|TH)? LEAD", re.ASCII)
_STATUS = (
    ("kill", re.compile(r"(?:STORY )?WITHDRAWN|(?:STORY )?KILL(?:ED)?")),
    ("correction", re.compile(r"CORRECT(?:ION|ED)|KORREKTUR|BERICHTIGUNG")),
    ("refile", re.compile(r"REFILE")),
    ("repeat", re.compile(r"REPEAT|RPT|WIEDERHOLUNG")),
    ("update", re.compile(r"(?:\d{1,2}(?:ST|ND|RD|TH)? )?LEAD|UPDATE(?: \d{1,2})?", re.ASCII)),
    ("extra", re.compile(r"EXTRA")),
    ("urgent", re.compile(r"URGENT|EIL")),
)
_BRACKETED = re.compile(r"\((?P<words>[^()]{1,40})\)")
_GERMAN = {"okt": 10, "mrz": 3, "maerz": 3}  # short forms that stories do not use
_LONGEST_TITLE = 200  # characters, of a headline that no ` =` ends
_LONGEST_HEADING = 8  # lines; without ` =` behind it, a longer one is a story without heading


@dataclass
class _Heading:
    """What stands between STX and the story; filled as it is read."""

    signals: list[str] = field(default_factory=list)
    version: int = 1
    title: str = ""
    byline: str = ""


def _recognises(document: Document) -> bool:
    """Look for SOH, source and number; or, all control bytes lost, for a whole header line."""
    data = document.data[:1_000]
    return bool(_OPENING.match(data) or _OPENING_LOST.match(data))


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the messages of a file; each is one story. Raises Unreadable where one is broken."""
    text = text_of(document).replace("\x7f", " ")
    if "\x01" not in text:
        return [_item(text.strip(), whole=False)]
    return [_item(message, whole=True) for message in text.split("\x01")[1:]]


def _item(message: str, *, whole: bool) -> Article | Skipped:
    """Read one message; `whole` when its control bytes are there. Raises Unreadable if broken."""
    line, _, after = message.partition("\n")
    header = _HEADER.match(line)
    if not header:
        raise Unreadable(FileReason.MALFORMED, "a header without source, priority and category")
    slugs, text = _cut(after) if whole else _cut_where_lost(after)
    text, when = _without_moment(text)
    note, text = _without_notes(text.replace("\x03", "\n"))
    agency = provider(header["service"] or "")
    heading, story = _heading(text, agency)
    body = paragraphs(story)
    if body and agency and _is_sign_off(body[-1], agency):
        body.pop()
    article = _article(heading, body, agency, when)
    if not body and not heading.title and article.status not in WITHDRAWN:
        return Skipped("/".join(slugs) or header["number"], SkipReason.NO_TEXT)
    return article._replace(
        urgency=int(header["priority"]) or None,
        subjects=tuple(dict.fromkeys((f"iptc7901:{header['category'].lower()}", *slugs))),
        slugline="/".join(slugs) or None,
        note=note,
    )


def _cut(after: str) -> tuple[list[str], str]:
    """Part slug words from text, at STX. Raises Unreadable where no text begins."""
    slugs, begun, text = after.partition("\x02")
    if not begun:
        raise Unreadable(FileReason.MALFORMED, "no text begins behind the header (no STX)")
    return _slugs(slugs), text


def _cut_where_lost(after: str) -> tuple[list[str], str]:
    """Part slug words from text, where no STX is left: slug lines end in a stroke."""
    slugs, text = "", after.lstrip("\n")
    while text.partition("\n")[0].rstrip().endswith("/"):
        line, _, text = text.partition("\n")
        slugs += line
    return _slugs(slugs), text


def _slugs(text: str) -> list[str]:
    """Give the words of slug lines, each once."""
    return list(dict.fromkeys(word for word in map(spaced, re.split(r"[/\n]", text)) if word))


def _without_moment(text: str) -> tuple[str, When]:
    """Take off the line of the moment, `131137 GMT Nov 13`: day and time, month, year."""
    story, ended, trailer = text.partition("\x03")
    last = last_of(_MOMENT, trailer if ended else text)
    if last is None:
        return story, (None, None)
    name = fold_term(last["month"])
    month = MONTHS.get(name) or _GERMAN.get(name)
    if month is None:
        return story, (None, None)
    zone = "Z" if last["zone"] else ""
    when = moment_of(last["year"], month, last["day"], last["time"], zone)
    return (story if ended else text[: last.start()]), when


def _without_notes(text: str) -> tuple[str | None, str]:
    """Take off what is not for publication, and the notebook; give its note to editors."""
    private = _PRIVATE.search(text)
    text = text[: private.start()] if private else text
    notebook = _NOTEBOOK.search(text)
    if not notebook:
        return None, text
    noted = _TO_EDITORS.search(text, notebook.end())
    note = spaced(noted["note"]).removeprefix("- ") if noted else ""
    return note or None, text[: notebook.start()]


def _heading(text: str, agency: str | None) -> tuple[_Heading, str]:
    """Part the heading, up to ` =`, an empty line or a dateline, from the story."""
    lines = text.lstrip().split("\n")
    block: list[str] = []
    for place, line in enumerate(lines[:_LONGEST_HEADING]):
        tidy = spaced(line)
        indented = bool(block) and line.startswith(("\t", "   "))
        if not tidy or indented or dateline_of(tidy, agency).text:
            heading = _read_heading(block)
            if heading.title.endswith(".") or len(heading.title) > _LONGEST_TITLE:
                break
            return heading, "\n".join(lines[place:])
        block.append(tidy.removesuffix("=").rstrip())
        if tidy.endswith("="):
            return _read_heading(block), "\n".join(lines[place + 1 :])
    return _Heading(), text


def _read_heading(lines: list[str]) -> _Heading:
    """Tell words of status, headline and byline."""
    heading = _Heading()
    for line in lines:
        signal = None if heading.title else _signal(line)
        by = signed_by(line, "Von") if heading.title and not heading.byline else ""
        if signal:
            heading.signals.append(signal)
            lead = _LEAD.match(line)
            heading.version = int(lead[1]) + 1 if lead else heading.version
        elif by:
            heading.byline = by
        elif heading.byline:
            heading.byline = f"{heading.byline} {line}".strip()
        else:
            heading.title = f"{heading.title} {line}".strip()
    return heading


def _signal(line: str) -> str | None:
    """Give what a line of status says: a known word, or what the agency put in brackets."""
    bracketed = _BRACKETED.fullmatch(line)
    words = bracketed["words"] if bracketed else line
    found = (name for name, known in _STATUS if known.fullmatch(words))
    return next(found, words.lower() if bracketed else None)


def _strongest(signals: list[str]) -> str | None:
    """Of several signals give the one that says most."""
    ranks = [name for name, _ in _STATUS]
    return min(signals, key=lambda one: ranks.index(one) if one in ranks else 99, default=None)


def _is_sign_off(paragraph: str, agency: str) -> bool:
    """Tell the initials of those who worked on it: `dpa al rmo`."""
    return bool(re.fullmatch(rf"{re.escape(agency.lower())}(?: [a-z]{{1,4}}){{1,9}}", paragraph))


def _article(heading: _Heading, body: list[str], agency: str | None, when: When) -> Article:
    """Make the article of what was read."""
    signal = _strongest(heading.signals)
    return article_of(heading.title, body, agency, when)._replace(
        version=heading.version,
        byline=heading.byline or None,
        status="canceled" if signal == "kill" else "usable",
        signal=signal,
    )


_SOURCES = {
    **DATELINE_SOURCES,
    "guid": DIGEST,
    "title": (
        "the lines behind STX, up to =, an empty or indented line or a dateline, that are no "
        "words of status and no byline"
    ),
    "headline": HEADLINE,
    "body": (
        "the text behind that heading, up to ETX, private notes or the notebook; without "
        "dateline and sign-off"
    ),
    "version": "the number of a lead (2ND LEAD) in the words of status, and one more; else 1",
    "published": (
        "the last line of day, time, month and year behind ETX, or in the text if it has no ETX"
    ),
    "agency": "the header's service, else the dateline",
    "byline": "the lines of the heading from the one that begins with By or Von, behind the title",
    "status": "canceled where the signal is kill, else usable",
    "subjects": "the header's category, then the words of the slug lines",
    "urgency": "the header's priority, from 1 to 9",
    "slugline": "the slug lines",
    "signal": "the words of status before the title, of several the strongest",
    "note": "the notes to editors in the notebook",
}

FORMAT = Format(
    name="iptc7901",
    reads="IPTC 7901 transmissions, as dpa sent them",
    rank=6,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "SOH, a source and a number at the beginning; where all control bytes are lost, a whole "
        "header line and a slug line"
    ),
    sources=_SOURCES,
)
