"""The fields of an article, each from the first of the marks on a page that says it."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from wirewatch.formats.byline import without_by
from wirewatch.formats.html.address import absolute, first_absolute
from wirewatch.formats.html.head import Head
from wirewatch.formats.html.linked_data import Story, stories
from wirewatch.formats.language import tag_of
from wirewatch.formats.moments import When, moment, when

_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title")
_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "parsely-pub-date",
    "pubdate", "publishdate", "publish-date", "publication_date", "date",
)  # fmt: skip
_CHANGES = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified", "dc.date.modified", "last-modified",
)  # fmt: skip
_WRITERS = (
    "author", "article:author", "og:article:author", "parsely-author", "dc.creator",
    "dcterms.creator",
)  # fmt: skip
_AGENCIES = ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher")
_LANGUAGES = ("og:locale", "content-language", "dc.language", "dcterms.language", "language")
_LISTS = ("article:tag", "og:article:tag", "news_keywords", "keywords", "dc.subject")
_SECTIONS = ("article:section", "og:article:section", "section")
_ADDRESS = re.compile(r"(?:https?:)?//|www\.", re.IGNORECASE)
_WITH_SITE = r"\s+[-|\u2010-\u2015•·:»«/]+\s+"
_NO_STORY = Story("", (), "", "", (), "", "", (), "")


class Facts(NamedTuple):
    """What a page says of its story, without the text; `declared` says that it calls it a story.

    `text` is the story where a mark has it whole, `named` the address that the page gives itself,
    `modified` a moment.
    """

    declared: bool
    title: str
    heading: str
    named: str
    published: When
    modified: str | None
    agency: str | None
    byline: str | None
    language: str | None
    subjects: tuple[str, ...]
    text: str


def facts_of(head: Head) -> Facts:
    """Take each field from where it is said best."""
    told = stories(head.scripts)
    named = first_absolute((*head.canonical, *head.said("og:url")), head.base)
    story = _chosen(told, head, named)
    known = story or _NO_STORY
    agency = _first((known.publisher, *head.said(*_AGENCIES)))
    named = named or first_absolute(known.addresses, head.base)
    dates = (known.published, *head.said(*_DATES), *head.times)
    return Facts(
        declared=story is not None or _is_called_article(head),
        title=_title(known, head, agency),
        heading=head.headings[0] if head.headings else "",
        named=named,
        published=when(*dates),
        modified=next(filter(None, map(moment, (known.modified, *head.said(*_CHANGES)))), None),
        agency=agency or None,
        byline=_byline(known, head, agency),
        language=_language((known.language, head.language, *head.said(*_LANGUAGES))),
        subjects=_subjects(known, head),
        text=known.text,
    )


def _first(texts: Iterable[str]) -> str:
    """Give the first text that says something, or nothing."""
    return next(filter(None, texts), "")


def _is_called_article(head: Head) -> bool:
    """Tell whether OpenGraph calls the page an article."""
    return any(kind.lower().startswith("article") for kind in head.said("og:type"))


def _chosen(told: list[Story], head: Head, named: str) -> Story | None:
    """Choose the story that the page is about: the only one, or that of its address or title."""
    if len({story.headline for story in told}) <= 1:
        return next(iter(told), None)
    shown = {*head.said(*_TITLES), *head.headings, *head.titles}
    for story in told:
        if named and named in {absolute(one, head.base) for one in story.addresses}:
            return story
    return next((story for story in told if story.headline and story.headline in shown), None)


def _title(story: Story, head: Head, agency: str) -> str:
    """Give the title without the name of the site; a heading that the page's title repeats."""
    written = _first(head.titles)
    repeated = (one for one in head.headings if one and one.casefold() in written.casefold())
    found = _first((story.headline, *head.said(*_TITLES), *repeated, written, *head.headings))
    if not agency:
        return found
    return re.sub(_WITH_SITE + re.escape(agency) + r"\Z", "", found, flags=re.IGNORECASE) or found


def _byline(story: Story, head: Head, agency: str) -> str | None:
    """Give the writers, each once; neither addresses nor the agency, which careless pages give."""
    linked = (
        set(head.writers) if len(set(head.writers)) == 1 else ()
    )  # else they are of other pages
    given = (story.authors, head.said(*_WRITERS), linked)
    for texts in given:
        names = [without_by(text) for text in texts if not _ADDRESS.match(text)]
        known = [name for name in names if name and name.casefold() != agency.casefold()]
        if known:
            return ", ".join(dict.fromkeys(known))
    return None


def _language(texts: Iterable[str]) -> str | None:
    """Give the language that is declared, as a tag."""
    firsts = (text.partition(",")[0].partition(".")[0].strip() for text in texts)
    return tag_of(*(one.replace("_", "-") for one in firsts))


def _subjects(story: Story, head: Head) -> tuple[str, ...]:
    """Give keywords and sections, each once."""
    listed = [word.strip() for text in head.said(*_LISTS) for word in text.split(",")]
    given = (*story.subjects, *listed, *head.said(*_SECTIONS))
    return tuple(dict.fromkeys(filter(None, given)))
