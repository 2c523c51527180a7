"""What a format says of itself: how it is told, and where each field of an article is read."""

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import wirewatch.formats
from wirewatch.formats import formats
from wirewatch.formats.detection import binary_format, text_format
from wirewatch.formats.document import Document, Format
from wirewatch.model import Article

ROOM = Path(wirewatch.formats.__file__).parent
FOLDER = Path(__file__).parents[1] / "seeds"
EXPECTATIONS = sorted(FOLDER.glob("*.expected.json"))
SEEDS = {
    path.name: path
    for path in sorted(FOLDER.glob("[0-9]*"))
    if path not in EXPECTATIONS and path.suffix != ".zip"  # what lies in an archive has a format
}
ALWAYS = {"guid", "headline", "body"}
UNEXPLAINED = {"published_precision"}
"""What comes with another field."""
NO_ARTICLES = {"media"}
"""Formats that know a file in order to pass it over."""

each_format = pytest.mark.parametrize("known", formats(), ids=lambda known: known.name)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def given(article: Article) -> set[str]:
    """Give the fields in which an article says something."""
    fields = zip(Article._fields, article, Article("", "", "", ""), strict=True)
    return {field for field, says, nothing in fields if says != nothing}


def files_of(known: Format) -> list[Path]:
    """Give the files of a format: its own, or those of its folder."""
    found = Path(inspect.getfile(known.recognises))
    return sorted(found.parent.rglob("*.py")) if found.parent != ROOM else [found]


def fields_in(path: Path) -> Iterator[str]:
    """Give the fields that a file gives to an article by name, at once or later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("Article", "._replace")):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg in Article._fields)


@each_format
def test_told_by(known: Format) -> None:
    """Every format says in a phrase on one line how it is told from the others."""
    assert known.told_by
    assert known.told_by == " ".join(known.told_by.split()).rstrip(".")


@each_format
def test_sources_are_fields(known: Format) -> None:
    """A source is given for fields of an article and for nothing else, in one line of words."""
    assert set(known.sources) <= set(Article._fields) - UNEXPLAINED
    for said in known.sources.values():
        assert said
        assert said == " ".join(said.split()).rstrip(".")


@each_format
def test_what_no_article_is_without(known: Format) -> None:
    """Identity, headline and body always have a source; what gives no article has none at all."""
    unsaid = ALWAYS - set(known.sources)
    assert unsaid == (ALWAYS if known.name in NO_ARTICLES else set())


@each_seed
def test_every_field_of_a_seed_has_a_source(seed: str) -> None:
    """No article, as its format reads it of a seed, has a field of which no source is named."""
    document = Document(SEEDS[seed].read_bytes(), 1_000_000)
    known = binary_format(document) or text_format(document)
    for item in known.parse(document):
        if isinstance(item, Article):
            assert given(item) <= known.sources.keys() | UNEXPLAINED


@each_format
def test_every_field_in_the_code_has_a_source(known: Format) -> None:
    """No file of a format gives an article a field of which the format does not say the source."""
    fields = {field for path in files_of(known) for field in fields_in(path)}
    assert fields <= {*known.sources, *UNEXPLAINED}


def test_every_format_has_a_seed() -> None:
    """Every format that gives articles has a seed, so that its sources are tried."""
    seeded = {json.loads(path.read_text("utf-8"))["format"] for path in EXPECTATIONS}
    assert {known.name for known in formats()} - seeded <= NO_ARTICLES
