"""What of a body stands in fields of its own, and is taken from its beginning."""

import re

_DASH = re.compile(r"\s*[-–—−:]+(?:\s+|$)")


def without_heading(body: str, *heading: str, dateline: str) -> str:
    """Take from the beginning of a body what its heading says: whole paragraphs, a dateline."""
    known = {*filter(None, (*heading, dateline))}
    paragraphs = body.split("\n\n")
    begin = next((at for at, one in enumerate(paragraphs) if one not in known), len(paragraphs))
    paragraphs = paragraphs[begin:]
    if paragraphs and dateline and paragraphs[0].startswith(dateline):
        dash = _DASH.match(paragraphs[0], len(dateline))
        paragraphs[0] = paragraphs[0][dash.end() :] if dash else paragraphs[0]
    return "\n\n".join(filter(None, paragraphs))
