"""What a NewsML 1 item says of its story: by whom, where, of what."""

from collections.abc import Iterable, Iterator

from wirewatch.formats import markup
from wirewatch.formats.markup import Element
from wirewatch.formats.nitf.countries import country_of
from wirewatch.formats.nitf.story import subject_of

_NOT_METADATA = {"newscomponent", "newsitem", "contentitem", "newslines"}
_PROVIDERS = ("provider", "source", "creator")


def metadata_of(chain: Iterable[Element]) -> list[Element]:
    """Give what describes a story, inmost first, without other components and contents.

    Names of the blocks do not matter: `DescriptiveMetada` was seen.
    """
    return [one for around in chain for one in around if markup.name(one) not in _NOT_METADATA]


def agency_of(metadata: list[Element], item: Element, envelope: Element | None) -> str | None:
    """Give who provides a story: provider, source or creator, else who sent or identified it."""
    for role in _PROVIDERS:
        for party in _found(metadata, role):
            names = (markup.value(one, "formalname") for one in markup.children(party, "party"))
            name = next(filter(None, names), None)
            if name:
                return name
    sender = markup.value(markup.child(envelope, "sentfrom", "party"), "formalname")
    identifier = markup.child(item, "identification", "newsidentifier", "providerid")
    return sender or markup.line(identifier) or None


def language_of(metadata: list[Element], chain: list[Element], item: Element) -> str | None:
    """Give the language of a story, as declared for it or for what is around it."""
    declared = (markup.value(one, "formalname") for one in _found(metadata, "language"))
    around = (markup.value(one, "lang") for one in (*chain, item, *item.iterancestors()))
    return next(filter(None, (*declared, *around)), None)


def place_and_country(metadata: list[Element]) -> tuple[str | None, str | None]:
    """Give city and country of where a story comes from, else of the first place it names."""
    locations = list(_found(metadata, "location"))
    origins = [one for one in locations if markup.value(one, "howpresent").lower() == "origin"]
    for location in (*origins, *locations):
        city, country = _property(location, "city"), _property(location, "country")
        if city or country:
            return city or None, country_of(country)
    return None, None


def subjects_of(metadata: list[Element], keyword_lines: list[str]) -> tuple[str, ...]:
    """Give codes with their scheme, then keywords, each once."""
    return tuple(dict.fromkeys((*_codes(metadata), *_keywords(metadata), *keyword_lines)))


def _codes(metadata: list[Element]) -> Iterator[str]:
    """Give the codes of subjects; a vocabulary in many parts is too long for a scheme."""
    for subject in _found(metadata, "subjectcode"):
        for one in subject:
            code = markup.value(one, "formalname")
            if code:
                yield subject_of(code, markup.value(one, "scheme"))


def _keywords(metadata: list[Element]) -> Iterator[str]:
    """Give the keywords among the properties."""
    for one in _found(metadata, "property"):
        word = markup.value(one, "value")
        if word and markup.value(one, "formalname").lower() in {"keyword", "keywords"}:
            yield word


def _property(element: Element, name: str) -> str:
    """Give a property that says something."""
    properties = markup.children(element, "property")
    found = (
        markup.value(one, "value")
        for one in properties
        if markup.value(one, "formalname").lower() == name
    )
    return next(filter(None, found), "")


def _found(metadata: list[Element], name: str) -> Iterator[Element]:
    """Give the elements of one name, in any block."""
    return (one for block in metadata for one in markup.below(block, name))
