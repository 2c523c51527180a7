"""Alerts: the outbox by state, an alert with its receipts, and why a rule did (not) ring."""

import re
from collections import Counter
from typing import Any

from wirewatch.errors import StoreError
from wirewatch.pages.page import LARGEST, MissingError, Page, Visit
from wirewatch.pipeline.silence import why_not
from wirewatch.states import DeliveryState
from wirewatch.store.database import Reader
from wirewatch.store.posted import Sought, counts, posted, sheet
from wirewatch.store.silences import standing

_MOST = 50
RETRIED = (DeliveryState.FAILED, DeliveryState.DEAD, DeliveryState.SUPPRESSED)
"""What may be tried again by hand."""
SPANS = ("1h", "4h", "12h", "1d", "7d")
"""For how long a silence may be chosen."""


def _outbox(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give a page of the outbox, how much of it is in each state, and the silences at work."""
    state = visit.query.get("state", "")
    taken = visit.query.get("taken", "")
    sought = Sought(
        DeliveryState(state) if state in set(DeliveryState) else None,
        visit.query.get("channel", ""),
        rule=visit.query.get("rule", ""),
        is_acknowledged={"yes": True, "no": False}.get(taken),
    )
    leaf = posted(db, sought, _MOST, visit.number("before"))
    counted = counts(db)
    states: Counter[str] = Counter()
    for one in counted:
        states[one.state] += one.number
    return {
        "rows": leaf.rows,
        "older": leaf.older,
        "states": {one.value: states[one] for one in DeliveryState},
        "all": states.total(),
        "asked": {
            "state": sought.state or "", "channel": sought.channel, "rule": sought.rule,
            "taken": taken if sought.is_acknowledged is not None else "",
        },
        "channels": sorted({one.channel for one in counted} | set(visit.deployment.channels)),
        "rules": sorted(rule.name for rule in visit.deployment.rules),
        "silences": standing(db, visit.now),
        "retried": RETRIED,
        "spans": SPANS,
    }  # fmt: skip


def _alert(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give an alert with its receipts. Raises MissingError where there is none."""
    number = int(visit.parts["alert"])
    found = sheet(db, number) if number <= LARGEST else None
    if found is None:
        raise MissingError(visit.parts["alert"])
    states = {one.state for one in found.deliveries}
    return {"found": found, "may_retry": bool(states & set(RETRIED)), "spans": SPANS}


def _why(db: Reader, visit: Visit) -> dict[str, Any]:
    """Say why a rule rang for an article, or why not; asks for both where they are not said."""
    deployment = visit.deployment
    article, name = visit.number("article"), visit.query.get("rule", "")
    rule = next((one for one in deployment.rules if one.name == name), None)
    known = {
        "rules": sorted(one.name for one in deployment.rules),
        "rule": name,
        "article": article,
        "found": None,
    }
    if rule is None or article is None:
        return known
    try:
        found = why_not(db, rule, deployment.gazetteers, article, deployment.router)
    except StoreError as error:
        raise MissingError(str(article)) from error
    return known | {"found": found}


OUTBOX = Page("alerts", re.compile(r"/alerts$"), _outbox)
ALERT = Page(
    "alert", re.compile(r"/alerts/(?P<alert>[0-9]{1,19})$"), _alert, in_menu=False, under="alerts"
)
WHY = Page("why", re.compile(r"/why$"), _why, in_menu=False, under="alerts")
