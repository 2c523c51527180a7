"""Transmissions: what the wire services' formats of the teleprinter's age have in common.

Their bytes hold control characters on purpose, so that `Document.text` would call them binary.
"""

import re
import unicodedata
from collections import deque
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.moments import When, when
from wirewatch.formats.wire.agencies import canonical, is_known
from wirewatch.model import Article
from wirewatch.states import FileReason

_BOM = b"\xef\xbb\xbf"
# Senders on Windows fill the places of Latin-1 that hold nothing printable.
_C1 = {
    code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", " ")
    for code in range(0x80, 0xA0)
}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_DASH = re.compile(r"(?<!\S)_{1,2}(?!\S)")
_DATELINE = re.compile(
    r"(?P<text>(?P<places>[^()\n]{2,80}?) ?\((?P<agency>[^()\n]{2,40})\)) ?(?:[—–-]{1,2}|:) "
)
_CENTURY = 70  # two figures from here on are of the last century, as POSIX has it
_FULL_STATES = frozenset(
    (
        "Alaska", "Hawaii", "Idaho", "Iowa", "Maine", "Ohio", "Texas", "Utah", "Alberta",
        "British Columbia", "Manitoba", "New Brunswick", "Newfoundland", "Nova Scotia", "Ontario",
        "Prince Edward Island", "Quebec", "Saskatchewan",
    )
)  # fmt: skip

DATELINE_SOURCES = {
    "dateline": (
        "the beginning of the story: places, and a known agency or the provider in brackets, "
        "before a dash or colon"
    ),
    "place": "the first place of the dateline",
    "country": "the second of a dateline's two places, unless that is a state of America or Canada",
}
"""Where `dateline_of` reads its fields, as `Format.sources` says it."""


class Dateline(NamedTuple):
    """A dateline as agencies put it in front, `Place, Country (agency) -`, and what follows."""

    text: str = ""
    place: str | None = None
    country: str | None = None
    agency: str | None = None
    rest: str = ""


def text_of(document: Document) -> str:
    """Decode a transmission: UTF-8 where it is that, else Latin-1; control characters stay.

    Gives NFC with plain newlines. Raises Unreadable where a line is over the limit.
    """
    data = document.data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1").translate(_C1)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    longest = max(map(len, text.split("\n")))
    if longest > document.line_limit:
        detail = f"a line of {longest:,} characters, the limit is {document.line_limit:,}"
        raise Unreadable(FileReason.LINE_TOO_LONG, detail)
    return text


def spaced(text: str) -> str:
    """Give a text on one line, without control characters.

    An underscore that stands alone is a dash, which the teleprinter did not have.
    """
    return _DASH.sub("—", " ".join(_CONTROLS.sub(" ", text).split()))


def paragraphs(text: str) -> list[str]:
    """Give paragraphs: parted by empty lines, or begun with a tab or three spaces.

    Rulers, which hold no letter and no figure, are left out.
    """
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        tidy = spaced(line)
        if not tidy or line.startswith(("\t", "   ")):
            found.append([])
        found[-1].append(tidy)
    joined = (" ".join(lines).strip() for lines in found)
    return [paragraph for paragraph in joined if any(map(str.isalnum, paragraph))]


def provider(name: str) -> str | None:
    """Give an agency's usual name: `dpa` of the service `dpa-tns`; None where nothing is given."""
    first = name.partition("-")[0]
    return canonical(first if is_known(canonical(first)) else name) or None


def dateline_of(paragraph: str, agency: str | None) -> Dateline:
    """Read the dateline of a first paragraph, signed by a known agency or the provider itself.

    Where there is none, `rest` is the whole paragraph.
    """
    found = _DATELINE.match(paragraph)
    if not found or found["places"][0].islower():
        return Dateline(rest=paragraph)
    signed = [canonical(part) for part in found["agency"].split("/") if part.strip()]
    known = [name for name in signed if is_known(name) or name == agency]
    if not known:
        return Dateline(rest=paragraph)
    named = [part for part in map(str.strip, found["places"].split(",")) if _is_name(part)]
    place = named[0] if named else None
    country = named[-1] if len(named) == 2 and _is_country(named[-1]) else None  # noqa: PLR2004
    return Dateline(found["text"], place, country, known[-1], paragraph[found.end() :])


def article_of(
    title: str, paragraphs: list[str], agency: str | None, sent: When, first: int = 0
) -> Article:
    """Make the article of a story, whose dateline begins the paragraph of number `first`."""
    begun = paragraphs[first] if first < len(paragraphs) else ""
    dateline = dateline_of(begun, agency)
    rest = [dateline.rest] if dateline.rest else []
    body = "\n\n".join((*paragraphs[:first], *rest, *paragraphs[first + 1 :]))
    return Article(
        guid=identity_of(sent[0] or "", title, dateline.text, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline.text,
        published=sent[0],
        published_precision=sent[1],
        place=dateline.place,
        country=dateline.country,
        agency=agency or dateline.agency,
    )


def last_of(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Find the last place where a pattern is, or None."""
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


def moment_of(year: str, month: int | str, day: str, time: str, zone: str) -> When:
    """Give the moment of a footer, whose year has two figures and whose time has four."""
    century = "19" if int(year) >= _CENTURY else "20"
    return when(f"{century}{year}-{int(month):02}-{day}T{time[:2]}:{time[2:]}:00{zone}")


def _is_name(part: str) -> bool:
    """Tell a place from the day that some agencies put behind it."""
    return bool(part) and not any(map(str.isdigit, part))


def _is_country(part: str) -> bool:
    """Tell a country from a state of America or Canada, mostly abbreviated (`N.M.`, `Ga.`)."""
    return "." not in part and part not in _FULL_STATES
