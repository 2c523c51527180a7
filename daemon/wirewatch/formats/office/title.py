"""What a document of an office is called: titles that people gave, and what programs put there."""

import re
from collections.abc import Sequence

from wirewatch.formats.byline import without_by
from wirewatch.formats.office.tidy import ends_sentence, tidy

_LONGEST_GIVEN = 1_000  # characters of a title; what is longer is none
_LONGEST_AUTHORS = 10_000
_LONGEST_LINE = 200  # characters of a title that is only the first line
_JUNK = re.compile(
    r"""(?ix)
    microsoft\ (?:word|powerpoint|excel)\b.* | (?:untitled|без\ имени|без\ названия|adsız)\b.*
    | (?:word\ )?document\s*\d* | документ\s*\d* | sənəd\s*\d* | powerpoint\ presentation
    | \(?(?:unspecified|anonymous|unknown|title|blank|print|slide\ \d+)\)?
    | \S*[\\/]\S* | (?:file|https?):.*
    | .*\.(?:docx?|docm|dotx?|pdf|rtf|odt|txt|html?|pptx?|xlsx?|indd|qxd|pages|pub|tmp|p65|fm|eps)
    | [\W\d_]*
    """
)
_NOBODY = re.compile(
    r"""(?ix)
    \(?(?:unspecified|anonymous|unknown|author|user|owner|admin|administrator|python-docx|none)\)?
    | пользователь | администратор | автор | istifadəçi | kullanıcı | [\W\d_]*
    """
)


def given_title(text: str) -> str:
    """Give a title that somebody gave; nothing for a file's name, or what a program put there."""
    title = tidy(text)
    return "" if len(title) > _LONGEST_GIVEN or _JUNK.fullmatch(title) else title


def given_author(text: str) -> str | None:
    """Give an author who is named; None for what a program put there."""
    author = without_by(tidy(text[:_LONGEST_AUTHORS]))
    return None if author is None or _NOBODY.fullmatch(author) else author


def first_line_of(paragraphs: Sequence[str]) -> str:
    """Give the first paragraph where it is a title: short, without a full stop, longer ones after.

    Nothing otherwise.
    """
    first, rest = "".join(paragraphs[:1]), paragraphs[1:]
    is_title = len(first) <= _LONGEST_LINE and not ends_sentence(first)
    return first if is_title and max(map(len, rest), default=0) > len(first) else ""
