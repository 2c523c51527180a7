"""Feeds: RSS of all its versions and Atom, each entry an article, read through feedparser.

feedparser gets a stream of bytes and nothing else: a text, or bytes alone, it would take for an
address or for the name of a file, and open it.
"""

import html
import io
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import feedparser

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.moments import moment, when
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_Fields = Any
"""What feedparser found of an entry or a channel: a dictionary that knows old and new names."""

_HEAD = 8_000  # characters in which the root element begins
_ROOT = re.compile(
    r"(?>\s+|\ufeff|<\?[^>]*\?>|<!--(?s:.*?)-->|<!doctype[^>\[]*(?:\[[^\]]*\]\s*)?>)*+"
    r"<(?P<name>rss|(?:\w+:)?rdf|(?:\w+:)?feed)\b(?P<attributes>[^>]*)>",
    re.IGNORECASE,
)
_OWN_ATTRIBUTES = {  # what tells a feed from other XML whose root is called the same
    "rss": "",
    "rdf": r"purl\.org/rss/|my\.netscape\.com/rdf/",
    "feed": r"www\.w3\.org/2005/atom|purl\.org/atom/",
}
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,10}));", re.IGNORECASE)
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_SURROGATES = range(0xD800, 0xE000)
_LAST_CHARACTER = 0x10FFFF
# feedparser looks for an address in every author, in a time that grows with the square of a word.
_ENDLESS_WORD = re.compile(r"([\w.+-]{1000})[\w.+-]+", re.ASCII)
_BLANKS = re.compile(r"\s{16,}")
_PARTING = re.compile(r"\n\s*\n")
_NO_TEXT = dict.fromkeys((*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0), 0xFFFE))
_XML_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"
_FAILURES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_BRACKETS = re.compile(r"[\s<>()]+")
_BY = re.compile(r"^by\s+", re.IGNORECASE)
_CODE = re.compile(r"(?:(?:medtop|subj):)?\d{8}")


def _recognises(document: Document) -> bool:
    """Take what has the root element of a feed, whatever stands before it."""
    return document.start.startswith(("<", "\ufeff")) and _root(document.text) is not None


def _root(text: str) -> re.Match[str] | None:
    """Find the root element of a feed."""
    found = _ROOT.match(text[:_HEAD])
    if found is None:
        return None
    sign = _OWN_ATTRIBUTES[found["name"].lower().rpartition(":")[2]]
    return found if re.search(sign, found["attributes"], re.IGNORECASE) else None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read all entries of a feed, in its order. Raises Unreadable (malformed)."""
    text = _decoded(document)
    root = _root(text)
    if root is None or f"</{root['name']}".lower() not in text[root.end() :].lower():
        raise Unreadable(FileReason.MALFORMED, "the feed breaks off before its end")
    try:
        found = feedparser.parse(
            io.BytesIO(_prepared(text)), sanitize_html=False, resolve_relative_uris=False
        )
    except _FAILURES as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound feed: {error}") from error
    if not found.entries and found.bozo:
        raise Unreadable(FileReason.MALFORMED, f"no sound feed: {found.bozo_exception}")
    return [_item(entry, found, number) for number, entry in enumerate(found.entries, 1)]


def _decoded(document: Document) -> str:
    """Decode as declared where that is possible, unless it is UTF-8 whatever it says."""
    declared = _ENCODING.match(document.data.lstrip()[:200])
    if declared:
        try:
            document.data.decode()
        except UnicodeDecodeError:
            try:
                return document.data.decode(declared[1].decode("ascii"))
            except (LookupError, ValueError):
                pass
    return document.text


def _prepared(text: str) -> bytes:
    """Give a feed as UTF-8 that says so, without what makes feedparser stumble."""
    text = text.lstrip("\ufeff \t\r\n").translate(_NO_TEXT)
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    text = _PAIR.sub(_joined, _REFERENCE.sub(_character, text))
    text = _ENDLESS_WORD.sub(r"\1", _BLANKS.sub(_shorter, text))
    return (_XML_DECLARATION + text).encode("utf-8", "replace")


def _character(reference: re.Match[str]) -> str:
    """Leave a reference to a character as it is; turn one to half of a pair into that half."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if code in _SURROGATES:
        return chr(code)
    return reference[0] if code <= _LAST_CHARACTER else "\ufffd"


def _joined(pair: re.Match[str]) -> str:
    """Give the character that two halves stand for."""
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _shorter(blanks: re.Match[str]) -> str:
    """Shorten a long run of white space, so that a parting of paragraphs stays one."""
    return "\n\n" if blanks[0].count("\n") > 1 else " "


