"""For how long rows are kept, as a configuration says it, and whether that can be."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from wirewatch.clock import spoken
from wirewatch.config import Config
from wirewatch.errors import Fault
from wirewatch.rules.rulebook import Rule
from wirewatch.store.retention import LEAST, Keeping


def keeping_of(config: Config) -> Keeping:
    """Give for how long a configuration keeps rows."""
    table = config.retention
    return Keeping(table.attempts, table.articles, table.alerts, table.ledger, table.size)


def retention_faults(path: Path, config: Config, rules: Iterable[Rule]) -> list[Fault]:
    """Find what would go while it is needed still: by rules that look back, stories, receipts."""
    table = config.retention
    windows = {f"rule {rule.name!r}": rule.when.within for rule in rules if rule.when}
    needs = {"retention itself": LEAST, "stories.within": config.stories.within, **windows}
    who, least = max(needs.items(), key=lambda need: need[1])
    faults = [
        Fault(f"{path}: retention.{key}", f"{spoken(age)} is less than {who} looks back", remedy)
        for key, age in table
        if isinstance(age, timedelta) and age < least
        for remedy in (f"keep them for {spoken(least)} at least",)
    ]
    ages = [(key, getattr(table, key)) for key in ("articles", "alerts", "ledger")]
    given = [(key, age) for key, age in ages if age]
    for (earlier, age), (later, other) in pairwise(given):
        if other < age:
            problem = f"{later} go before {earlier}, which they need"
            place = f"{path}: retention.{later}"
            faults.append(Fault(place, problem, f"keep them for {spoken(age)} at least"))
    return faults
