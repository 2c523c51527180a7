"""dpa's stories come as JSON and as NewsML-G2: both must come to the same articles."""

from pathlib import Path

import pytest

from wirewatch.formats import parse
from wirewatch.model import Article

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "formats" / "dpa-digitalwires"
PAIRS = sorted(path.stem for path in (FOLDER / "input").glob("*.json"))
STORIES = ["dw-1", "eil", "embargoed", "spe_tab", "with_dateline"]

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the shared samples are not here")


def _json(pair: str) -> tuple[Article, ...]:
    """Read the JSON of a pair."""
    reading = parse((FOLDER / "input" / f"{pair}.json").read_bytes(), 1_000_000)
    assert reading.format == "ninjs"
    return reading.articles


def _xml(pair: str) -> tuple[Article, ...]:
    """Read the NewsML-G2 of a pair."""
    reading = parse((FOLDER / "output" / f"{pair}.xml").read_bytes(), 1_000_000)
    assert reading.format == "newsml-g2"
    return reading.articles


def test_which_pairs_hold_an_article() -> None:
    """The pairs with a story give one article each in JSON, pictures and sound none."""
    assert [pair for pair in PAIRS if _json(pair)] == STORIES
    assert all(len(_json(pair)) == 1 for pair in STORIES)


@pytest.mark.parametrize("pair", PAIRS)
def test_both_come_to_the_same(pair: str) -> None:
    """Field by field, the article of the JSON is the article of the NewsML-G2."""
    ours = [article._asdict() for article in _json(pair)]
    assert ours == [article._asdict() for article in _xml(pair)]


@pytest.mark.parametrize("pair", STORIES)
def test_nothing_private_is_shown(pair: str) -> None:
    """No note holds the telephone numbers that are marked as not public."""
    for article in (*_json(pair), *_xml(pair)):
        assert "+49" not in (article.note or "")
        assert "@dpa.com" not in (article.note or "")
