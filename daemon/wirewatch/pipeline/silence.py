"""Why did it not ring? The first clause that failed, or what held the alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wirewatch.alerts.routes import Router
from wirewatch.errors import StoreError
from wirewatch.model import Match
from wirewatch.pipeline.trials import explained
from wirewatch.rules.explanation import Explained, drawn, first_failure
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.rulebook import Rule
from wirewatch.states import WITHDRAWN, DeliveryState
from wirewatch.store.archive import (
    Stored,
    matched,
    other_versions,
    rung,
    spoken_before,
    stored_article,
)
from wirewatch.store.database import Reader, open_reader


@dataclass(frozen=True, slots=True)
class Silence:
    """Whether a rule rang for an article, and why, or why not."""

    rang: bool
    text: str


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a rule did not ring for an article, with the query's tree: what was true, and where.

    `drawn` is that tree in lines.
    """

    stored: Stored
    silence: Silence
    explained: Explained
    drawn: tuple[str, ...]


def why_silent(
    store: Path, rule: Rule, gazetteers: Mapping[str, Gazetteer], article: int, router: Router
) -> Silence:
    """Say why a rule did not ring for a stored article. Raises StoreError when there is none."""
    return why_not(open_reader(store), rule, gazetteers, article, router).silence


def why_not(
    db: Reader, rule: Rule, gazetteers: Mapping[str, Gazetteer], article: int, router: Router
) -> WhyNot:
    """Say why a rule did not ring for a stored article, and show its query on it.

    Raises StoreError when there is no such article.
    """
    stored = stored_article(db, article)
    if stored is None:
        raise StoreError(f"there is no article {article}; `wirewatch search` gives their numbers")
    found, evidence = explained(rule, gazetteers, stored.article, stored.source)
    silence = _silence(db, rule, stored, found, router)
    return WhyNot(stored, silence, found, tuple(drawn(found, evidence)))


def _silence(db: Reader, rule: Rule, stored: Stored, found: Explained, router: Router) -> Silence:
    """Tell of the deliveries, else of the clause that failed, else of what held the alert."""
    article = stored.id
    deliveries = rung(db, article, rule.name)
    if deliveries:
        sent = [row for row in deliveries if row["state"] == DeliveryState.SENT]
        said = "; ".join(_told(row) for row in deliveries)
        return Silence(bool(sent), said)
    if not found.true:
        failed = first_failure(found)
        note = f" ({failed.note})" if failed.note else ""
        return Silence(False, f"not true of it, because of: {failed.query}{note}")
    match = Match(rule.name, rule.hash, rule.title, rule.severity, rule.channels, ())
    if not router.channels(match, stored.article, stored.source):
        said = "true of it, but the rule names no channel, and no route leads to one"
        return Silence(False, said)
    match_row, spoken = matched(db, article, rule.name), spoken_before(db, article, rule.name)
    others = other_versions(db, article, rule.name)
    return Silence(False, _not_rung(match_row, spoken) or _held(stored, others))


def _not_rung(match: Mapping[str, Any] | None, spoken: Mapping[str, Any] | None) -> str | None:
    """Say why no alert came of an article, from its match; None where that does not tell."""
    if match is None:
        return (
            "true of it as the rule is now, but it was not when the article arrived:"
            " the rule or its lists have changed since, or are newer"
        )
    if match["unmet"]:
        return f"it matched, but its condition over time did not hold: {match['unmet']}"
    if spoken:
        return (
            f"it matched, but alert {spoken['id']} had told of the same story (article"
            f" {spoken['article_id']}, {spoken['outlet']}), and no sentence that matched was new"
        )
    return None


def _held(stored: Stored, others: Sequence[Mapping[str, Any]]) -> str:
    """Say why no alert came of an article that a rule matched, from its other versions."""
    article = stored.article
    if article.status in WITHDRAWN:
        return f"it matched, but nobody is told of what is withdrawn (its status: {article.status})"
    for other in others:
        if other["alert_id"] and other["earlier"]:
            return (
                f"it matched, but version {other['version']} of the same article had rung already"
                f" (article {other['id']}, alert {other['alert_id']})"
            )
    for other in others:
        if other["version"] > article.version and (other["earlier"] or other["together"]):
            return (
                f"it matched, but it came late: version {other['version']} of the same article"
                f" was there before it (article {other['id']})"
            )
    return "it matched, but neither rule nor route led to a channel when it arrived"


def _told(row: Mapping[str, object]) -> str:
    """Say what became of one delivery."""
    why = f" ({row['reason']})" if row["reason"] else ""
    when = f", due {row['due']}" if row["due"] and row["state"] != DeliveryState.SENT else ""
    return f"alert {row['alert_id']} → {row['channel']}: {row['state']}{why}{when}"
