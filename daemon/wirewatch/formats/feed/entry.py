"""One entry of a feed, and what its channel says for all of them."""

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from wirewatch.formats import markup
from wirewatch.formats.byline import without_by
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.language import tag_of
from wirewatch.formats.moments import moment, when
from wirewatch.formats.plain import UNSEEN
from wirewatch.model import Article, Skipped
from wirewatch.states import SkipReason

_Fields = Any
"""What feedparser found of an entry or a channel: a dictionary that knows old and new names."""

_PARTING = re.compile(r"\n\s*\n")
_BRACKETS = re.compile(r"[\s<>()]+")
_CODE = re.compile(r"(?:(?:medtop|subj):)?\d{8}")


def article_of(entry: _Fields, found: _Fields, number: int) -> Article | Skipped:
    """Read one entry; one that says nothing is none."""
    title = _title(entry)
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


def _title(entry: _Fields) -> str:
    """Give the title as a line. What feedparser says of its kind may be another title's."""
    kinds = {_field(one, "type") for one in _parts(entry, "title_detail")}
    kind = "text/plain" if kinds == {"text/plain"} else "text/html"
    return " ".join(_text({"value": _field(entry, "title"), "type": kind}).split())


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
    return unicodedata.normalize("NFC", text.translate(UNSEEN))


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
    written = filter(None, (without_by(name) for name in names if name))
    return ", ".join(dict.fromkeys(written)) or None


def _named(author: str) -> str | None:
    """Give the name beside an address, else the address; feedparser cuts `.example` at `.exam`."""
    words = _BRACKETS.split(author)
    name = " ".join(word for word in words if "@" not in word)
    return _plain(without_by(name.strip())) or _plain(" ".join(words))


def _agency(entry: _Fields, channel: _Fields) -> str | None:
    """Give the channel an entry comes from: the one it was taken over from, else its own."""
    titles = (_field(one, "title") for one in (*_parts(entry, "source"), channel))
    return next(filter(None, map(_plain, titles)), None)


def _language(entry: _Fields, detail: _Fields, channel: _Fields) -> str | None:
    """Give the language that is declared next to the text."""
    near = (_field(entry, "language"), detail.get("language"), _field(channel, "language"))
    return tag_of(*(str(one or "").strip().replace("_", "-") for one in near))


def _subjects(tags: Iterable[_Fields]) -> tuple[str, ...]:
    """Give codes of the IPTC with their scheme, then the categories by name."""
    codes: list[str | None] = []
    names: list[str | None] = []
    for tag in tags:
        term = _plain(tag.get("term"))
        codes.append(_code(term, str(tag.get("scheme") or "").lower()))
        names.append(_plain(tag.get("label")) or (None if codes[-1] else term))
    return tuple(dict.fromkeys(filter(None, (*codes, *names))))


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
