"""docs/security.md: each defence names a test that is there, and code that is there."""

import ast
import re
from pathlib import Path

import pytest

from test_docs import page, rows

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PAGE = page("security.md")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_each_test_that_is_named_is_there(file: str, test: str) -> None:
    """What the page says holds a defence is a test of this suite."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_file_and_name_is_there() -> None:
    """Files of the code that the page names are there, and what it names in them too."""
    for name, path in re.findall(r"`(\w+)` in `([\w/]+\.py)`", PAGE):
        text = (ROOT / "daemon" / "wirewatch" / path).read_text(encoding="utf-8")
        assert re.search(rf"\b(?:def|class) {name}\b", text), name
    for path in re.findall(r"`([a-z_]+/[\w/]+\.py|[a-z]+\.py)`", PAGE):
        assert (ROOT / "daemon" / "wirewatch" / path).is_file(), path


def test_each_threat_has_a_defence_and_a_test() -> None:
    """Every row says what stops a threat, and, but for what release scripts do, which test holds it."""
    threats = PAGE[PAGE.index("## What is defended") :]
    defended = [row for row in rows(threats) if row[0] != "what could happen"]
    assert len(defended) > 30
    assert all(row[1] for row in defended)
    unheld = [row[0] for row in defended if "::" not in row[-1]]
    assert all(f"| {what} |" in threats.partition("### Supply chain")[2] for what in unheld)


def test_the_page_leaves_no_mark_open() -> None:
    """No place for a name is left empty, and the way to report is told."""
    assert "{" not in PAGE.replace("${", "")
    assert "SECURITY.md" in PAGE
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
