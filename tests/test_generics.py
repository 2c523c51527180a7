"""General names, as 'Senate' in any language, mean the body of the country named nearest."""

from pathlib import Path

import pytest

from wirewatch.model import Article
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.matcher import Matcher

BODIES = """
name = "parliament"
[[country]]
code = "FR"
names = ["France"]
people = ["French"]
called.de = ["Frankreich*", "französisch*"]
called.zh = ["法国"]
called.es = ["Francia"]
[[country]]
code = "US"
names = ["United States", "US"]
called.de = ["USA", "amerikanisch*"]
[[country]]
code = "DK"
names = ["Denmark"]
called.de = ["Dänemark*", "dänisch*"]
[[entry]]
id = "fr-parliament"
name = "Parliament of France"
kind = "legislature"
country = "FR"
[[entry]]
id = "fr-senate"
name = "Senate (France)"
kind = "chamber"
chamber = "upper"
country = "FR"
generic = ["Senate"]
[[entry]]
id = "us-senate"
name = "Senate (United States)"
kind = "chamber"
chamber = "upper"
country = "US"
generic = ["Senate"]
[[entry]]
id = "dk-landsting"
name = "Landsting"
kind = "chamber"
chamber = "upper"
country = "DK"
generic = ["Senate"]
valid_until = 1953-06-05
"""
NAMES = """
name = "parliament"
[[generic]]
name = "Senate"
spelled.de = ["Senat{,s}"]
[[generic]]
name = "parliament"
spelled.de = ["Parlament{,s,e}"]
spelled.es = ["parlamento"]
spelled.zh = ["议会"]
[[generic]]
name = "upper house"
spelled.de = ["Oberhaus{,es}"]
"""


@pytest.fixture
def gazetteers(tmp_path: Path) -> dict[str, Gazetteer]:
    (tmp_path / "bodies.toml").write_text(BODIES)
    (tmp_path / "names.toml").write_text(NAMES)
    return load_gazetteers([tmp_path / "names.toml"], [tmp_path / "bodies.toml"])


def named(gazetteers: dict[str, Gazetteer], text: str) -> list[tuple[str, str]]:
    mentions, _ = Matcher([], gazetteers).match(Article("guid", "", "", text), "wires")
    return [(mention.entry, mention.spelling) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In Frankreich tagt der Senat.", [("fr-senate", "Senat")]),
        ("Des Senats der USA, nicht Frankreichs", [("us-senate", "Senats")]),
        (
            "Paris, Frankreich. Die amerikanischen Gäste besuchten den Senat.",
            [("us-senate", "Senat")],
        ),
        ("Der Senat der Universität", []),
        ("In Dänemark tagt der Senat.", [("dk-landsting", "Senat")]),
        ("Let us ask the Senat.", []),
        ("The US asked the Senat.", [("us-senate", "Senat")]),
    ],
)
def test_the_nearest_country_decides(
    gazetteers: dict[str, Gazetteer], text: str, found: list[tuple[str, str]]
) -> None:
    """A general name means the body of the nearest country that has, or had, one of that name."""
    assert named(gazetteers, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Das Parlament Frankreichs tagt.", [("fr-parliament", "Parlament")]),
        ("das französische Parlament", [("fr-parliament", "Parlament")]),
        ("el parlamento de Francia", [("fr-parliament", "parlamento")]),
        ("das französische Oberhaus", [("fr-senate", "Oberhaus")]),
        ("Das Parlament hörte Gäste aus ganz Frankreich.", []),
        ("Frankreich. Das Parlament tagt.", []),
        ("das französisch Guayanas Parlament", []),
        ("das dänische Parlament", []),
        ("法国议会", [("fr-parliament", "议会")]),
        ("议会在法国", []),
    ],
)
def test_parliaments_stand_beside_their_country(
    gazetteers: dict[str, Gazetteer], text: str, found: list[tuple[str, str]]
) -> None:
    """'Parliament' and its like count right beside the country's name, with no name between."""
    assert named(gazetteers, text) == found
