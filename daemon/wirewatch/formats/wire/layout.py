"""From lines to paragraphs: furniture of the page dropped, hard line breaks healed."""

import re

from wirewatch.formats.plain import is_wrapped
from wirewatch.formats.wire.dateline import read_dateline

_FURNITURE = re.compile(
    r"""(?ix)
    (?:go\ to\ the\ main\ (?:site|page)|main\ page|skip\ to\ (?:main\ )?content|print(?:\ version)?
      |share(?:\ this)?|read\ (?:also|more):?|subscribe|advertisement
      |все\ новости|версия\ для\ печати|перейти\ на\ (?:основной\ сайт|главную)
      |поделиться|негізгі\ сайтқа\ өту|ana\ sayta\ keç
      |əsas\ sayta\ keç)
    | (?:(?:1\ )?(?:USD|EUR|RUB|RUR|GBP|CNY|KZT|AZN|TRY|KGS|UZS|\$|€|₽|£)
        (?:\ 1\ =)?\s*[=:]?\s*[\d.,]++
        (?:\s*(?:[▲▼↑↓+-][\d.,%]*+|[\d.,%]++|₸|₼|тенге|(?:KZT|AZN)(?!\s*[=:]?\s*\d)))?+[\s|;,/]*+)++
    | (?:(?:[^\W\d_][\w.-]*(?:\ [^\W\d_][\w.-]*){0,2}[,:]?\s*)?
        [+−–-]?\s?\d{1,2}\s?°\s?[CСF]?[\s,|/]*)+[\w\s,]{0,24}
    """
)
_LONGEST_FURNITURE = 120  # characters; what is longer belongs to the story, not to the page


def paragraphs(text: str) -> list[str]:
    """Split a text into paragraphs; white space inside one is single spaces."""
    blocks: list[list[str]] = [[]]
    for raw in text.split("\n"):
        line = raw and _tidy(raw)
        if not line:
            if blocks[-1]:
                blocks.append([])
        elif len(line) > _LONGEST_FURNITURE or not _FURNITURE.fullmatch(line):
            blocks[-1].append(line)
    parted = sum(1 for block in blocks if block) > 1
    found: list[str] = []
    for block in blocks:
        found += [" ".join(block)] if block and parted and _is_one(block) else block
    return found


def _tidy(line: str) -> str:
    """Make runs of white space one space; most lines need no work."""
    line = line.strip()
    if "  " in line or not line.isprintable():
        return " ".join(line.split())
    return line


def _is_one(block: list[str]) -> bool:
    """Tell one paragraph broken at a margin from several that share a block."""
    return is_wrapped(block) and not any(map(read_dateline, block[1:]))
