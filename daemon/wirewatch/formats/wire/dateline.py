"""The dateline: where, when and by which agency, in front of a story's first sentence."""

import re
from dataclasses import dataclass

from wirewatch.formats.wire.agencies import KNOWN, canonical, is_known
from wirewatch.formats.wire.months import DAY, Day, day_of
from wirewatch.text.fold import fold_term

_NAME = r"[^\W\d_][\w'’ʼ-]*"
_PLACE = rf"{_NAME}(?: {_NAME}){{0,3}}"
_DASH = r"[–—-]{1,2}"
_DATELINE = re.compile(
    rf"(?P<first>{_PLACE})(?:, (?P<second>{_PLACE}))??(?:[,.] (?P<day>{DAY}))?"
    rf"(?:"
    rf"(?P<slash>[.,]? ?/ ?(?P<in_slashes>[^/\n]{{2,60}}?) ?/\.?)"
    rf"|(?P<paren>[.,]? ?\((?P<in_parens>[^()\n]{{2,40}})\))"
    rf"|(?P<signed>[.,]? (?:{_DASH} )?(?P<known>{KNOWN})(?!\w)\.?)"
    rf"|(?P<capitals>\. (?P<unknown>[^\W\d_a-z]{{3,15}})(?= {_DASH} ))"
    rf"|(?P<stop>\.(?= |$))"
    rf"|(?P<bare>(?= {_DASH} ))"
    rf")(?P<gap> ?(?:{_DASH}|:)? ?)"
)
_PARTICLES = {
    "de",
    "del",
    "la",
    "el",
    "al",
    "of",
    "the",
    "am",
    "an",
    "sur",
    "upon",
    "и",
    "da",
    "do",
}
_LONGEST = 120  # characters; no dateline is longer
_COUNTRIES_FIRST = frozenset(
    map(
        fold_term,
        (
            "Azərbaycan", "Azerbaijan", "Azerbaycan", "Азербайджан", "Қазақстан", "Казахстан",
            "Kazakhstan", "Qazaqstan", "Kyrgyzstan", "Кыргызстан", "Киргизия", "Türkiye", "Turkey",
            "Турция", "Oʻzbekiston", "O'zbekiston", "Uzbekistan", "Узбекистан", "Türkmenistan",
            "Turkmenistan", "Туркменистан", "Россия", "Russia", "Gürcüstan", "Georgia", "Грузия",
            "Ukraine", "Україна", "Украина", "Iran", "İran", "Иран", "Pakistan", "Hungary",
            "Magyarország", "Germany", "Deutschland", "France", "Italy", "Spain", "Japan", "India",
            "China", "Israel", "Egypt", "Kenya", "Brazil", "Brasil",
        ),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline as read; `text` is as written, `end` is where the story begins."""

    text: str
    place: str
    country: str | None
    day: Day | None
    agency: str | None
    byline: str | None
    end: int


def read_dateline(paragraph: str) -> Dateline | None:
    """Read the dateline at the beginning of a paragraph, or None when there is none."""
    found = _DATELINE.match(paragraph, 0, _LONGEST)
    if not found or not _is_name(found["first"]) or not _is_name(found["second"] or "X"):
        return None
    day = day_of(found) if found["day"] else None
    if found["day"] and day is None:
        return None
    if is_known(found["first"]) or not _is_convincing(found, paragraph):
        return None
    agency, byline = _signature(found)
    place, country = _place(found["first"], found["second"])
    text = paragraph[: found.start("gap")].rstrip()
    return Dateline(text, place, country, day, agency, byline, found.end())


def _is_name(words: str) -> bool:
    """Tell whether every word but particles begins as a name does, and all are set alike.

    A person's name in front of a place in capitals ('Aida Omarova ASTANA') is no place.
    """
    names = [word for word in words.split() if word not in _PARTICLES]
    alike = len({name.isupper() for name in names if len(name) > 1}) <= 1
    return alike and not any(name[0].islower() for name in names)


def _is_convincing(found: re.Match[str], paragraph: str) -> bool:
    """Tell a dateline from a sentence that happens to begin like one."""
    has_day = bool(found["day"])
    in_capitals = found["first"].isupper() or not found["first"].upper().isupper()
    if found["slash"]:
        return has_day or is_known(_first_part(found["in_slashes"])) or in_capitals
    if found["paren"]:
        return has_day or is_known(found["in_parens"].strip())
    if found["signed"]:
        rest = paragraph[found.end("signed") :]
        alone = not rest.strip()
        dashed = re.match(rf" ?(?:{_DASH}|:)", rest) is not None
        by_dash = re.match(rf"[.,]? {_DASH}", found["signed"]) is not None
        stopped = found["signed"].endswith(".") and found["known"] != "24.kg"
        return (
            alone
            or dashed
            or by_dash
            or (has_day and stopped)
            or (found["known"].isupper() and in_capitals)
        )
    if found["stop"]:
        return has_day
    return (in_capitals and found["first"].upper() != found["first"].lower()) or has_day


def _signature(found: re.Match[str]) -> tuple[str | None, str | None]:
    """Give agency and byline; `/Trend, müxbir Elnur Bağırov/` holds both."""
    written = found["in_slashes"] or found["in_parens"] or found["known"] or found["unknown"]
    if not written:
        return None, None
    name, _, role_and_name = written.strip().partition(",")
    person = re.sub(r"^\s*(?:müxbir[iı]?|корр\.|correspondent|corr\.|by)\s+", "", role_and_name)
    return canonical(name), person.strip() or None


def _first_part(signature: str) -> str:
    """Give the agency of a signature in slashes."""
    name = signature.partition(",")[0].strip()
    return canonical(name)


def _place(first: str, second: str | None) -> tuple[str, str | None]:
    """Tell place and country apart; some agencies write the country first."""
    if second and fold_term(first) in _COUNTRIES_FIRST:
        return second, first
    return first, second
