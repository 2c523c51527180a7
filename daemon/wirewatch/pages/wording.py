"""The words of the pages, by language: one catalogue for each, all with the same keys."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from wirewatch.notify.words import PLURALS

_FOLDER = resources.files("wirewatch.pages") / "words"
_COUNTS = "counts"
_OTHER = "other"
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""The languages, as each names itself; the first is for whom none other fits."""
_LONGEST = 200  # characters of what a browser accepts


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words."""

    language: str
    phrases: Mapping[str, str]
    counts: Mapping[str, Mapping[str, str]]

    def __call__(self, key: str, **values: object) -> str:
        """Give a phrase, with what stands in its braces put in. Raises KeyError for none."""
        return self.phrases[key].format(**values) if values else self.phrases[key]

    def count(self, key: str, n: int) -> str:
        """Say how many of something there are. Raises KeyError for what is not counted."""
        forms = self.counts[key]
        return (forms.get(PLURALS[self.language](n)) or forms[_OTHER]).format(n=n)


@cache
def wording(language: str) -> Wording:
    """Give the words of one of the languages."""
    table = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    counts = table.pop(_COUNTS)
    return Wording(language, table, counts)


def preferred(asked: str, accepted: str) -> Wording:
    """Give the words for a visitor: as asked for, else as accepted (RFC 9110, 12.5.4)."""
    if asked in LANGUAGES:
        return wording(asked)
    weighed = []
    for part in accepted[:_LONGEST].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip().split("-")[0].lower()))
        except ValueError:
            continue
    for _, language in sorted(weighed, key=lambda one: -one[0]):
        if language in LANGUAGES:
            return wording(language)
    return wording(next(iter(LANGUAGES)))
