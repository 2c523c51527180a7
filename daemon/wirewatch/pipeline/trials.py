"""Rules tried before they ring: their own tests, one article, the archive of some time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wirewatch.errors import StoreError, Unreadable
from wirewatch.model import Article, Match
from wirewatch.pipeline.examine import Limits
from wirewatch.pipeline.parsing import file_of, read_once
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.explanation import Explained, explain
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import Rule, RuleTest, named_lists
from wirewatch.store.archive import stored_article
from wirewatch.store.database import open_reader


@dataclass(frozen=True, slots=True)
class Failure:
    """A test of a rule that did not come out as it says."""

    rule: str
    place: str
    problem: str


def failures(rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]) -> Iterator[Failure]:
    """Run the tests of rules; give those that fail."""
    tested = [rule for rule in rules if rule.tests]
    matcher = Matcher(tested, named_lists(tested, gazetteers))
    for rule in tested:
        for test in rule.tests:
            problem = _problem(test, rule, matcher)
            if problem:
                yield Failure(rule.name, test.place, problem)


def _problem(test: RuleTest, rule: Rule, matcher: Matcher) -> str | None:
    """Say how a test comes out otherwise than it says; None when it does not."""
    try:
        articles = [test.article] if test.article else articles_of(test.file or Path())
    except (OSError, Unreadable) as error:
        return f"{test.file} cannot be read: {error}"
    found = [
        (article, match)
        for article in articles
        for match in matcher.match(article, test.source)[1]
        if match.rule == rule.name
    ]
    if bool(found) != test.matches:
        return "does not match" if test.matches else f"matches, at {_spelled(found)}"
    spelled = _spelled(found)
    if test.spans and sorted(test.spans) != sorted(spelled):
        return f"marks {spelled}, not {list(test.spans)}"
    return None


def _spelled(found: Iterable[tuple[Article, Match]]) -> list[str]:
    """Give what matches mark, as it is written."""
    return [
        getattr(article, span.zone)[span.start : span.end]
        for article, match in found
        for span in match.spans
        if hasattr(article, span.zone)
    ]


def articles_of(file: Path) -> list[Article]:
    """Parse a file as the daemon would: within its limits. Raises OSError or Unreadable."""
    limits = Limits()
    return list(read_once(file_of(file, limits.file_size), limits).articles)


def article_at(which: str, store: Path) -> tuple[Article, str]:
    """Give the article that a person names: by its number in the store, or a file's path.

    Gives its source too. Raises StoreError when there is none.
    """
    if which.isdecimal():
        stored = stored_article(open_reader(store), int(which))
        if stored is None:
            raise StoreError(f"there is no article {which}; `wirewatch search` gives their numbers")
        return stored.article, stored.source
    try:
        articles = articles_of(Path(which))
        if not articles:
            raise StoreError(f"{which} holds no article; `wirewatch parse` says what it holds")
        return articles[0], "file"
    except (OSError, Unreadable) as error:
        raise StoreError(f"{which} cannot be read: {error}") from error


def explained(
    rule: Rule, gazetteers: Mapping[str, Gazetteer], article: Article, source: str
) -> tuple[Explained, Evidence]:
    """Explain a rule on an article."""
    evidence = Matcher([rule], named_lists([rule], gazetteers)).evidence(article, source)
    return explain(rule.query, evidence), evidence
