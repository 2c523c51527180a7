"""Tagged text of archives: `AN#`, `TI#`, `PD#`, `TX#` in front of lines, record after record."""

import codecs
import re

from wirewatch.errors import Unreadable
from wirewatch.formats.byline import without_by
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import HEADLINE, headline_of, identity_of
from wirewatch.formats.language import code_of
from wirewatch.formats.moments import When, when
from wirewatch.formats.plain import parted
from wirewatch.formats.wire.months import DAY, day_of
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_TAG = re.compile(r"(?P<tag>[A-Z][A-Z0-9])#(?P<value>.*)", re.ASCII)
_KNOWN = re.compile(r"^(?:AN|TI|HD|BY|AU|PD|ET|SN|SO|LA|KW|UR|LP|TD|TX)#", re.MULTILINE)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEGINNING = 4_000  # characters in which a second tag stands
_TITLES, _WRITERS, _AGENCIES = ("TI", "HD"), ("BY", "AU"), ("SN", "SO")
_TEXTS = ("LP", "TD", "TX")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?", re.ASCII)
_DAY = re.compile(DAY)

_Record = dict[str, list[str]]
"""The lines of each tag of a record."""


def _recognises(document: Document) -> bool:
    """Look for a known tag in front, and a second one not far behind."""
    if document.data.startswith(_WIDE):
        begin = document.text[:_BEGINNING]
    else:
        begin = document.data[:_BEGINNING].removeprefix(codecs.BOM_UTF8).decode("latin-1")
    begin = begin.lstrip().replace("\r", "\n")
    return _KNOWN.match(begin) is not None and len(set(_KNOWN.findall(begin))) > 1


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the records of a file; each is an article. Raises Unreadable where one is broken."""
    return [_item(record) for record in _records(_text(document))]


def _text(document: Document) -> str:
    """Decode: UTF-8, or windows-1252 where not one character is UTF-8's. Raises Unreadable."""
    if document.data.startswith(_WIDE):
        return document.text
    try:
        document.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if document.data[: error.start].isascii():
            try:
                decoded = document.data.decode("cp1252")
            except UnicodeDecodeError as other:
                detail = f"neither UTF-8 nor windows-1252: byte {other.start:,}"
                raise Unreadable(FileReason.UNDECODABLE, detail) from other
            return Document(decoded.encode(), document.line_limit).text
    return document.text


def _records(text: str) -> list[_Record]:
    """Part records: the tag that opens the file opens each.

    Raises Unreadable where a tag that a record has once comes again.
    """
    records: list[_Record] = []
    opener, lines = "", list[str]()
    for line in text.strip().split("\n"):
        found = _TAG.match(line)
        if not found:
            lines.append(line)
            continue
        tag = found["tag"]
        opener = opener or tag
        if tag == opener:
            records.append({})
        elif tag in records[-1] and tag in {"AN", "PD", *_TITLES}:
            detail = f"record {len(records):,} has {tag}# twice"
            raise Unreadable(FileReason.MALFORMED, detail)
        lines = records[-1].setdefault(tag, [])
        lines.append(found["value"])
    return records


def _item(record: _Record) -> Article | Skipped:
    """Make an article of a record, or say that it has no text."""
    number = _value(record, "AN")
    title = _value(record, *_TITLES)
    body = "\n\n".join(parted([line for tag in _TEXTS for line in record.get(tag, [])]))
    if not body and not title:
        return Skipped(number or "a record without number", SkipReason.NO_TEXT)
    published, precision = _published(_value(record, "PD"), _value(record, "ET"))
    keywords = (word.strip() for word in _value(record, "KW").split(";"))
    return Article(
        guid=number or identity_of(published or "", title, "", body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        published=published,
        published_precision=precision,
        agency=_value(record, *_AGENCIES) or None,
        byline=without_by(_value(record, *_WRITERS)),
        language=code_of(_value(record, "LA")),
        url=_value(record, "UR") or None,
        subjects=tuple(dict.fromkeys(word for word in keywords if word)),
    )


def _value(record: _Record, *tags: str) -> str:
    """Give the first of some tags that says something, on one line."""
    values = (" ".join(" ".join(record.get(tag, [])).split()) for tag in tags)
    return next((value for value in values if value), "")


def _published(day: str, clock: str) -> When:
    """Read the date, in figures by year, month and day, or in words; with the time, if any."""
    written = _DAY.fullmatch(day)
    named = day_of(written) if written else None
    if named:
        day = f"{named.year:04}-{named.month:02}-{named.day:02}" if named.year else ""
    found = _CLOCK.fullmatch(clock)
    time = f"{day}T{found[1]:0>2}:{found[2]}:00" if found else None
    return when(time, day)


_SOURCES = {
    "guid": "AN#, else the digest of published, title and body",
    "title": "TI#, else HD#",
    "headline": HEADLINE,
    "body": "LP#, then TD#, then TX#",
    "published": "PD# with the time of ET#, else PD#",
    "agency": "SN#, else SO#",
    "byline": "BY#, else AU#, without By",
    "language": "LA#, if it is a code",
    "url": "UR#",
    "subjects": "KW#",
}

FORMAT = Format(
    name="tagged",
    reads="tagged text of archives: `AN#`, `TI#`, `PD#`, `TX#`, one record or many",
    rank=50,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "one of the tags AN#, TI#, HD#, BY#, AU#, PD#, ET#, SN#, SO#, LA#, KW#, UR#, LP#, TD#, "
        "TX# in front, and another within 4,000 characters"
    ),
    sources=_SOURCES,
)
