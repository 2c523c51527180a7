"""Markdown with front matter, as the sources of static sites and newsrooms' repositories hold it.

Front matter is a few lines of YAML between `---`, or TOML between `+++`. Text without front matter
is plain text, and stays with the wire format.
"""

import re
import unicodedata

from wirewatch.errors import Unreadable
from wirewatch.formats.byline import without_by
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE, headline_of, identity_of
from wirewatch.formats.language import code_of
from wirewatch.formats.markdown.front_matter import Front, Value, read_toml, read_yaml
from wirewatch.formats.markdown.marks import plain
from wirewatch.formats.moments import moment, when
from wirewatch.formats.urgency import urgency_of
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_START = re.compile(
    r"(?P<ruler>---|\+\+\+)[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*+"
    r"(?:[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*[:=]|\[[\w.-]+\]|---\s|\+\+\+\s)"
)
_USUAL = frozenset(("title", "date", "author", "layout", "slug", "tags", "guid", "draft"))
_SPACED_ZONE = re.compile(r"(?<=[0-9]) (?=[+-][0-9]{2}:?[0-9]{2}$)")
_LONGEST_FRONT = 16_384  # characters; TOML of many dotted keys takes the square of its length
_TITLE_MARK = re.compile(r"#[ \t]+(?P<text>[^\n]*)|(?P<under>[^\n]+)\n=+[ \t]*(?=\n|\Z)")
_STATUSES = frozenset(("usable", "withheld", "canceled"))
_CODE = re.compile(r"[A-Za-z]{2}")


def _recognises(document: Document) -> bool:
    """Look for a ruler in the first line, a key in the next, and the ruler's return.

    Behind a usual key the second ruler may be missing: then the file is broken, not plain text.
    """
    found = _START.match(document.start)
    if not found:
        return False
    return found["key"] in _USUAL or _end(document.text.lstrip(), found["ruler"]) is not None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the one story of a file. Raises Unreadable where its front matter is broken."""
    front, text = _parted(document.text.lstrip())
    text = text.lstrip("\n")
    mark = _TITLE_MARK.match(text)
    shown = " ".join(plain(mark["text"] or mark["under"] or "")) if mark else ""
    title = _word(front, "title", "headline") or shown
    if mark and shown == title:
        text = text[mark.end() :]
    body = "\n\n".join(plain(text))
    if not body and not title:
        return [Skipped(_word(front, "slug", "guid") or "a page", SkipReason.NO_TEXT)]
    return [_article(front, title, body)]


def _parted(text: str) -> tuple[Front, str]:
    """Part front matter from text. Raises Unreadable where it is broken."""
    ruler = text[:3]
    lines = text[:_LONGEST_FRONT].split("\n")
    end = _end(text, ruler)
    if end is None:
        raise Unreadable(FileReason.MALFORMED, f"the front matter has no end ({ruler})")
    front = read_yaml(lines[1:end]) if ruler == "---" else read_toml("\n".join(lines[1:end]))
    return front, text[sum(len(line) + 1 for line in lines[: end + 1]) :]


def _end(text: str, ruler: str) -> int | None:
    """Find the line with the second ruler."""
    lines = text[:_LONGEST_FRONT].split("\n")
    return next((at for at, line in enumerate(lines) if at and line.rstrip() == ruler), None)


def _article(front: Front, title: str, body: str) -> Article:
    """Make the article of what was read."""
    date = _word(front, "date", "published", "pubdate", "publishdate", "published_at", "created")
    published, precision = when(_SPACED_ZONE.sub("", date))
    country = _word(front, "country")
    by = ", ".join(_words(front, "byline", "author", "authors", "by"))
    dateline = _word(front, "dateline")
    return Article(
        guid=_word(front, "guid", "uuid", "uri", "urn")
        or identity_of(published or "", title, dateline, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline,
        version=max(1, _number(front, "version") or 1),
        published=published,
        published_precision=precision,
        place=_word(front, "place", "location", "city") or None,
        country=(country.upper() if _CODE.fullmatch(country) else country) or None,
        agency=_word(front, "agency", "provider", "source", "publisher") or None,
        byline=without_by(by),
        language=code_of(_word(front, "language", "lang", "locale").replace("_", "-")),
        url=_word(front, "url", "canonical_url", "canonicalurl", "canonical", "link") or None,
        status=_status(front),
        subjects=tuple(
            dict.fromkeys(
                word
                for key in ("subjects", "subject", "categories", "category", "tags", "keywords")
                for word in _words(front, key)
            )
        ),
        urgency=urgency_of(_number(front, "urgency", "priority")),
        slugline=_word(front, "slugline", "slug") or None,
        signal=_word(front, "signal").lower() or None,
        embargo=moment(_word(front, "embargo", "embargoed")),
        note=_word(front, "note", "editor_note", "ednote") or None,
    )


def _words(front: Front, *keys: str) -> list[str]:
    """Give what the first of some keys that says something says, as single lines."""
    for key in keys:
        given = front.get(key)
        values: list[Value] = given if isinstance(given, list) else [given]
        words = [_line(str(value)) for value in values if _says(value)]
        if any(words):
            return [word for word in words if word]
    return []


def _line(text: str) -> str:
    """Give a text on one line; TOML can escape any character, even those that no text holds."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\x00", " ")).split())


def _says(value: Value) -> bool:
    """Tell words and numbers from nothing, and from yes and no."""
    return value is not None and not isinstance(value, bool)


def _word(front: Front, *keys: str) -> str:
    """Give the first thing that some keys say."""
    return next(iter(_words(front, *keys)), "")


def _number(front: Front, *keys: str) -> int | None:
    """Give the first thing that some keys say, where it is a small whole number."""
    word = _word(front, *keys)
    return int(word) if re.fullmatch(r"[0-9]{1,9}", word) else None


def _status(front: Front) -> str:
    """Give the status; a draft is withheld."""
    if front.get("draft") is True:
        return "withheld"
    said = _word(front, "status", "pubstatus").lower()
    return said if said in _STATUSES else "usable"


_SOURCES = {
    "guid": f"guid, else uuid, uri or urn, else {DIGEST}",
    "title": "title, else headline, else the heading that begins the text",
    "headline": HEADLINE,
    "body": "the text behind the front matter, without marks, pictures and the title",
    "dateline": "dateline",
    "version": "version, else 1",
    "published": "date, else published, pubdate, publishdate, published_at or created",
    "place": "place, else location or city",
    "country": "country",
    "agency": "agency, else provider, source or publisher",
    "byline": "byline, else author, authors or by; without By",
    "language": "language, else lang or locale",
    "url": "url, else canonical_url, canonicalurl, canonical or link",
    "status": "withheld if draft, else status, else pubstatus, else usable",
    "subjects": "subjects, then subject, categories, category, tags and keywords",
    "urgency": "urgency, else priority",
    "slugline": "slugline, else slug",
    "signal": "signal",
    "embargo": "embargo, else embargoed",
    "note": "note, else editor_note or ednote",
}

FORMAT = Format(
    name="markdown",
    reads="Markdown with front matter in YAML (`---`) or TOML (`+++`)",
    rank=51,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "a ruler --- or +++ in the first line, a key behind it, and the ruler again unless the "
        "key is a usual one"
    ),
    sources=_SOURCES,
)
