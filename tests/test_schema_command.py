"""JSON Schemas for editors: they hold for every file that ships, and refuse what we refuse."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conftest import Wirewatch

CONFIG = Path(__file__).parents[1] / "config"
FILES = [
    ("config", CONFIG / "wirewatch.toml"),
    *(("rules", path) for path in sorted((CONFIG / "rules").glob("*.toml"))),
    *(("gazetteer", path) for path in sorted((CONFIG / "gazetteers").rglob("*.toml"))[:6]),
]


def plain(value: object) -> object:
    """Give what TOML holds as JSON holds it: dates are strings."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda value: getattr(value, "name", value))
def test_what_ships_meets_its_schema(wirewatch: Wirewatch, kind: str, path: Path) -> None:
    """The schema of a kind of file is sound, and every file of it that ships meets it."""
    schema = json.loads(wirewatch("schema", kind).out)
    Draft202012Validator.check_schema(schema)
    errors = Draft202012Validator(schema).iter_errors(plain(tomllib.loads(path.read_text())))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("rules", '[[rule]]\nname = "a"\nquery = "b"\nchanel = ["desk"]'),
        ("rules", '[[rule]]\nname = "a"'),
        ("rules", '[[rule]]\nname = "a"\nquery = "b"\nseverity = "loud"'),
        ("config", '[[inbox]]\nname = "a"\npath = "b"'),
        ("config", '[store]\npath = "a"\n[[inbox]]\nname = "a"\npath = "b"\nsettle = "soon"'),
        ("gazetteer", '[[entry]]\nid = "a"\nname = "A"'),
    ],
)
def test_a_schema_refuses_what_we_refuse(wirewatch: Wirewatch, kind: str, text: str) -> None:
    """Unknown keys, missing ones and wrong values are shown by the editor already."""
    schema = json.loads(wirewatch("schema", kind).out)
    assert not Draft202012Validator(schema).is_valid(plain(tomllib.loads(text)))
