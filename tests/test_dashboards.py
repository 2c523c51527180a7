"""What ships for Prometheus and Grafana asks for figures that there are."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from test_docs import DOCS, ROOT, page, section
from test_metrics import EVERY
from wirewatch.pipeline.families import Kind

OURS = {one.name: set(one.labels) for one in EVERY if one.kind is not Kind.HISTOGRAM}
OURS |= {
    f"{one.name}_{part}": {*one.labels, "le"}
    for one in EVERY
    if one.kind is Kind.HISTOGRAM
    for part in ("bucket", "count", "sum")
}
GIVEN = {"instance", "job"}
"""Labels that Prometheus gives to all that it reads."""
DATASOURCE = {"type": "prometheus", "uid": "${source}"}
SCHEMA = {
    "type": "object",
    "required": ["title", "uid", "schemaVersion", "templating", "panels", "time", "refresh"],
    "properties": {
        "title": {"const": "Wirewatch"},
        "uid": {"type": "string", "maxLength": 40},
        "schemaVersion": {"type": "integer", "minimum": 36},
        "id": {"type": "null"},
        "panels": {"type": "array", "items": {"$ref": "#/$defs/panel"}, "minItems": 10},
    },
    "$defs": {
        "panel": {
            "type": "object",
            "required": ["id", "type", "title", "gridPos"],
            "properties": {
                "id": {"type": "integer", "minimum": 1},
                "type": {"enum": ["row", "stat", "timeseries", "table"]},
                "title": {"type": "string", "minLength": 3},
                "gridPos": {
                    "type": "object",
                    "required": ["h", "w", "x", "y"],
                    "properties": {
                        "w": {"type": "integer", "minimum": 1, "maximum": 24},
                        "h": {"type": "integer", "minimum": 1},
                        "x": {"type": "integer", "minimum": 0, "maximum": 23},
                        "y": {"type": "integer", "minimum": 0},
                    },
                },
                "datasource": {"const": DATASOURCE},
                "targets": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/target"}},
            },
            "if": {"properties": {"type": {"const": "row"}}},
            "else": {"required": ["targets", "datasource", "fieldConfig"]},
        },
        "target": {
            "type": "object",
            "required": ["refId", "expr", "datasource"],
            "properties": {
                "refId": {"type": "string", "pattern": "^[A-Z]$"},
                "expr": {"type": "string", "minLength": 5},
                "datasource": {"const": DATASOURCE},
            },
        },
    },
}
"""As far as Grafana's JSON model (https://grafana.com/docs/grafana/latest/dashboards) goes for us."""


def dashboard() -> dict[str, Any]:
    """Read the dashboard."""
    read: dict[str, Any] = json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))
    return read


def drawn() -> list[str]:
    """Give what the dashboard asks for."""
    known = dashboard()
    asked = [target["expr"] for panel in known["panels"] for target in panel.get("targets", ())]
    return asked + [one["expr"] for one in known["annotations"]["list"]]


def rules() -> dict[str, str]:
    """Give the alert rules: what each asks for, by its name."""
    text = (DOCS / "alerts.yml").read_text(encoding="utf-8")
    found = re.findall(r"- alert: (\w+)\n +expr: (.+)\n", text)
    assert len(found) == text.count("- alert:") == text.count("summary:")
    return dict(found)


def selectors(asked: str) -> Iterator[tuple[str, set[str]]]:
    """Give each metric that is asked for, with the labels by which it is chosen."""
    for name, chosen in re.findall(r"\b((?:wirewatch|process)_\w+|up)\b(\{[^}]*\})?", asked):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen))


ASKED = [*drawn(), *rules().values()]


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_for_is_there(asked: str) -> None:
    """Each metric, label and value that a panel or a rule names is one that is exposed."""
    labels: set[str] = set(GIVEN)
    for name, chosen in selectors(asked):
        if name.startswith("wirewatch"):
            assert name in OURS, name
            assert chosen <= OURS[name] | GIVEN, asked
            labels |= OURS[name]
        else:
            assert name == "up" or f"`{name}`" in section(page("operations.md"), "Metrics")
    for listed in re.findall(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)", asked):
        assert {label.strip() for label in listed.split(",")} <= labels, asked


@pytest.mark.parametrize("asked", ASKED)
def test_counters_are_asked_how_they_grow(asked: str) -> None:
    """What only grows is never shown or judged as it stands."""
    for name, _ in selectors(asked):
        if name.endswith(("_total", "_bucket")):
            assert re.search(r"\b(rate|increase)\(" + name, asked), asked


def test_every_metric_of_ours_is_looked_at() -> None:
    """No metric is there for nobody: each stands in the dashboard or in a rule."""
    used = {name for asked in ASKED for name, _ in selectors(asked)}
    unused = {one.name for one in EVERY if not any(name.startswith(one.name) for name in used)}
    assert unused <= {
        "wirewatch_channel_last_sent_timestamp_seconds",
        "wirewatch_job_last_run_timestamp_seconds",
        "wirewatch_job_next_run_timestamp_seconds",
        "wirewatch_reload_last_success_timestamp_seconds",
    }


def test_the_dashboard_can_be_imported() -> None:
    """It has what Grafana needs, and no panel lies on another or beyond the edge."""
    known = dashboard()
    Draft202012Validator(SCHEMA).validate(known)
    numbers = [panel["id"] for panel in known["panels"]]
    assert len(numbers) == len(set(numbers))
    places = [panel["gridPos"] for panel in known["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above
    variables = {one["name"]: one for one in known["templating"]["list"]}
    assert set(variables) == {"source", "instance"}
    assert variables["source"]["query"] == "prometheus"


def test_every_rule_is_tried() -> None:
    """docs/alerts_test.yml, which promtool runs, lets each rule fire once."""
    tried = (DOCS / "alerts_test.yml").read_text(encoding="utf-8")
    for name in rules():
        assert f'alertname="{name}"' in tried or f"alertname: {name}" in tried, name


def test_every_rule_says_how_bad_it_is() -> None:
    """A rule is a warning or critical, and says in words what is wrong."""
    text = (DOCS / "alerts.yml").read_text(encoding="utf-8")
    severities = re.findall(r"labels: \{severity: (\w+)\}", text)
    assert len(severities) == len(rules())
    assert set(severities) == {"warning", "critical"}


def test_the_rules_are_checked_by_ci() -> None:
    """CI runs promtool over the rules."""
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make check-alerts" in run
    target = (ROOT / "Makefile").read_text(encoding="utf-8").partition("check-alerts:")[2]
    assert "check rules docs/alerts.yml" in target
    assert "test rules docs/alerts_test.yml" in target
