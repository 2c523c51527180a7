"""The words in which items say what state they are in, and what they are about."""

import re
from collections.abc import Iterable

from wirewatch.formats.jsonfile import Members, first, line, listed, objects

_SCHEMES = {"mediatopic": "medtop:", "subjectcode": "subj:"}
_IPTC = re.compile(r"https?://cv\.iptc\.org/newscodes/(mediatopic|subjectcode)[/:](.+)")
_BY = re.compile(r"by\s+", re.IGNORECASE)
_SIGNALS = ("kill", "correction", "update", "repeat")
_MOST_URGENT, _LEAST_URGENT = 1, 9


def last_part(code: str) -> str:
    """Give a code without its scheme, in lower case: `sig:update` and `…/signal/update` are one."""
    return re.split(r"[:/#]", code)[-1].strip().lower()


def status(code: str, embargo: str | None) -> str:
    """Give the status of an item; one that is embargoed, nobody knows until when, is withheld."""
    said = last_part(code)
    if said == "embargoed":
        return "usable" if embargo else "withheld"
    return {"withheld": "withheld", "canceled": "canceled", "cancelled": "canceled"}.get(
        said, "usable"
    )


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


def without_by(text: str) -> str | None:
    """Give a byline without its 'By'; None where nothing is left."""
    return _BY.sub("", text, count=1) if _BY.match(text) else text or None


def urgency(number: int | None) -> int | None:
    """Give an urgency that is one."""
    return number if number and _MOST_URGENT <= number <= _LEAST_URGENT else None


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
        return _short(scheme + bare if scheme[-1] in "/#:" else f"{scheme}:{bare}")
    return _short(bare or first(entry, "uri") or first(entry, "literal"))


def _short(address: str) -> str:
    """Write the address of an IPTC code as it is usually written."""
    found = _IPTC.fullmatch(address)
    return _SCHEMES[found[1]] + found[2] if found else address
