"""The heading of a PDF that is called nothing: what its first page has in the largest type."""

from collections.abc import Sequence

from wirewatch.formats.office.title import first_line_of
from wirewatch.formats.pdf.paragraphs import Paragraph, is_larger, usual_size

_LONGEST = 300  # characters of a title that is told by its type


def heading_of(paragraphs: Sequence[Paragraph]) -> str:
    """Give the paragraph of the first page in the largest type, else the first if it is a title."""
    size = usual_size((one.size, len(one.text)) for one in paragraphs)
    large = [
        one
        for one in paragraphs
        if one.page == 0 and is_larger(one.size, size) and len(one.text) <= _LONGEST
        and any(map(str.isalpha, one.text))
    ]  # fmt: skip
    if large:
        return max(large, key=lambda one: round(one.size, 1)).text
    return first_line_of([one.text for one in paragraphs])
