"""What an article is given beyond its file: the language of its text, the names of its topics."""

import re
import unicodedata
from typing import Any

from wirewatch.formats.identity import headline_of
from wirewatch.formats.language_detection import language_of
from wirewatch.formats.subjects import named
from wirewatch.model import Article

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def completed(article: Article) -> Article:
    """Give an article its language where its file declares none, and its topics their names.

    Control characters that came through are taken out: they mean nothing, and a terminal obeys.
    """
    given: dict[str, Any] = {
        field: _without_controls(value)
        for field, value in article._asdict().items()
        if isinstance(value, str) and _CONTROL.search(value)
    }
    clean = article._replace(**given) if given else article
    if not clean.headline:  # it was made of nothing else
        clean = clean._replace(headline=headline_of(clean.title, clean.body))
    language = clean.language or language_of(clean.body or clean.title)
    return clean._replace(language=language, subjects=named(clean.subjects))


def _without_controls(text: str) -> str:
    """Take control characters out of a text, and the white space that is left over."""
    paragraphs = (" ".join(part.split()) for part in _CONTROL.sub("", text).split("\n\n"))
    return unicodedata.normalize("NFC", "\n\n".join(part for part in paragraphs if part))
