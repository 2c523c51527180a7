"""The zones and fields of an article that a query can name, and where each is found."""

from collections.abc import Callable, Mapping

from wirewatch.model import Article

TEXT_ZONES = ("title", "dateline", "body")
"""The zones that a query without a zone searches."""

_FIELDS: Mapping[str, Callable[[Article], str | None]] = {
    "title": lambda article: article.title,
    "dateline": lambda article: article.dateline,
    "body": lambda article: article.body,
    "headline": lambda article: article.headline,
    "byline": lambda article: article.byline,
    "place": lambda article: article.place,
    "country": lambda article: article.country,
    "agency": lambda article: article.agency,
    "lang": lambda article: article.language,
    "subject": lambda article: "\n".join(article.subjects),
    "url": lambda article: article.url,
    "status": lambda article: article.status,
}
LEAD = "lead"
"""The first paragraph of the body: a zone within another."""
SOURCE = "source"
"""The inbox's name, which an article takes from where it arrived."""

ZONES = (*_FIELDS, LEAD, SOURCE)
"""Every zone that can be named in a query, in reading order."""
COMPARED = ("urgency", "words", "published")
"""Every field that can be held against a value."""
ORDER = {zone: number for number, zone in enumerate(ZONES)}


def zone_text(article: Article, source: str, zone: str) -> str:
    """Give the text of a zone, empty where the article has none."""
    if zone == SOURCE:
        return source
    if zone == LEAD:
        return article.body.partition("\n\n")[0]
    return _FIELDS[zone](article) or ""
