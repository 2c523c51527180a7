"""Folding: what counts as the same letter when words are compared.

Case, accents, width, ligatures, the kinds of quote and space are folded away, dashes are spaces,
and every place in the folded text can be led back to the stored one. Folding is never stored.

Accents are dropped where a reader takes the bare letter for the same one: in Latin, Greek, Arabic
and Hebrew script, and for Cyrillic ё and stress marks. Cyrillic й, Ukrainian ї and the vowel signs
of Indic and Japanese scripts are letters of their own and stay.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

_SPECIAL = {
    "ı": "i", "İ": "i", "…": "…", "-": " ", "\u2212": " ",
    "’": "'", "‘": "'", "‛": "'", "ʼ": "'", "ʻ": "'", "′": "'", "´": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
    "ی": "ي", "ى": "ي", "ک": "ك",  # Persian and Kazakh keyboards write Arabic letters so
    "ـ": "",  # tatweel only stretches a word
    "ٴ": "ء",  # the high hamza of Kazakh in Arabic letters
}  # fmt: skip
_KEPT = re.compile("([…″´]+)")  # marks that NFKC takes apart and folding does not
_TYPOGRAPHIC = tuple("’“”–—‘«»\xa0")
# All but letters that are folded once they are lower case, and all but what tokenizers read as
# we do: most texts are spared a look at each of their characters.
_UNFOLDED = re.compile("[^\x00-\x7fа-ѐђ-џҊ-ԯءا-غف-وي一-鿿가-힣]")
_UNCOMMON = re.compile("[^\x00-\x7fÀ-ıĴ-ľŁ-ňŊ-žЀ-ԯ’“”–—‘«»…\xa0]")
# Letters of the two scripts that look alike, small or as capitals, as careless keyboards mix them
# (https://www.unicode.org/Public/security/latest/confusables.txt).
_ALIKE = ("аеорсухіјѕһԁԛԝкмтвнё", "aeopcyxijshdqwkmtbhe")
_AS_LATIN = str.maketrans(*_ALIKE)
_AS_CYRILLIC = str.maketrans(_ALIKE[1][:17] + "b", _ALIKE[0][:18])
_LATIN, _CYRILLIC = re.compile("[a-zß-ɏ]+"), re.compile("[а-ԯ]+")
_ANY_CYRILLIC = re.compile("[Ѐ-ԯ]")
_MIXED = re.compile("[a-zß-ɏ][а-ԯ]|[а-ԯ][a-zß-ɏ]")
_WORDS = re.compile("[a-zß-ɏа-ԯ]+")
_ACCENTS = ((0x300, 0x36F), (0x591, 0x5C7), (0x64B, 0x65F), (0x670, 0x670))  # blocks of marks
_BARE_SCRIPTS = ("LATIN", "GREEK", "ARABIC", "HEBREW")
_NO_ASCII = re.compile("[^\x00-\x7f]")
_TRANSLATE_FROM = 64  # so many replacements cost more than one `str.translate`


def _is_dropped_mark(char: str) -> bool:
    """Tell whether a combining mark by itself is an accent rather than a letter's part."""
    accent = any(low <= ord(char) <= high for low, high in _ACCENTS)
    return accent and unicodedata.category(char) == "Mn"


def _without_accents(char: str) -> str:
    """Drop what is set upon a letter, in the scripts where that is an accent."""
    if char == "ё":
        return "е"
    decomposed = unicodedata.normalize("NFD", char)
    if len(decomposed) == 1 or not unicodedata.name(decomposed[0], "").startswith(_BARE_SCRIPTS):
        return char
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def _fold_char(char: str) -> str:
    """Fold one character: to one, to several (ß) or to none (a soft hyphen)."""
    if char in _SPECIAL:
        return _SPECIAL[char]
    category = unicodedata.category(char)
    if category == "Cf" or _is_dropped_mark(char):
        return ""
    if category in {"Pd", "Zs"}:
        return " "
    wide = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", char).casefold())
    return _without_accents(char) if wide == char else "".join(map(_fold_char, wide))


