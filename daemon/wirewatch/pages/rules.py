"""Rules: how often each is true, and the workbench on which a query is tried before it is one."""

import re
from datetime import timedelta
from typing import Any

from wirewatch.clock import iso
from wirewatch.pages.page import Page, Visit
from wirewatch.pages.wire import row_of
from wirewatch.pipeline.drafts import Draft, draft_of, left_out, toml_of
from wirewatch.pipeline.workbench import Bounds, Caught, drawn, read, try_out
from wirewatch.rules.rulebook import Rule
from wirewatch.rules.sense import note_of
from wirewatch.store.database import Reader
from wirewatch.store.rates import RuleRate, days_of, rates

_MONTH = timedelta(days=30)
_BOUNDS = Bounds(seconds=4.0, shown=12)
_DRAFT = "draft"


def _rules(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give each rule with its rate, its last hit, and its days."""
    rules = sorted(visit.deployment.rules, key=lambda rule: rule.name)
    found = rates(db, [rule.name for rule in rules], visit.now)
    return {"rules": [_row(rule, rate, db, visit) for rule, rate in zip(rules, found, strict=True)]}


def _row(rule: Rule, rate: RuleRate, db: Reader, visit: Visit) -> dict[str, Any]:
    """Give a rule as the template shows it."""
    days = _filled(days_of(db, rule.name, visit.now - _MONTH, visit.now), visit)
    most = max(number for _, number in days) or 1
    return {"rule": rule, "rate": rate, "days": days, "most": most, "note": note_of(rule.query)}


def _filled(known: dict[str, int], visit: Visit) -> list[tuple[str, int]]:
    """Give the last 30 days, those too that brought nothing."""
    days = (iso(visit.now - timedelta(days=back))[:10] for back in range(29, -1, -1))
    return [(day, known.get(day, 0)) for day in days]


def _bench(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give what a query would have caught, beside the live rule where it is a draft of one.

    That takes seconds: where nothing was typed yet the page comes at once, and asks by itself.
    """
    live = live_rule(visit)
    text = visit.query.get("q", live.text if live else "").strip()
    draft = draft_from(visit, text)
    reading = read(text, visit.deployment.gazetteers, draft.name) if text else None
    rule = reading.rule if reading else None
    trial = (
        try_out(db, rule, visit.deployment.gazetteers, visit.now - _MONTH, visit.now, live, _BOUNDS)
        if rule and "q" in visit.query
        else None
    )
    return {
        "live": live,
        "rules": sorted(one.name for one in visit.deployment.rules),
        "text": text,
        "draft_name": draft.name,
        "reading": reading,
        "tree": list(drawn(reading.tree)) if reading and reading.tree else [],
        "trial": trial,
        "most": max((max(day.new, day.old) for day in trial.days), default=0) if trial else 0,
        "caught": _rows(trial.newest) if trial else [],
        "gained": _rows(trial.difference.newest_gained) if trial and trial.difference else [],
        "lost": _rows(trial.difference.newest_lost) if trial and trial.difference else [],
        "toml": toml_of(draft) if rule else "",
        "left_out": left_out(live) if live else (),
        "may_save": visit.deployment.config.rules_saved_to is not None,
    }


def live_rule(visit: Visit) -> Rule | None:
    """Give the rule that a draft is of."""
    name = visit.query.get("rule", "")
    return next((one for one in visit.deployment.rules if one.name == name), None)


def draft_from(visit: Visit, text: str) -> Draft:
    """Give what a visitor has typed as a draft: of the live rule, or a new one."""
    live = live_rule(visit)
    name = visit.query.get("name", "").strip()
    if live and name in {"", live.name}:
        return draft_of(live, text)
    return Draft(name or _DRAFT, text)


def _rows(caught: tuple[Caught, ...]) -> list[dict[str, Any]]:
    """Give articles as the wire shows them."""
    return [row_of(one.stored, one.spans) for one in caught]


RULES = Page("rules", re.compile(r"/rules$"), _rules)
BENCH = Page(
    "workbench", re.compile(r"/workbench$"), _bench, in_menu=False, under="rules", is_heavy=True
)
TRIAL = Page("_trial", re.compile(r"/workbench/trial$"), _bench, in_menu=False, is_heavy=True)
"""What of the workbench changes while somebody types."""
