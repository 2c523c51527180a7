"""The fixed words of messages, by language, with the plurals that each language has."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from string import Formatter

from wirewatch.notify.markup import MARKUPS, Own, Said
from wirewatch.states import MessageFormat
from wirewatch.tomlfile import Table, read_table

ENGLISH = "en"
_FOLDER = Path(str(resources.files("wirewatch"))) / "defaults" / "templates" / "words"
_OTHER = "other"

Pieces = tuple[tuple[str, str | None], ...]
"""A phrase in pieces: what is said, and the name of the value that follows, if one does."""


class WordsTable(Table):
    """A catalogue: every phrase that messages say, and every count."""

    low: str
    normal: str
    high: str
    critical: str
    withdrawn: str
    corrected: str
    embargoed: str
    was_withdrawn: str
    was_corrected: str
    newer: str
    escalated: str
    acknowledge: str
    found: str
    rule: str
    file: str
    article: str
    ref: str
    repeat: str
    gathered: str
    a_day: str
    days: str
    counts: Mapping[str, Mapping[str, str]]


def _as_in_english(number: int) -> str:
    """Give the plural of languages that tell one from all others."""
    return "one" if number == 1 else _OTHER


def _as_in_french(number: int) -> str:
    """Give the plural of languages in which none is one too."""
    return "one" if number in {0, 1} else _OTHER


def _as_in_russian(number: int) -> str:
    """Give the plural of East Slavic languages, which go by the last digits."""
    last, tens = number % 10, number % 100 // 10
    if tens == 1 or last == 0 or last > 4:  # noqa: PLR2004 - five and more are many
        return "many"
    return "one" if last == 1 else "few"


def _never(_number: int) -> str:
    """Give the one form of languages that leave a noun as it is after a number."""
    return _OTHER


PLURALS: Mapping[str, Callable[[int], str]] = {
    "en": _as_in_english,
    "de": _as_in_english,
    "fr": _as_in_french,
    "ru": _as_in_russian,
    "tr": _never,
    "az": _never,
    "kk": _never,
}
"""Which form of a noun stands after a number, as CLDR has it for whole numbers."""


class Phrases:
    """The words of one language, written in one markup."""

    def __init__(self, language: str, form: MessageFormat) -> None:
        table = words_of(language)
        markup = MARKUPS[form]
        self._written = markup.written
        self._plural = PLURALS[language]

        def pieces(text: str) -> Pieces:
            parsed = Formatter().parse(text)
            return tuple((markup.written(Own(said)), name) for said, name, _, _ in parsed)

        said = table.model_dump(exclude={"counts"})
        self._phrases = {key: pieces(text) for key, text in said.items()}
        self._counts = {
            key: {plural: pieces(text) for plural, text in forms.items()}
            for key, forms in table.counts.items()
        }

    def say(self, key: str, /, **values: object) -> Said:
        """Say a phrase, with values in it. Raises KeyError for one that there is not."""
        return self._filled(self._phrases[key], values)

    def count(self, key: str, n: int, /) -> Said:
        """Say how many of something there are. Raises KeyError for what is not counted."""
        forms = self._counts[key]
        return self._filled(forms.get(self._plural(n)) or forms[_OTHER], {"n": n})

    def _filled(self, pieces: Pieces, values: Mapping[str, object]) -> Said:
        """Put values into a phrase, each escaped."""
        return Said(
            "".join(
                said + self._written(values[name]) if name is not None else said
                for said, name in pieces
            )
        )


@cache
def languages() -> tuple[str, ...]:
    """Name the languages that there are words of."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def words_of(language: str) -> WordsTable:
    """Read the words of a language."""
    return read_table(_FOLDER / f"{language}.toml", WordsTable)


@lru_cache(maxsize=64)
def phrases(language: str, form: MessageFormat) -> Phrases:
    """Give the words of a language as they are written in a markup."""
    return Phrases(language, form)
