"""One news item: what its metadata say of it, field by field."""

import re

from wirewatch.formats.byline import without_by
from wirewatch.formats.heading import without_heading
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.markup import Element, child, children, line, value
from wirewatch.formats.moments import moment, when
from wirewatch.formats.newsml_g2.content import (
    Content,
    dateline_of,
    read_content,
)
from wirewatch.formats.newsml_g2.kinds import called, code, party, scheme_and_code, why_no_text
from wirewatch.formats.newsml_g2.subjects import country, subjects
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, SkipReason

_NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_URGENCY = re.compile(r"[1-9]", re.ASCII)
_NOT_PUBLIC = re.compile(r"non-?public", re.IGNORECASE)
_KILLED = ("edstat", "d")  # as Reuters says it
_WEIGHTIEST = ("kill", "correction", "update", "repeat")


def read_item(item: Element, sent: str, priority: str) -> Article | Skipped:
    """Read a news item; `sent` and `priority` are those of the message around it."""
    known_as = called(item)
    why = why_no_text(item)
    if why:
        return Skipped(known_as, why)
    content = read_content(item)
    if content.other:
        return Skipped(known_as, SkipReason.DATA)
    article = _article(item, content, sent, priority)
    if not article.headline and article.status not in WITHDRAWN:
        return Skipped(known_as, SkipReason.NO_TEXT)
    return article


def _article(item: Element, content: Content, sent: str, priority: str) -> Article:
    """Put an article together."""
    about, story = child(item, "itemmeta"), child(item, "contentmeta")
    language = _language(item, story)
    title = _title(story, language) or content.headline or line(child(about, "title"))
    dateline = dateline_of(line(child(story, "dateline")) or content.dateline)
    by = ", ".join(filter(None, map(line, children(story, "by")))) or content.byline
    body = without_heading(content.body, title, by, content.byline, dateline=dateline)
    published, precision = when(
        line(child(about, "versioncreated")), line(child(story, "contentmodified")), sent
    )
    located = child(story, "located")
    signal = _signal(about)
    return Article(
        guid=value(item, "guid") or identity_of(published or "", title, dateline, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline,
        version=_version(item),
        published=published,
        published_precision=precision,
        place=line(child(located, "name")) or None,
        country=country(located),
        agency=_agency(about, story),
        byline=without_by(by),
        language=language,
        status="canceled" if signal == "kill" else _status(about),
        subjects=subjects(story),
        urgency=_urgency(line(child(story, "urgency")), priority),
        slugline=line(child(story, "slugline")) or None,
        signal=signal,
        embargo=moment(line(child(about, "embargoed"))),
        note=_note(about),
    )


def _version(item: Element) -> int:
    """Give the version, 1 where it is none."""
    written = value(item, "version")
    return int(written) if _NUMBER.fullmatch(written) else 1


def _language(item: Element, story: Element | None) -> str | None:
    """Give the language of the content, as declared nearest to it."""
    inline = child(item, "contentset", "inlinexml")
    tag = value(child(story, "language"), "tag")
    return tag or value(inline, "lang") or value(item, "lang") or None


def _title(story: Element | None, language: str | None) -> str:
    """Give the first headline: in the content's language, of the highest rank."""
    headlines = [one for one in children(story, "headline") if line(one)]

    def order(headline: Element) -> tuple[bool, int]:
        rank = value(headline, "rank")
        other = value(headline, "lang") not in {"", language}
        return other, int(rank) if _NUMBER.fullmatch(rank) else 1

    return line(min(headlines, key=order, default=None))


def _agency(about: Element | None, story: Element | None) -> str | None:
    """Give who provides an item, else where it is from, else whom to credit."""
    return (
        party(child(about, "provider"))
        or party(child(story, "infosource"))
        or line(child(story, "creditline"))
        or None
    )


def _status(about: Element | None) -> str:
    """Give the status; what says none is usable."""
    said = code(child(about, "pubstatus"))
    if said.startswith("cancel"):
        return "canceled"
    return "withheld" if said == "withheld" else "usable"


def _signal(about: Element | None) -> str | None:
    """Give what the agency says of this version, of several the weightiest."""
    said = [code(one) for one in children(about, "signal") if code(one)]
    marks = (*children(about, "signal"), *children(about, "pubstatus"))
    if any(tuple(map(str.lower, scheme_and_code(one))) == _KILLED for one in marks):
        return "kill"
    return next((one for one in _WEIGHTIEST if one in said), next(iter(said), None))


def _urgency(*written: str) -> int | None:
    """Give the first urgency from 1 to 9."""
    return next((int(text) for text in written if _URGENCY.fullmatch(text)), None)


def _note(about: Element | None) -> str | None:
    """Give the editors' notes that may be shown, each once, a line each.

    dpa's notepad says all notes again, those that are not public among them.
    """
    notes = [
        line(note)
        for note in children(about, "ednote")
        if _is_public(note) and not value(note, "role").endswith("notepad")
    ]
    return "\n".join(filter(None, dict.fromkeys(notes))) or None


def _is_public(note: Element) -> bool:
    """Tell whether neither a note nor anything in it is marked as not public."""
    return not any(_NOT_PUBLIC.search(text) for one in note.iter() for text in one.attrib.values())
