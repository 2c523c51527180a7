"""One NewsItem: an article, or what it is instead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wirewatch.formats import markup
from wirewatch.formats.byline import without_by
from wirewatch.formats.heading import without_heading
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.markup import Element
from wirewatch.formats.moments import When, moment, when
from wirewatch.formats.newsml_1.content import nitf_of
from wirewatch.formats.newsml_1.identity import identity_of_item, version_of
from wirewatch.formats.newsml_1.layout import Layout
from wirewatch.formats.newsml_1.metadata import (
    agency_of,
    language_of,
    metadata_of,
    place_and_country,
    subjects_of,
)
from wirewatch.formats.nitf.heading import (
    byline_of,
    dateline_of,
    number_of,
    place_of,
)
from wirewatch.formats.nitf.story import title_of
from wirewatch.formats.status import status_of
from wirewatch.formats.urgency import urgency_of
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, SkipReason

_MADE = ("thisrevisioncreated", "firstcreated")
_SIGNALS = {"rectify": "correction", "delete": "kill"}
_MEDIA = (
    ("photo", SkipReason.PICTURE),
    ("picture", SkipReason.PICTURE),
    ("image", SkipReason.PICTURE),
    ("graphic", SkipReason.GRAPHIC),
    ("animation", SkipReason.GRAPHIC),
    ("audio", SkipReason.AUDIO),
    ("video", SkipReason.VIDEO),
)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a story: of its component, else of those around it."""

    blocks: list[Element]

    def all(self, name: str) -> list[str]:
        """Give the lines of one name in the first block that has any."""
        for block in self.blocks:
            found = [text for text in map(markup.line, markup.children(block, name)) if text]
            if found:
                return found
        return []

    def first(self, name: str) -> str:
        """Give the first line of a name, or nothing."""
        return next(iter(self.all(name)), "")


def read_item(layout: Layout) -> Article | Skipped:
    """Read an item as an article; pictures, packages and the like are passed over by name."""
    item, chain = layout.item, list(layout.chain())
    lines = _Lines([block for one in chain for block in markup.children(one, "newslines")])
    nitf = nitf_of(next(iter(layout.contents), None))
    title, dateline = _title(layout, lines, nitf), _dateline(lines, nitf)
    known = (title, lines.first("byline"))
    body = without_heading("\n\n".join(layout.texts), *known, dateline=dateline)
    management = markup.child(item, "newsmanagement")
    status = _status(management)
    why = None if body else _why_not(layout, title)
    if why and not (why is SkipReason.NO_TEXT and status in WITHDRAWN):
        return Skipped(identity_of_item(item) or title or "a NewsItem", why)
    metadata = metadata_of(chain)
    published, precision = _published(layout, management)
    city, country = place_and_country(metadata)
    return Article(
        guid=identity_of_item(item) or identity_of(published or "", title, dateline, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline,
        version=version_of(item),
        published=published,
        published_precision=precision,
        place=city or place_of(dateline),
        country=country,
        agency=agency_of(metadata, item, layout.envelope),
        byline=_byline(lines, nitf),
        language=language_of(metadata, chain, item),
        status=status,
        subjects=subjects_of(metadata, lines.all("keywordline")),
        urgency=urgency_of(number_of(_formal(management, "urgency"))),
        slugline=_slugline(item, lines),
        signal=_signal(management),
        embargo=_embargo(management),
        note=_note(lines.blocks),
    )


def _why_not(layout: Layout, title: str) -> SkipReason | None:
    """Tell why an item without a text is no article; None where its headline alone is one."""
    media = (why for kind in layout.media for word, why in _MEDIA if word in kind)
    if any(True for _ in markup.below(layout.item, "newsitemref")):
        return SkipReason.PACKAGE
    if markup.child(layout.item, "topicset") is not None:
        return SkipReason.CONCEPT
    if markup.child(layout.item, "catalog") is not None and not layout.components:
        return SkipReason.CATALOGUE
    return next(media, None if title else SkipReason.NO_TEXT)


def _title(layout: Layout, lines: _Lines, nitf: Element | None) -> str:
    """Give the headline: of the lines, of a component of its own, of the text."""
    found = (lines.first("headline"), *layout.titles[:1], _title_inside(nitf))
    return next(filter(None, found), "")


def _title_inside(nitf: Element | None) -> str:
    """Give the headline that stands in the text."""
    return title_of(nitf) if nitf is not None else ""


def _dateline(lines: _Lines, nitf: Element | None) -> str:
    """Give the dateline without its dash: of the lines, else of the text."""
    written = lines.first("dateline").rstrip(" -–—")
    return written or dateline_of(markup.child(nitf, "body", "body.head", "dateline"))


def _byline(lines: _Lines, nitf: Element | None) -> str | None:
    """Give the writers: of the lines, else of the text."""
    written = ", ".join(filter(None, map(without_by, lines.all("byline"))))
    return written or byline_of(markup.child(nitf, "body", "body.head", "byline"))


def _published(layout: Layout, management: Element | None) -> When:
    """Give when this revision was made, else the item, else when it was sent."""
    made = (markup.line(markup.child(management, name)) for name in _MADE)
    date = markup.child(layout.item, "identification", "newsidentifier", "dateid")
    sent = markup.child(layout.envelope, "dateandtime")
    return when(*made, markup.line(date), markup.line(sent))


def _formal(element: Element | None, *path: str) -> str:
    """Give a formal name, or the text where it stands instead of one."""
    found = markup.child(element, *path)
    return markup.value(found, "formalname") or markup.line(found)


def _status(management: Element | None) -> str:
    """Give the status; what is under embargo without saying until when is withheld."""
    return status_of(_formal(management, "status"), _embargo(management))


def _embargo(management: Element | None) -> str | None:
    """Give the moment when an item becomes usable that is not so yet."""
    change = markup.child(management, "statuswillchange")
    future = _formal(change, "futurestatus").lower()
    at = markup.line(markup.child(change, "dateandtime"))
    return moment(at) if future == "usable" else None


def _signal(management: Element | None) -> str | None:
    """Give what the provider says of this revision, else the type of an item that is not news."""
    instruction = _formal(management, "instruction").lower()
    kind = _formal(management, "newsitemtype").lower()
    return _SIGNALS.get(instruction, instruction) or (kind if kind not in {"", "news"} else None)


def _slugline(item: Element, lines: _Lines) -> str | None:
    """Give the slug line, else the item's label."""
    label = markup.line(markup.child(item, "identification", "namelabel"))
    return lines.first("slugline") or label or None


def _note(blocks: Iterable[Element]) -> str | None:
    """Give the lines that advise editors."""
    return "\n".join(dict.fromkeys(filter(None, _advice(blocks)))) or None


def _advice(blocks: Iterable[Element]) -> Iterator[str]:
    """Give the texts of lines whose type says that they are for editors."""
    for block in blocks:
        for one in markup.children(block, "newsline"):
            kind = _formal(one, "newslinetype").lower()
            if kind.startswith(("advis", "edit", "ednote")):
                yield from map(markup.line, markup.children(one, "newslinetext"))
