"""Search the archive in the rules' language: full text finds candidates, the matcher decides."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from wirewatch.model import Span
from wirewatch.rules.fulltext import fts_expression
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import named_lists, rule_of
from wirewatch.store.archive import Stored, candidates
from wirewatch.store.database import open_reader


def search(
    store: Path, text: str, gazetteers: Mapping[str, Gazetteer]
) -> Iterator[tuple[Stored, tuple[Span, ...]]]:
    """Give the articles that a query is true of, newest first, with the spans that made it so.

    Raises RuleError when the query cannot be read, ConfigError when it names an unknown gazetteer,
    StoreError when there is no store yet.
    """
    rule = rule_of("search", text, gazetteers)
    matcher = Matcher([rule], named_lists([rule], gazetteers))
    for stored in candidates(open_reader(store), fts_expression(rule.query, gazetteers)):
        _, matches = matcher.match(stored.article, stored.source)
        if matches:
            yield stored, matches[0].spans
