"""The words in which items say what state they are in, and what they are about."""

import re
from collections.abc import Iterable

from wirewatch.formats.jsonfile import Members, first, line, listed, objects
from wirewatch.formats.newscodes import short
from wirewatch.formats.status import status_of

_SIGNALS = ("kill", "correction", "update", "repeat")


def last_part(code: str) -> str:
    """Give a code without its scheme, in lower case: `sig:update` and `…/signal/update` are one."""
    return re.split(r"[:/#]", code)[-1].strip().lower()


def status(code: str, embargo: str | None) -> str:
    """Give the status of an item."""
    return status_of(last_part(code), embargo)


def signal(value: object) -> str | None:
    """Give what is said of this version, of many signals one that all agencies know."""
    said = [
        last_part(first(one, "qcode", "code", "uri", "literal", "name", "value"))
        if isinstance(one, dict)
        else last_part(line(one))
        for one in listed(value)
    ]
    said = [one for one in said if one]
    return next((one for one in said if one in _SIGNALS), said[0] if said else None)


def subjects(given: object, keywords: Iterable[str]) -> tuple[str, ...]:
    """Give the codes of subjects, then their names, then keywords, each once."""
    entries = objects(given)
    codes = [code(entry) for entry in entries]
    spoken = [first(entry, "name", "title") for entry in entries]
    spoken += [line(entry) for entry in listed(given) if isinstance(entry, str)]
    return once([*codes, *spoken, *keywords])


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """Give texts in order, each once, without the empty ones."""
    return tuple(dict.fromkeys(text for text in texts if text))


def code(entry: Members) -> str:
    """Give a subject's code with its scheme, as far as it has them."""
    scheme, bare = first(entry, "scheme"), first(entry, "code", "qcode")
    if bare and scheme and ":" not in bare:
        return short(scheme + bare if scheme[-1] in "/#:" else f"{scheme}:{bare}")
    return short(bare or first(entry, "uri") or first(entry, "literal"))