class _Table(dict[str, str]):
    """The folding of every character met so far."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = _fold_char(char)
        return folded


_TABLE = _Table()


def _unmixed(word: re.Match[str]) -> str:
    """Write a word of Latin and Cyrillic letters in one script, if its letters look alike there.

    The script of more of its letters goes first, Latin where there are as many of both.
    """
    text = word[0]
    if not _MIXED.search(text):
        return text
    latin = sum(char < "\u0250" for char in text)
    as_latin, as_cyrillic = text.translate(_AS_LATIN), text.translate(_AS_CYRILLIC)
    written = (as_latin, as_cyrillic) if 2 * latin >= len(text) else (as_cyrillic, as_latin)
    return next(
        (one for one in written if not (_LATIN.search(one) and _CYRILLIC.search(one))), text
    )


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `offsets` is None where each place is the same in the original."""

    text: str
    offsets: list[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Lead a non-empty stretch of the folded text back to the original one."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text, given in NFC. Cost: 2 µs for 2 KB of ASCII, 10 to 50 for other scripts."""
    folded = _plain(text)
    if folded.text.isascii() or not _is_mixed(folded.text):
        return folded
    return Folded(_WORDS.sub(_unmixed, folded.text), folded.offsets)


def _plain(text: str) -> Folded:
    """Fold a text letter by letter, each word still in the scripts that it is written in."""
    if not text.isascii():
        for char in _TYPOGRAPHIC:
            text = text.replace(char, _TABLE[char])
    if text.isascii():
        return Folded(text.lower().replace("-", " "))
    if _is_mostly_ascii(text):  # then to lower what is not costs more than to look it up
        unusual = set(_NO_ASCII.findall(text))
    else:
        if "İ" in text or "Σ" in text:  # lower() would give two characters, and ς at a word's end
            text = text.replace("İ", "i").replace("Σ", "σ")
        text = text.lower()
        unusual = set(_UNFOLDED.findall(text))
    changed = {char: folded for char in unusual if (folded := _TABLE[char]) != char}
    resized = [char for char, folded in changed.items() if len(folded) != 1]
    offsets = _offsets(text, {char: len(changed[char]) for char in resized}) if resized else None
    if len(changed) >= _TRANSLATE_FROM:
        text = text.translate({ord(char): folded for char, folded in changed.items()})
    else:
        for char, folded in changed.items():
            text = text.replace(char, folded)
    return Folded(text.lower().replace("-", " "), offsets)


def _is_mostly_ascii(text: str) -> bool:
    """Tell whether few letters of a text have accents or are of other scripts than Latin."""
    return len(text.encode()) - len(text) < len(text) // 8


def _is_mixed(text: str) -> bool:
    """Tell whether a Latin and a Cyrillic letter stand side by side; the rarer ones are tried."""
    runs, others = (_CYRILLIC, _LATIN) if _is_mostly_ascii(text) else (_LATIN, _CYRILLIC)
    return any(
        others.match(text, run.end()) or (run.start() and others.match(text, run.start() - 1))
        for run in runs.finditer(text)
    )


def _offsets(text: str, lengths: dict[str, int]) -> list[int]:
    """Give for every place of the folded text its place in `text`."""
    places = sorted(
        (place, length) for char, length in lengths.items() for place in _places(text, char)
    )
    offsets: list[int] = []
    reached = 0
    for place, length in places:
        offsets.extend(range(reached, place))
        offsets.extend([place] * length)
        reached = place + 1
    offsets.extend(range(reached, len(text)))
    return offsets


def _places(text: str, char: str) -> list[int]:
    """List where a character stands."""
    found: list[int] = []
    place = text.find(char)
    while place >= 0:
        found.append(place)
        place = text.find(char, place + 1)
    return found


def fold_term(term: str) -> str:
    """Fold what a person wrote in a rule or a gazetteer: NFC, inner white space as one space."""
    return " ".join(fold(unicodedata.normalize("NFC", term)).text.split())


def exact(text: str) -> str:
    """Give a text as it is compared where the case counts.

    Only width, spaces, NFC and what is not seen are folded.
    """
    if not text.isascii():
        seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
        pieces = _KEPT.split(unicodedata.normalize("NFC", seen))
        text = "".join(
            piece if number % 2 else unicodedata.normalize("NFKC", piece)
            for number, piece in enumerate(pieces)
        )
    return " ".join(text.split())


def is_common(text: str) -> bool:
    """Tell whether a text is of Latin or Cyrillic letters and the usual marks, as most are."""
    if text.isascii():
        return True
    if _UNCOMMON.search(text):
        return False
    return not (_ANY_CYRILLIC.search(text) and _is_mixed(text.replace("İ", "i").lower()))


@cache
def _is_written_otherwise(char: str) -> bool:
    """Tell whether a character is another form of a letter or digit, or is not seen at all."""
    if unicodedata.category(char) == "Cf":
        return True
    plain = unicodedata.normalize("NFKC", char)
    return plain != char and any(part.isalnum() for part in plain)


def has_other_forms(text: str) -> bool:
    """Tell whether a text holds full-width letters, ligatures, words of two scripts or the like.

    Folding takes them for the plain letters; tokenizers such as SQLite's unicode61 do not.
    """
    if text.isascii():
        return False
    return _is_mixed(_plain(text).text) or any(map(_is_written_otherwise, set(text)))
