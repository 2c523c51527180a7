"""What a news item is about, and in which country."""

import re

from wirewatch.formats.markup import Element, below, children, line, value
from wirewatch.formats.newsml_g2.kinds import code, scheme_and_code, subject_code

_TOPICS = ("mainconcept", "facetconcept")
_COUNTRY_SCHEMES = frozenset(("iso3166-1a2", "iso3166-1a3", "country", "cntry"))
_LATER = ("geoarea", "category", "poi")  # where, which desk, which house: after what
_ALPHA2 = re.compile(r"([A-Z]{2})(?:-.*)?")


def subjects(story: Element | None) -> tuple[str, ...]:
    """Give the codes of an item's subjects, then their names and the keywords, each once."""
    given = sorted(children(story, "subject"), key=_order)
    concepts = [one for subject in given for one in (subject, *_parts(subject))]
    codes = [subject_code(one) for one in concepts]
    names = [line(known) for one in concepts for known in children(one, "name")]
    keywords = [line(keyword) for keyword in children(story, "keyword")]
    return tuple(filter(None, dict.fromkeys((*codes, *names, *keywords))))


def country(located: Element | None) -> str | None:
    """Give the country of a place: its code of two letters, else its name.

    Its code may be that of a part (`iso3166-1a2:US-NV`); the country itself comes first.
    """
    places = [located, *below(located, "broader")] if located is not None else []
    found = [one for one in places if _is_country(one)]
    codes = [known for one in found if (known := _alpha2(one))]
    names = [line(known) for one in found for known in children(one, "name")]
    return next(iter((*codes, *filter(None, names))), None)


def _parts(subject: Element) -> list[Element]:
    """Give the concepts of which a subject is put together."""
    return [one for known in _TOPICS for one in children(subject, known)]


def _order(subject: Element) -> int:
    """Give the place of a subject of some type among the others."""
    kind = _kind(subject)
    return _LATER.index(kind) + 1 if kind in _LATER else 0


def _kind(concept: Element) -> str:
    """Give the type of a concept without its scheme."""
    return value(concept, "type", "typeuri").lower().replace("/", ":").rpartition(":")[2]


def _is_country(place: Element) -> bool:
    """Tell a country by its type, or by the list that its code is from."""
    return _kind(place) == "country" or scheme_and_code(place)[0].lower() in _COUNTRY_SCHEMES


def _alpha2(place: Element) -> str | None:
    """Give a country's code of two letters, if that is what a place has."""
    scheme, _ = scheme_and_code(place)
    found = _ALPHA2.fullmatch(code(place).upper())
    return found[1] if found and scheme.lower() == "iso3166-1a2" else None
