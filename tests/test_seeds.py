"""Every seed is a test: what a careful reader finds in a file, the program finds too."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from conftest import shipped_matcher
from wirewatch.formats import parse
from wirewatch.model import Article, Mention
from wirewatch.rules.matcher import Matcher

FOLDER = Path(__file__).parents[1] / "seeds"
FILES = {
    path.stem: path
    for path in sorted(FOLDER.glob("[0-9]*"))
    if not path.name.endswith(".expected.json")
}
SEEDS = list(FILES)
FIELDS = {
    "title", "dateline", "place", "country", "agency", "byline", "published",
    "published_precision",
}  # fmt: skip
FRAGMENTS = {"body_starts", "body_ends", "paragraphs"}

each_seed = pytest.mark.parametrize("seed", SEEDS)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Give the gazetteers that come with the program."""
    return shipped_matcher()


def _expected(seed: str) -> Any:
    """Read what is expected of a seed."""
    return json.loads((FOLDER / f"{seed}.expected.json").read_text("utf-8"))


def _parsed(seed: str) -> tuple[str, list[Article]]:
    """Parse a seed as the daemon does."""
    reading = parse(FILES[seed].read_bytes(), 1_000_000)
    return reading.format, list(reading.articles)


def _mentions(matcher: Matcher, article: Article) -> list[Mention]:
    """Find the names in an article's title and body."""
    found, _ = matcher.match(article, "seeds")
    return [mention for mention in found if mention.zone in {"title", "body"}]


def test_pairs() -> None:
    """Every seed has its expectation and every expectation its seed, ten of them and more."""
    expectations = {path.name for path in FOLDER.glob("*.expected.json")}
    assert expectations == {f"{seed}.expected.json" for seed in SEEDS}
    assert len(SEEDS) >= 10


@each_seed
def test_expectation_is_whole(seed: str) -> None:
    """A seed's expectation has all the fields that seeds/README.md names, and no others."""
    expected = _expected(seed)
    assert expected.keys() == {"format", "articles", "mentions"}
    assert expected["articles"]
    for article in expected["articles"]:
        assert article.keys() == FIELDS | FRAGMENTS


@each_seed
def test_fields(seed: str) -> None:
    """A seed's format, number of articles, and their fields are those of its expectation."""
    expected = _expected(seed)
    name, articles = _parsed(seed)
    assert name == expected["format"]
    found = [{field: getattr(article, field) for field in FIELDS} for article in articles]
    assert found == [{field: entry[field] for field in FIELDS} for entry in expected["articles"]]


@each_seed
def test_body(seed: str) -> None:
    """A seed's story begins and ends where it should, in as many paragraphs as it has."""
    _, articles = _parsed(seed)
    for article, entry in zip(articles, _expected(seed)["articles"], strict=True):
        assert article.body.startswith(unicodedata.normalize("NFC", entry["body_starts"]))
        assert article.body.endswith(unicodedata.normalize("NFC", entry["body_ends"]))
        assert len(article.body.split("\n\n")) == entry["paragraphs"]


@each_seed
def test_mentions(seed: str, matcher: Matcher) -> None:
    """The names of the shipped gazetteers in title and body are found, and no others."""
    found: dict[str, set[str]] = {}
    for article in _parsed(seed)[1]:
        for mention in _mentions(matcher, article):
            found.setdefault(mention.gazetteer, set()).add(mention.entry)
    expected = {name: ids for name, ids in _expected(seed)["mentions"].items() if ids}
    assert {name: sorted(ids) for name, ids in found.items()} == expected


@each_seed
def test_places_of_mentions(seed: str, matcher: Matcher) -> None:
    """A mention's place in the stored text holds the name exactly as it is spelled there."""
    for article in _parsed(seed)[1]:
        for mention in _mentions(matcher, article):
            zone = {"title": article.title, "body": article.body}[mention.zone]
            assert zone[mention.start : mention.end] == mention.spelling
