"""A stretch of time at the desk, from one seed: lived through once, then looked at."""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wirewatch.alerts.routes import Router
from wirewatch.store.database import Store
from year import wall
from year.desk import deployed
from year.editors import Editors
from year.newsroom import Newsroom
from year.process import Diary, Process, SimulatedClock
from year.receivers import Network, Service, spells_of
from year.wishes import DYING, NAMES, WISHES


@dataclass(frozen=True)
class Lived:
    """What a stretch of time has left: the store, what the receivers got, and what happened."""

    seed: str
    begin: datetime
    end: datetime
    store: Store
    router: Router
    network: Network
    diary: Diary
    seconds: float

    def table(self) -> list[tuple[str, object]]:
        """Give the figures of it, each by its name."""
        db = self.store.db
        ends = db.execute(
            "SELECT state || coalesce(' (' || reason || ')', ''), count(*) FROM deliveries"
            " GROUP BY 1 ORDER BY 1"
        )
        spells = sum(len(service.spells) for service in self.network.services.values())
        return [
            ("seed", self.seed),
            *((name, db[name].count) for name in ("files", "articles", "matches", "alerts")),
            ("deliveries", db["deliveries"].count),
            *((f"  {end}", number) for end, number in ends),
            ("messages received", len(self.network.receipts)),
            ("messages that gather several", db["bundles"].count),
            ("attempts on deliveries", db["attempts"].count),
            ("  of them halves", db["bundles"].count_where("slot LIKE '% half of %'")),
            ("silences", db["silences"].count),
            ("alerts taken on", db["alerts"].count_where("acknowledged IS NOT NULL")),
            ("escalations", db["deliveries"].count_where("escalation")),
            ("matches that were not enough", db["matches"].count_where("unmet IS NOT NULL")),
            ("empty digests", db["alerts"].count_where("article_id IS NULL")),
            ("kills and stops of the process", len(self.diary.down)),
            ("outages and slow spells", spells),
            ("seconds", round(self.seconds)),
        ]


def live(folder: Path, seed: str, begin: datetime, days: int, articles: int) -> Lived:
    """Let the desk live for so many days and articles, and give what is left of it."""
    started = time.perf_counter()

    def chance(of: str) -> random.Random:
        return random.Random(f"{seed} {of}")  # noqa: S311 - no secret

    clock = SimulatedClock(begin)
    dying = {DYING: begin + timedelta(days=days * 0.4)}
    weather = chance("weather")
    services = {name: Service(spells_of(weather, begin, days, dying.get(name))) for name in NAMES}
    network = Network(chance("network"), clock, services)
    store = Store.open(folder / "wirewatch.db")
    deployment = deployed(folder)
    process = Process(store, deployment, network, clock, chance("process"))
    Editors(process, folder, clock, chance("editors")).plan(begin, days)
    newsroom = Newsroom(chance("newsroom"), begin, days, articles)
    end = begin + timedelta(days=days)
    _let_ask(process, chance("nothing"), begin, end)
    process.run(newsroom.drops(), end)
    return Lived(
        seed,
        begin,
        end,
        store,
        deployment.router,
        network,
        process.diary,
        time.perf_counter() - started,
    )


def _let_ask(process: Process, rng: random.Random, begin: datetime, end: datetime) -> None:
    """Let the process look for empty digests at their times, and once within the hour."""
    for wish in WISHES:
        for slot in wall.slots(wish, begin, end) if wish.nothing else ():
            later = slot + timedelta(minutes=rng.uniform(0.5, 59))
            process.plan(slot, process.look_for_empty_digests)
            process.plan(later, process.look_for_empty_digests)


YEAR = datetime(2026, 1, 1, tzinfo=UTC), 365, 500_000
FORTNIGHT = datetime(2026, 3, 22, tzinfo=UTC), 14, 2_000