def _item(entry: _Fields, found: _Fields, number: int) -> Article | Skipped:
    """Read one entry; one that says nothing is none."""
    title = " ".join(word for one in _parts(entry, "title_detail") for word in _text(one).split())
    title = title or _plain(_field(entry, "title")) or ""
    body, detail = _body(entry)
    if not title and not body:
        return Skipped(_plain(entry.get("id")) or f"entry {number}", SkipReason.NO_TEXT)
    published, precision = when(*(_field(entry, key) for key in ("published", "updated")))
    return Article(
        guid=_guid(entry, found.feed) or identity_of(published or "", title, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        version=_version(entry),
        published=published,
        published_precision=precision,
        agency=_agency(entry, found.feed),
        byline=_byline(entry, found),
        language=_language(entry, detail, found.feed),
        url=_plain(entry.get("link")),
        subjects=_subjects(_parts(entry, "tags")),
    )


def _version(entry: _Fields) -> int:
    """Give an entry's version: the second of its last change where it says so, else 1.

    Feeds repeat their entries; one that was corrected comes again with another `updated`.
    """
    changed = moment(_field(entry, "updated"))
    if not changed or "T" not in changed:
        return 1
    written = datetime.fromisoformat(changed)
    return max(1, int(written.replace(tzinfo=written.tzinfo or UTC).timestamp()))


def _field(fields: _Fields, key: str) -> str:
    """Give a text as it stands in the feed, without what feedparser puts for another."""
    value = dict.get(fields, key)
    return value if isinstance(value, str) else ""


def _parts(fields: _Fields, key: str) -> list[_Fields]:
    """Give what has fields of its own; any element of a feed may be called like one of these."""
    value = fields.get(key)
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _plain(value: object) -> str | None:
    """Give a field as one line, or None where nothing is in it."""
    text = value if isinstance(value, str) else ""
    return " ".join(_clean(html.unescape(text)).split()) or None


def _clean(text: str) -> str:
    """Give text in NFC, without control characters."""
    return unicodedata.normalize("NFC", text.translate(_NO_TEXT))


def _body(entry: _Fields) -> tuple[str, _Fields]:
    """Give the text of an entry, whole or else in short, and what the feed says of that text."""
    for detail in (*_parts(entry, "content"), *_parts(entry, "summary_detail")):
        text = _text(detail)
        if text:
            return text, detail
    return "", {}


def _text(detail: _Fields) -> str:
    """Give a text of a feed in paragraphs, be it HTML or plain."""
    value, kind = _field(detail, "value"), _field(detail, "type")
    if not value.strip() or not kind.startswith(("text/", "application/xhtml")):
        return ""
    if kind == "text/plain" or "<" not in value:
        value = value if kind == "text/plain" else html.unescape(value)
        parts = (" ".join(part.split()) for part in _PARTING.split(_clean(value)))
        return "\n\n".join(part for part in parts if part)
    return markup.paragraphs([markup.fragment(_clean(value))])


def _guid(entry: _Fields, channel: _Fields) -> str | None:
    """Give the entry's own identity; a bare number is one only beside the name of its channel."""
    own = _plain(entry.get("id"))
    if own and ":" not in own:
        home = next(filter(None, (_plain(_field(channel, key)) for key in ("link", "title"))), None)
        return f"{home}#{own}" if home else own
    return own or _plain(entry.get("link"))


def _byline(entry: _Fields, found: _Fields) -> str | None:
    """Give the writers' names; an Atom feed's author wrote what names no other."""
    authors = _parts(entry, "authors")
    if not any(authors) and str(found.version).startswith("atom"):
        authors = _parts(found.feed, "authors")
    if len(authors) == 1 and "@" in _field(entry, "author"):
        return _named(_field(entry, "author"))
    names = (_plain(one.get("name")) or _plain(one.get("email")) for one in authors)
    return ", ".join(dict.fromkeys(_BY.sub("", name) for name in names if name)) or None


def _named(author: str) -> str | None:
    """Give the name beside an address, else the address; feedparser cuts `.example` at `.exam`."""
    words = _BRACKETS.split(author)
    name = " ".join(word for word in words if "@" not in word)
    return _plain(_BY.sub("", name.strip())) or _plain(" ".join(words))


def _agency(entry: _Fields, channel: _Fields) -> str | None:
    """Give the channel an entry comes from: the one it was taken over from, else its own."""
    titles = (_field(one, "title") for one in (*_parts(entry, "source"), channel))
    return next(filter(None, map(_plain, titles)), None)


def _language(entry: _Fields, detail: _Fields, channel: _Fields) -> str | None:
    """Give the language that is declared next to the text."""
    near = (_field(entry, "language"), detail.get("language"), _field(channel, "language"))
    declared = (str(one or "").strip().replace("_", "-") for one in near)
    return next((one for one in declared if _LANGUAGE.fullmatch(one)), None)


def _subjects(tags: Iterable[_Fields]) -> tuple[str, ...]:
    """Give codes of the IPTC with their scheme, then the categories by name."""
    codes: list[str] = []
    names: list[str] = []
    for tag in tags:
        term, label = _plain(tag.get("term")), _plain(tag.get("label"))
        code = _code(term, str(tag.get("scheme") or "").lower())
        codes += [code] if code else []
        name = label or (None if code else term)
        names += [name] if name else []
    return tuple(dict.fromkeys((*codes, *names)))


def _code(term: str | None, scheme: str) -> str | None:
    """Give a subject's code with its scheme, where it is one of the IPTC."""
    if not term or not _CODE.fullmatch(term):
        return None
    if ":" in term:
        return term
    for sign, name in (("mediatopic", "medtop"), ("medtop", "medtop"), ("subjectcode", "subj")):
        if sign in scheme:
            return f"{name}:{term}"
    return None


FORMAT = Format(
    name="feed",
    reads="RSS and Atom feeds, each entry an article",
    rank=15,
    recognises=_recognises,
    parse=_parse,
)
