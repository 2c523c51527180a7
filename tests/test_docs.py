"""The docs are true: commands, keys, tables, operators, formats, reasons and jobs stand in them."""

import re
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
import typer

from wirewatch import __version__
from wirewatch.cli import load_commands
from wirewatch.cli.app import app
from wirewatch.deployment import shipped_gazetteers
from wirewatch.formats import formats
from wirewatch.jobs import JOBS
from wirewatch.model import Article, Match
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.gazetteer.table import GazetteerTable
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.parser import parse_query
from wirewatch.rules.rulebook import rule_of
from wirewatch.rules.rulefile import RuleFile
from wirewatch.rules.when import WhenTable
from wirewatch.rules.zones import COMPARED, ZONES
from wirewatch.states import AlarmKind, DeliveryReason, DeliveryState, FileReason, FileState
from wirewatch.store.database import Store
from wirewatch.store.hours import Counted
from wirewatch.tables import ConfigTable
from wirewatch.tomlfile import Table, _field

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *sorted(ROOT.glob("*.md"))]


def page(name: str) -> str:
    """Read a page of the docs."""
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Give what stands under a heading."""
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Give the cells of all table rows, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [[cell.strip("| ") for cell in row] for row in cells]


def commands() -> dict[str, typer.core.TyperCommand]:
    """Give every command by its words."""
    load_commands()
    group = typer.main.get_command(app)
    found: dict[str, typer.core.TyperCommand] = {}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner: dict[str, typer.core.TyperCommand] = getattr(command, "commands", {})
        found |= {f"{name} {verb}": one for verb, one in inner.items()} or {name: command}
    return found


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_and_option_is_in_the_docs(words: str) -> None:
    """docs/commands.md has a row for each command, with each of its options."""
    row = next(r for r in rows(page("commands.md")) if r[0].startswith(f"`wirewatch {words}"))
    for parameter in commands()[words].params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            longest = max(parameter.opts, key=len)
            assert longest in row[1], f"{longest} is not in the row of {words}"


def test_the_docs_name_no_command_that_is_not_there() -> None:
    """Each `wirewatch VERB` in README and docs is a command."""
    verbs = {words.split()[0] for words in commands()}
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for verb in re.findall(r"wirewatch (?:--config \S+ )?([a-z][a-z-]+)", text):
            inside = f"`wirewatch {verb}" in text or f"bin/wirewatch {verb}" in text
            assert verb in verbs or not inside, f"{path.name}: wirewatch {verb}"


def config_keys() -> list[tuple[str, str]]:
    """Give each key of the configuration as (table, key)."""
    found = []
    for name in ConfigTable.model_fields:
        model = _field(ConfigTable, name)
        assert model is not None
        heading = f"[[{name}]]" if name in {"inbox", "channel", "route"} else f"[{name}]"
        found += [(heading, field.alias or key) for key, field in model.model_fields.items()]
    return found


@pytest.mark.parametrize(("table", "key"), config_keys())
def test_every_configuration_key_is_in_the_docs(table: str, key: str) -> None:
    """docs/configuration.md has a row for each key, under its table."""
    text = section(page("configuration.md"), table)
    assert any(row[0] == f"`{key}`" for row in rows(text))


def test_every_key_of_a_condition_is_in_the_docs() -> None:
    """docs/rules.md has a row for each key of `when`, with an example that is a sound condition."""
    table = rows(section(page("rules.md"), "Conditions over time"))
    documented = {row[0].strip("`"): row[1].strip("`") for row in table if row[0].startswith("`")}
    assert set(documented) == set(WhenTable.model_fields)
    needed = {"within": ", articles = 2", "known_for": ', new = "@parliament"'}
    for key, example in documented.items():
        when = tomllib.loads(f"when = {{ {example}{needed.get(key, '')} }}")["when"]
        assert WhenTable.model_validate(when).condition


def test_the_docs_name_no_key_that_is_not_there() -> None:
    """Each key in docs/configuration.md is one that the configuration takes."""
    known = set(config_keys())
    for heading in re.findall(r"^## (\[.*\])$", page("configuration.md"), re.MULTILINE):
        for row in rows(section(page("configuration.md"), heading)):
            if row[0].startswith("`"):
                assert (heading, row[0].strip("`")) in known


def documented_columns() -> dict[str, list[tuple[str, str]]]:
    """Give the columns that docs/schema.md describes, by table."""
    text = page("schema.md")
    return {
        table: [
            (row[0].strip("`"), row[1]) for row in rows(section(text, table)) if row[0][0] == "`"
        ]
        for table in re.findall(r"^## (\w+)$", text, re.MULTILINE)
    }


def test_the_schema_is_in_the_docs_column_by_column(tmp_path: Path) -> None:
    """docs/schema.md describes exactly the tables and columns of a live store, with their types."""
    store = Store.open(tmp_path / "store.db")
    live = {
        name: [(column.name, column.type) for column in store.db[name].columns]
        for name in store.db.table_names()
        if not name.startswith(("articles_fts", "_", "sqlite_"))
    }
    assert documented_columns() == live
    for view in store.db.view_names():
        assert f"`{view}`" in page("schema.md")
    store.close()


@pytest.mark.parametrize(
    ("enumeration", "name"),
    [
        (AlarmKind, "operations.md"),
        (Counted, "schema.md"),
        (FileReason, "operations.md"),
        (DeliveryReason, "operations.md"),
        (FileState, "schema.md"),
        (DeliveryState, "schema.md"),
    ],
)
def test_every_state_and_reason_is_in_the_docs(enumeration: type[StrEnum], name: str) -> None:
    """Each state and reason that a row can hold is explained."""
    text = page(name)
    for member in enumeration:
        assert f"`{member.value}`" in text, member


def test_every_event_of_the_log_is_in_the_docs() -> None:
    """docs/operations.md says when each event is logged, but for those of who looks closely."""
    told = section(page("operations.md"), "Logs")
    package = ROOT / "daemon" / "wirewatch"
    text = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    found = set(re.findall(r"""(?<!debug\()\bEvent\(\s*["']([a-z-]+)["']""", text))
    assert len(found) > 20, "they are looked for in the wrong place"
    assert {name for name in found if f"`{name}`" not in told} == set()


def test_every_job_is_in_the_docs() -> None:
    """docs/operations.md has a row for each scheduled job, in the job's own words."""
    documented = {
        row[0].strip("`"): row[2]
        for row in rows(section(page("operations.md"), "Scheduled jobs"))
        if len(row) > 2
    }
    for job in JOBS:
        assert documented[job.name] == job.does


def test_every_format_is_in_the_docs() -> None:
    """docs/formats.md has a row for each format, in the format's own words."""
    documented = {row[0].strip("`"): row[1] for row in rows(page("formats.md"))}
    for known in formats():
        assert documented[known.name] == known.reads


def operator_rows() -> list[list[str]]:
    """Give the rows of the operators' table."""
    table = rows(section(page("rules.md"), "The query language"))
    return [row for row in table if row[1].startswith("`")]


def sample(text: str) -> Article:
    """Make an article of a sample: `zone: text`, or a body."""
    zone, _, rest = text.partition(": ")
    fields = {"title": "", "body": "", "headline": "", "guid": "sample"}
    told = {"lang": "language", "subject": "subjects"}
    values = {"subject": (rest,), "urgency": rest.isdecimal() and int(rest)}
    if zone in {*ZONES, *COMPARED} - {"source", "lead"}:
        value = values.get(zone, rest)
        return Article(**(fields | {told.get(zone, zone): value}))  # type: ignore[arg-type]
    return Article(**(fields | {"body": text}))  # type: ignore[arg-type]


@cache
def gazetteers() -> dict[str, Gazetteer]:
    """Load what ships, once."""
    return shelved_gazetteers(shipped_gazetteers(), [])[0]


def found(query: str, text: str) -> tuple[Match, ...]:
    """Match a documented query against a documented sample."""
    known = gazetteers() if "@" in query else {}
    source = text.removeprefix("source: ") if text.startswith("source: ") else "elsewhere"
    rule = rule_of("documented", query, known)
    return Matcher([rule], known).match(sample(text), source)[1]


@pytest.mark.parametrize("row", operator_rows(), ids=lambda row: row[0])
def test_every_operator_does_what_the_docs_say(row: list[str]) -> None:
    """Each example in docs/rules.md is true of its one text and not of its other."""
    query = row[1].strip("`")
    assert found(query, row[2]), f"{query} should be true of {row[2]}"
    assert not found(query, row[3]), f"{query} should not be true of {row[3]}"


def test_every_operator_of_the_grammar_is_in_the_docs() -> None:
    """Each alternative of the grammar and each zone has a row in docs/rules.md."""
    operators = {row[0] for row in operator_rows()}
    grammar = (ROOT / "daemon/wirewatch/rules/grammar.lark").read_text(encoding="utf-8")
    shown = {"word": "word", "prefix": "prefix*", "phrase": '"phrase"', "gazetteer": "@gazetteer"}
    shown |= {"negated": "NOT", "in_zone": "title:"}
    shown |= {"exact": "=exact", "pattern": "/expression/", "near": "NEAR/n"}
    shown |= {"subject": "subject:", "compare": "urgency", "together": "SENTENCE( )"}
    shown |= {"counted": "ATLEAST(n, )"}
    assert {shown[alias] for alias in re.findall(r"-> (\w+)", grammar)} <= operators
    words = set(re.findall(r"[A-Z]{2,}(?=[|)/]|\(\?!)", grammar))
    assert words >= {"AND", "NEAR", "BEFORE", "SENTENCE", "ATLEAST", "DISTINCT", "FIRST"}
    heads = {re.match(r"\w+", operator)[0] for operator in operators if operator[0].isupper()}  # type: ignore[index]
    assert words <= heads
    assert set(COMPARED) <= operators
    assert {f"{zone}:" for zone in ZONES} <= operators
    assert all(parse_query(row[1].strip("`")) for row in operator_rows())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_toml_examples_can_be_read(path: Path) -> None:
    """Each TOML example in README and docs is TOML, with keys that Wirewatch knows."""
    models: dict[str, type[Table]] = {"rule": RuleFile, "entry": GazetteerTable}
    for example in re.findall(r"```toml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        data = tomllib.loads(example)
        model = next((models[key] for key in models if key in data), None)
        if model:
            model.model_validate(data)
        else:
            assert set(data) <= set(ConfigTable.model_fields), data.keys()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    """Each relative link in README and docs leads to a file that is there."""
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (path.parent / target).exists(), target


def test_the_changelog_has_a_line_for_this_version() -> None:
    """CHANGELOG.md speaks of the version that the package has."""
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
