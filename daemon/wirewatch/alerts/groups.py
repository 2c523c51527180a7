"""Groups: alerts of which a channel hears the first at once and the others together. Pure."""

import re

from wirewatch.model import STORY, Article, Match
from wirewatch.states import GroupBy

OWN = "{rule}"
"""A rule's own group, where it names none."""

_FIELD = re.compile(r"\{(\w+)\}")


def group_of(by: GroupBy, own: str, match: Match, article: Article, source: str) -> str:
    """Give the group of an alert; `own` is what its rule says, `source` the inbox's name.

    The story's number is not known yet: `STORY` stands for it.
    """
    if by is GroupBy.STORY:
        return f"story {STORY}"
    if by is GroupBy.RULE:
        return f"rule {match.rule}"
    values = {
        "rule": match.rule,
        "severity": match.severity.value,
        "story": STORY,
        "source": source,
        "agency": article.agency,
        "place": article.place,
        "country": article.country,
        "language": article.language,
    }
    return "own " + _FIELD.sub(lambda found: values[found[1]] or "unknown", own)
