"""dpa's digitalwires, a JSON near to ninjs; NewsML-G2 of the same stories gives the same articles.

Everything is a `composite` there: what has `article_html` is an article, the rest is what its first
association is. The teaser tells the story's beginning once more and is left out.
"""

from wirewatch.formats.byline import without_by
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.jsonfile import (
    Members,
    first,
    folded,
    integer,
    line,
    marked_up,
    names,
    objects,
)
from wirewatch.formats.moments import moment, when
from wirewatch.formats.ninjs import words
from wirewatch.formats.ninjs.item import TYPES, parted, version
from wirewatch.formats.urgency import urgency_of
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, SkipReason

# What it is about, then where, which desk, which house: as for dpa's NewsML-G2.
_SUBJECTS = ("dpasubject", "person", "organisation", "geosubject", "desk", "poi")


def is_digitalwire(members: Members) -> bool:
    """Tell dpa's form by what it says of itself, or by its names (folded)."""
    return (
        line(members.get("format")).startswith("digitalwires")
        or {
            "urn",
            "articlehtml",
        }
        <= members.keys()
    )


def read_digitalwire(members: Members) -> Article | Skipped:
    """Read an item with folded names. Raises Unreadable for what could not be stored."""
    title = first(members, "headline")
    html = members.get("articlehtml")
    dateline, body = parted(
        first(members, "dateline"), marked_up(html) if isinstance(html, str) else ""
    )
    embargo = moment(first(members, "embargoed"))
    status = words.status(first(members, "pubstatus"), embargo)
    why = None if body else _why_none(members)
    if why and not (why is SkipReason.NO_TEXT and status in WITHDRAWN):
        return Skipped(title or first(members, "urn"), why)
    published, precision = when(first(members, "versioncreated"))
    return Article(
        guid=first(members, "urn") or identity_of(published or "", title, dateline, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline,
        version=version(members),
        published=published,
        published_precision=precision,
        agency=next(iter(names(_of_type(members, "provider"), "name")), None),
        byline=without_by(first(members, "byline")),
        language=first(members, "language") or None,
        status=status,
        subjects=_subjects(members),
        urgency=urgency_of(integer(members.get("urgency"))),
        signal=words.signal(members.get("signal")),
        embargo=embargo,
        note=_note(members),
    )


def _why_none(members: Members) -> SkipReason:
    """Say what an item without a story is: what its first association is."""
    for one in objects(members.get("associations")):
        return TYPES.get(first(one, "type").lower()) or SkipReason.NO_TEXT
    return SkipReason.NO_TEXT


def _of_type(members: Members, kind: str) -> list[Members]:
    """Give the categories of one type."""
    return [
        one
        for one in objects(members.get("categories"))
        if words.last_part(first(one, "type")) == kind
    ]


def _subjects(members: Members) -> tuple[str, ...]:
    """Give codes, then names, then keywords; a place of interest by its name, not its address."""
    given = [one for kind in _SUBJECTS for one in _of_type(members, kind)]
    codes = [first(one, "qcode") for one in given]
    keywords = names(_of_type(members, "keyword"), "name")
    return words.once([*codes, *map(_name, given), *keywords])


def _name(category: Members) -> str:
    """Give the name of a category."""
    for place in objects(category.get("geojson")):
        for known in objects(place.get("properties")):
            return first(known, "name") or first(category, "name")
    return first(category, "name")


def _note(members: Members) -> str | None:
    """Give the notes that may be published, a line each; the note pad repeats them."""
    public = [
        first(one, "ednote")
        for one in map(folded, objects(members.get("ednotes")))
        if one.get("ispublishable") is True
    ]
    return "\n".join(words.once(public)) or None
