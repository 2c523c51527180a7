"""Articles that come over time, for conditions: what tests of them share."""

from datetime import datetime, timedelta

from conftest import told
from wirewatch.model import Condition, Mention, Outcome
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.text.likeness import marks

MINUTE, HOUR, DAY, WEEK = (timedelta(minutes=n) for n in (1, 60, 1440, 10_080))


def article(
    name: str,
    when: Condition | None,
    now: datetime,
    agency: str | None = None,
    names: tuple[str, ...] = (),
    **fields: object,
) -> Outcome:
    """Make the outcome of a story that matches, and rings when a condition holds."""
    outcome = told(f"{name}.txt", f"{name} begins.")
    [found] = outcome.found
    mentions = tuple(Mention("words", one, one.title(), "body", 0, 1) for one in names)
    return outcome._replace(
        arrival=outcome.arrival._replace(seen=now),
        found=(
            found._replace(
                article=found.article._replace(agency=agency, **fields),  # type: ignore[arg-type]
                alerts=tuple(alert._replace(when=when) for alert in found.alerts),
                mentions=mentions,
                marks=marks(str(fields.get("body", ""))),
            ),
        ),
    )


def take(store: Store, *outcomes: Outcome) -> int:
    """Take in some files at once; give how many alerts that raised."""
    before = store.db["alerts"].count
    accept(store, outcomes, outcomes[-1].arrival.seen)
    return store.db["alerts"].count - before


def unmet(store: Store) -> list[str | None]:
    """Give why the matches did not ring, in order."""
    return [row["unmet"] for row in store.db["matches"].rows]


BODY = (
    "The speaker of the parliament received a delegation of twelve members on Monday morning. "
    "They agreed to hold a joint session on the budget in the second half of September."
)
