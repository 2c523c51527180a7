"""One NITF document: its head says what it is, its body holds the story."""

from collections.abc import Iterator

from wirewatch.formats import markup
from wirewatch.formats.heading import without_heading
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.markup import Element
from wirewatch.formats.moments import When, moment, when
from wirewatch.formats.nitf.countries import country_of
from wirewatch.formats.nitf.heading import (
    byline_of,
    dateline_of,
    number_of,
    place_of,
)
from wirewatch.formats.status import status_of
from wirewatch.formats.urgency import urgency_of
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, SkipReason

_OF_THE_WORLD = ("urn:", "tag:", "http:", "https:")  # identities that name their agency themselves
_OF_IPTC = {"", "iptc", "iptcsubjectcodes", "iptcsubjectcode", "subj"}
_SUBJECT = 8  # digits of a subject of the IPTC


def read_story(root: Element) -> Article | Skipped:
    """Read the story of a `nitf` element; one without text is passed over."""
    docdata = markup.child(root, "head", "docdata")
    head = markup.child(root, "body", "body.head")
    title, dateline = title_of(root), _dateline(head)
    byline = markup.line(markup.child(head, "byline"))
    body = without_heading(body_of(root), title, byline, dateline=dateline)
    status = _status(docdata)
    if not title and not body and status not in WITHDRAWN:
        return Skipped(_identity(docdata) or "a NITF document", SkipReason.NO_TEXT)
    published, precision = _published(root, docdata, head)
    place, country = _place(docdata, head, dateline)
    guid = _identity(docdata) or identity_of(published or "", title, dateline, body)
    return Article(
        guid=guid,
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline,
        version=number_of(_said(docdata, "du-key", "version")) or 1,
        published=published,
        published_precision=precision,
        place=place,
        country=country,
        agency=_agency(docdata, head),
        byline=_byline(head),
        language=markup.value(root, "baselang", "lang") or None,
        status=status,
        subjects=tuple(dict.fromkeys(_subjects(root, docdata))),
        urgency=urgency_of(number_of(_said(docdata, "urgency", "ed-urg"))),
        slugline=_said(docdata, "du-key", "key") or None,
        signal=_signal(docdata),
        embargo=_embargo(docdata),
        note=_note(docdata),
    )


def title_of(root: Element) -> str:
    """Give the first headline of a `nitf` element, else its title; empty where it has neither."""
    headlines = markup.children(root, "body", "body.head", "hedline", "hl1")
    titles = [*headlines, *markup.children(root, "head", "title")]
    return next(filter(None, map(markup.line, titles)), "")


def body_of(root: Element) -> str:
    """Give the paragraphs of a `nitf` element; the abstract only where there are no others."""
    content = markup.paragraphs(markup.children(root, "body", "body.content"))
    return content or markup.paragraphs(markup.children(root, "body", "body.head", "abstract"))


def _said(docdata: Element | None, name: str, *attributes: str) -> str:
    """Give what the first element of a name that says it has in an attribute."""
    found = (markup.value(one, *attributes) for one in markup.children(docdata, name))
    return next(filter(None, found), "")


def _identity(docdata: Element | None) -> str:
    """Give the agency's identity of a story; a key without a version is but a slug."""
    document = next(
        (one for one in markup.children(docdata, "doc-id") if markup.value(one, "id-string")), None
    )
    if document is not None:
        identity, registry = markup.value(document, "id-string"), markup.value(document, "regsrc")
        whole = not registry or identity.lower().startswith((*_OF_THE_WORLD, registry.lower()))
        return identity if whole else f"{registry}:{identity}"
    versioned = _said(docdata, "du-key", "version")
    return _said(docdata, "du-key", "key") if versioned else ""


def _published(root: Element, docdata: Element | None, head: Element | None) -> When:
    """Give when a story was issued; `nitf@change.date` is the DTD's date, not the story's."""
    return when(
        _said(docdata, "date.issue", "norm"),
        *(markup.value(one, "date.publication") for one in markup.below(root, "pubdata")),
        *(markup.value(one, "norm") for one in markup.below(head, "story.date")),
    )


def _dateline(head: Element | None) -> str:
    """Give the first dateline that says something."""
    return next(filter(None, map(dateline_of, markup.children(head, "dateline"))), "")


def _place(
    docdata: Element | None, head: Element | None, dateline: str
) -> tuple[str | None, str | None]:
    """Give place and country: of the dateline, else of the event."""
    location = markup.child(head, "dateline", "location")
    event = markup.child(docdata, "evloc")
    city = next(markup.below(location, "city", "sublocation"), None)
    place = markup.line(city) or place_of(markup.line(location)) or place_of(dateline)
    land = next(markup.below(location, "country"), None)
    country = country_of(markup.value(land, "iso-cc"), markup.line(land))
    if place and country:
        return place, country
    # An event elsewhere tells nothing of the dateline's country.
    city_of_event = markup.value(event, "city")
    if place is None or place.casefold() == city_of_event.casefold():
        return place or city_of_event or None, country or country_of(markup.value(event, "iso-cc"))
    return place, country


def _agency(docdata: Element | None, head: Element | None) -> str | None:
    """Give who provides a story: its distributor, else the holder of its rights."""
    distributor = markup.line(markup.child(head, "distributor"))
    owner = markup.line(markup.child(head, "rights", "rights.owner"))
    holder = _said(docdata, "doc.copyright", "holder")
    return distributor or owner or holder or _said(docdata, "doc-id", "regsrc") or None


def _byline(head: Element | None) -> str | None:
    """Give the writers of all bylines."""
    return ", ".join(filter(None, map(byline_of, markup.children(head, "byline")))) or None


def _status(docdata: Element | None) -> str:
    """Give the status; what is under embargo without saying until when is withheld."""
    return status_of(markup.value(docdata, "management-status"), _embargo(docdata))


def _embargo(docdata: Element | None) -> str | None:
    """Give the moment of release."""
    return moment(_said(docdata, "date.release", "norm"))


def _signal(docdata: Element | None) -> str | None:
    """Give what a document does to an earlier one: corrects or kills it."""
    if status_of(markup.value(docdata, "management-idref-status"), None) == "canceled":
        return "kill"
    return "correction" if markup.child(docdata, "correction") is not None else None


def _note(docdata: Element | None) -> str | None:
    """Give the editor's messages, and what a correction says of itself, in one line each."""
    notes = (
        markup.value(one, "info")
        for one in (*markup.children(docdata, "ed-msg"), *markup.children(docdata, "correction"))
    )
    return "\n".join(dict.fromkeys(filter(None, notes))) or None


def _subjects(root: Element, docdata: Element | None) -> Iterator[str]:
    """Give codes with their scheme, then their names, then keywords."""
    subjects = markup.children(root, "head", "tobject", "tobject.subject")
    for subject in subjects:
        code = markup.value(subject, "tobject.subject.refnum")
        if code:
            yield subject_of(code, markup.value(subject, "tobject.subject.ipr"))
    for subject in subjects:
        names = ("tobject.subject.type", "tobject.subject.matter", "tobject.subject.detail")
        yield from filter(None, (markup.value(subject, name) for name in names))
    keywords = markup.children(docdata, "key-list", "keyword")
    yield from filter(None, (markup.value(keyword, "key") for keyword in keywords))


def subject_of(code: str, scheme: str) -> str:
    """Give a subject's code with its scheme; eight digits are the IPTC's if nobody else's."""
    bare = code.removeprefix("IPTC:")
    by_iptc = scheme.lower() in _OF_IPTC
    if by_iptc and len(bare) == _SUBJECT and bare.isdecimal():
        return f"subj:{bare}"
    return code if by_iptc or ":" in code else f"{scheme.lower()}:{code}"
