"""Retention: what is old enough goes whole, what waits or is needed stays, nothing comes twice."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from conftest import START, ManualClock, Site, Wirewatch, told
from kept import DAY, all_sent, came, counts, is_whole
from over_time import article, take
from wirewatch.clock import iso
from wirewatch.model import Condition
from wirewatch.pipeline import pruning
from wirewatch.pipeline.pruning import Pruned, Pruning
from wirewatch.pipeline.storecare import StoreCare
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.ledger import contradictions, mark_kept
from wirewatch.store.retention import LEAST, Keeping
from wirewatch.store.upkeep import free_bytes, gives_back, used_bytes, vacuum
from wirewatch.tables import BackupTable

MONTH = 30 * DAY
ALL = Keeping(MONTH, MONTH, 2 * MONTH)


def prune(
    store: Store,
    now: datetime,
    keeping: Keeping = ALL,
    rest: Callable[[float], bool] = lambda _: False,
    *,
    dry: bool = False,
) -> Pruned:
    """Let go what may, and see that the store is whole."""
    pruned = Pruning(store, keeping, now, rest, dry=dry).run()
    assert is_whole(store)
    assert contradictions(store.db) == []
    return pruned


def headlines(store: Store) -> list[str]:
    return [row["headline"].split()[0] for row in store.db["articles"].rows]


def test_old_articles_go_with_all_that_hangs_on_them(store: Store) -> None:
    """An article of which no alert speaks goes at its age, with mentions, matches and full text."""
    came(store, "Old")
    came(store, "Young", START + 40 * DAY)
    pruned = prune(store, START + 60 * DAY)
    assert headlines(store) == ["Young"]
    assert +pruned.rows == Counter(articles=1)
    assert (store.db["mentions"].count, store.db["matches"].count) == (1, 1)
    found = store.db.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'old'")
    assert found.fetchall() == []


def test_what_was_told_goes_later_with_its_receipts(store: Store) -> None:
    """Attempts go first; an alert stays with its article and its deliveries until its own age."""
    came(store, "Told", alert=True)
    all_sent(store)
    came(store, "Next", START + 100 * DAY, alert=True)
    all_sent(store, START + 100 * DAY)
    prune(store, START + 45 * DAY)
    kept = counts(store)
    assert (kept["articles"], kept["alerts"], kept["deliveries"], kept["attempts"]) == (2, 2, 2, 1)
    prune(store, START + 110 * DAY)
    kept = counts(store)
    assert (kept["articles"], kept["alerts"], kept["deliveries"], kept["attempts"]) == (1, 1, 1, 1)
    assert kept["files"] == 2, "the ledger stays"


@pytest.mark.parametrize("state", ["pending", "sending", "failed"])
def test_what_waits_to_be_told_never_goes(store: Store, state: str) -> None:
    """However old, a story stays for as long as anybody is to be told of it, with its attempts."""
    came(store, "Waiting", alert=True)
    all_sent(store)
    store.db.execute("UPDATE deliveries SET state = ?", [state])
    came(store, "Next", START + DAY, alert=True)
    prune(store, START + 1000 * DAY)
    assert headlines(store) == ["Waiting", "Next"]
    assert counts(store)["attempts"] == 1


def test_the_same_file_is_not_stored_again(store: Store) -> None:
    """The bytes, or the article in other bytes, are known for as long as the ledger is kept."""
    outcome = came(store, "Old")
    came(store, "Next", START + DAY)
    prune(store, START + 60 * DAY)
    elsewhere = outcome._replace(arrival=outcome.arrival._replace(path="again.txt"))
    other = told("other.txt", "Old, in other bytes.", guid="guid of Old")
    done = accept(store, [outcome, elsewhere, other], START + 60 * DAY)
    assert [one.state for one in done] == [
        FileState.STORED,
        FileState.DUPLICATE,
        FileState.DUPLICATE,
    ]
    assert not done[0].new
    assert [one.reason for one in done[1:]] == [FileReason.SAME_CONTENT, FileReason.SAME_ARTICLE]
    assert headlines(store) == ["Next"]


def test_a_new_version_of_what_has_gone_is_a_new_article(store: Store) -> None:
    """A higher version is stored, current, and rings; an older or equal one stays unknown."""
    came(store, "Old", version=5)
    came(store, "Next", START + DAY)
    prune(store, START + 60 * DAY)
    outcome = told("new.txt", "Old has news.", guid="guid of Old")
    [found] = outcome.found
    newer = found._replace(article=found.article._replace(version=6))
    [done] = accept(store, [outcome._replace(found=(newer,))], START + 60 * DAY)
    assert (done.state, done.alerts) == (FileState.STORED, 1)
    assert [row["current"] for row in store.db["articles"].rows_where("version = 6")] == [1]


def test_a_story_goes_whole_or_not_at_all(store: Store) -> None:
    """While its last article is young, or an alert speaks of it, the first of a story stays too."""
    came(store, "First", guid="g")
    came(store, "Second", START + 40 * DAY, guid="g", version=2)
    came(store, "Next", START + 41 * DAY)
    prune(store, START + 60 * DAY)
    assert headlines(store) == ["First", "Second", "Next"]
    prune(store, START + 80 * DAY)
    assert headlines(store) == ["Next"]


def test_a_page_that_comes_each_hour_does_not_keep_all_its_versions(store: Store) -> None:
    """Of a story that never ends old versions go that were replaced and of which no alert speaks."""
    for number in range(1, 6):
        told_of = number == 2
        at = START + number * 10 * DAY
        came(store, f"V{number}", at, guid="g", version=number, alert=told_of)
    all_sent(store)
    prune(store, START + 65 * DAY)
    assert headlines(store) == ["V1", "V2", "V4", "V5"]
    assert store.db["retired"].count == 1


def test_the_newest_stays_so_that_no_number_is_given_twice(store: Store) -> None:
    """After years without a delivery the last article and the last alert are there still."""
    came(store, "Alerted", alert=True)
    all_sent(store)
    came(store, "Last", START + DAY)
    prune(store, START + 3000 * DAY)
    assert headlines(store) == ["Alerted", "Last"]


def test_alarms_go_when_they_are_over(store: Store) -> None:
    """Alerts of the desk's own alarms go at the age of alerts, but for those that stand."""
    for number, cleared in enumerate((iso(START), None), 1):
        store.db.table("alarms").insert(
            {"kind": "disk-low", "subject": str(number), "said": "full", "raised": iso(START)}
            | {"cleared": cleared}
        )
        store.db.table("alerts").insert(
            {"alarm": number, "rule": "alarm:disk-low", "title": "t", "severity": "high"}
            | {"said": "full", "created": iso(START)}
        )
    came(store, "Next", START + DAY, alert=True)
    all_sent(store)
    prune(store, START + 100 * DAY)
    assert [row["subject"] for row in store.db["alarms"].rows] == ["2"]


NEW = Condition(new="words")
PAIR = Condition(pair="words")


@pytest.mark.parametrize("names", [("astana",), ("astana", "baku")], ids=["name", "pair"])
def test_a_name_that_was_read_is_not_new_again(store: Store, names: tuple[str, ...]) -> None:
    """What conditions ask of the past is answered alike before and after its articles went."""
    when = NEW if len(names) == 1 else PAIR
    came(store, "Learning", START - 10 * DAY)
    came(store, "Read", START, names=names)
    came(store, "Next", START + DAY)
    now = START + 60 * DAY
    prune(store, now)
    assert "Read" not in headlines(store)
    came(store, "Old enough", now - 20 * DAY)
    assert take(store, article("Again", when, now, names=names)) == 0
    assert take(store, article("Other", when, now, names=("oslo", "rome"))) == 1
    forgetful = when._replace(known_for=20 * DAY)
    assert take(store, article("Long ago", forgetful, now, names=names)) == 0, "Again was just now"


def test_a_name_that_nobody_heard_of_is_new_still(store: Store) -> None:
    """What was read in an article whose alert was kept silent does not count, nor if withdrawn."""
    came(store, "Silenced", alert=True, names=("astana",))
    store.db.execute("UPDATE deliveries SET state = 'suppressed', reason = 'silenced'")
    came(store, "Killed", names=("baku",), status="canceled")
    came(store, "Next", START + DAY, alert=True)
    all_sent(store)
    prune(store, START + 100 * DAY)
    assert headlines(store) == ["Next"]
    assert [row["entry"] for row in store.db["read_before"].rows] == []


def test_the_ledger_forgets_only_what_was_taken_away(store: Store) -> None:
    """A file that we archived or deleted may be forgotten; one that lies in its inbox never is."""
    for name in ("Archived", "Left", "Next"):
        came(store, name, START if name != "Next" else START + DAY)
    mark_kept(store, [(1, "/archive/Archived.txt")])
    keeping = Keeping(articles=MONTH, alerts=MONTH, ledger=3 * MONTH)
    prune(store, START + 60 * DAY, keeping)
    assert counts(store)["files"] == 3
    prune(store, START + 100 * DAY, keeping)
    assert [row["path"] for row in store.db["files"].rows] == ["Left.txt", "Next.txt"]
    assert [row["guid"] for row in store.db["retired"].rows] == ["guid of Left"]


def test_a_dry_run_counts_and_changes_nothing(store: Store) -> None:
    """`--dry-run` tells what the run itself then lets go, kind by kind."""
    for number in range(60):
        came(store, f"A{number}", START, alert=number % 3 == 0)
    all_sent(store)
    came(store, "Next", START + DAY, alert=True)
    before = counts(store)
    would = prune(store, START + 100 * DAY, dry=True)
    assert counts(store) == before
    went = prune(store, START + 100 * DAY)
    assert would.rows["articles"] == went.rows["articles"] == 60
    assert would.rows["attempts"] == went.rows["attempts"] == 20


def test_by_size_the_oldest_go_first_and_what_was_told_last(store: Store) -> None:
    """Over its size the store loses what nobody was told of, oldest first, and nothing young."""
    for number in range(120):
        at = START + number * timedelta(hours=1)
        came(store, f"A{number:03}", at, alert=number < 10, body=f"word{number} " * 2_000)
    all_sent(store)
    size = used_bytes(store.db)
    pruned = prune(store, START + 60 * DAY, Keeping(size=size * 2 // 3))
    assert pruned.after <= size * 2 // 3 < pruned.before
    left = headlines(store)
    assert len(left) > 50, "not much more went than had to"
    assert left[:10] == [f"A{number:03}" for number in range(10)]
    assert left[10:] == [f"A{number:03}" for number in range(130 - len(left), 120)]
    prune(store, START + 60 * DAY, Keeping(size=1))
    assert headlines(store) == ["A009", "A119"]
    came(store, "Young", START + 61 * DAY)
    prune(store, START + 61 * DAY + LEAST / 2, Keeping(size=1))
    assert "Young" in headlines(store)


def test_the_index_is_merged_whole_only_where_much_went(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour's worth of articles does not make SQLite write the whole index anew, nor does none."""
    merged: list[bool] = []

    def merge(_db: object, _pages: int, *, whole: bool) -> bool:
        merged.append(whole)
        return False

    monkeypatch.setattr(pruning, "merge_index", merge)
    for number in range(100):
        came(store, f"A{number}", START + number * DAY)
    prune(store, START + 31 * DAY)
    assert merged == [False]
    prune(store, START + 60 * DAY)
    assert merged == [False, True]
    prune(store, START + 60 * DAY, Keeping(MONTH, MONTH, MONTH, size=1))
    assert merged[2:] == [True], "of what is young nothing goes, however large the store is"


def test_arrivals_pass_between_two_steps(store: Store) -> None:
    """Between two small transactions others write; a delivery revived meanwhile keeps its story."""
    for number in range(100):
        came(store, f"A{number}", START, alert=True)
    all_sent(store)
    came(store, "Next", START + DAY, alert=True)
    all_sent(store)
    writer = store.sibling()
    rests: list[float] = []

    def rest(seconds: float) -> bool:
        if not rests:
            with writer.write() as db:
                db.execute("UPDATE deliveries SET state = 'pending' WHERE alert_id = 90")
        rests.append(seconds)
        came(writer, f"Late{len(rests)}", START + 100 * DAY)
        return False

    prune(store, START + 100 * DAY, Keeping(alerts=MONTH), rest)
    assert len(rests) >= 5
    assert headlines(store)[:2] == ["A89", "Next"]
    assert len(headlines(store)) == 2 + len(rests)
    writer.close()


def test_it_stops_when_the_daemon_does(store: Store) -> None:
    """Asked to stop it ends after a step; the next run goes on."""
    for number in range(50):
        came(store, f"A{number}")
    came(store, "Next", START + DAY)
    prune(store, START + 60 * DAY, rest=lambda _: True)
    assert len(headlines(store)) == 51 - 12
    prune(store, START + 60 * DAY)
    assert headlines(store) == ["Next"]


def test_free_room_is_given_back_in_steps(store: Store, clock: ManualClock) -> None:
    """The job gives the disk what is free, but for what is soon used again."""
    for number in range(150):
        came(store, f"A{number}", START, body=f"word{number} " * 20_000)
    came(store, "Next", START + DAY)
    clock.advance(60 * 86_400)
    steps: list[float] = []

    def rest(seconds: float) -> bool:
        steps.append(seconds)
        return False

    before = store.db.execute("PRAGMA page_count").fetchone()
    StoreCare(store, clock, Keeping(articles=MONTH), BackupTable()).prune(rest)
    assert store.db.execute("PRAGMA page_count").fetchone() < before
    assert 10_000_000 < free_bytes(store.db) <= 16_000_000
    assert len(steps) > 20
    assert is_whole(store)


def test_an_old_store_can_be_made_anew(store: Store) -> None:
    """A store that was made without it gives room back in steps once it was vacuumed."""
    store.db.execute("PRAGMA auto_vacuum = NONE")
    store.db.execute("VACUUM")
    assert not gives_back(store.db)
    came(store, "Here")
    vacuum(store)
    assert gives_back(store.db)
    assert is_whole(store)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ('articles = "10d"', "retention.articles: 10 d is less than retention itself looks back"),
        ('attempts = "1d"', "keep them for 14 d at least"),
        ('alerts = "30d"\n[stories]\nwithin = "60d"', "less than stories.within looks back"),
        ('articles = "60d"\nalerts = "30d"', "alerts go before articles"),
        ('articles = "60d"\nalerts = "90d"\nledger = "80d"', "ledger go before alerts"),
    ],
)
def test_a_limit_that_is_too_short_is_a_fault(
    site: Site, wirewatch: Wirewatch, limits: str, said: str
) -> None:
    """What rules, stories or receipts need longer than it is kept is said before anything goes."""
    site.write("json://127.0.0.1:9/hook", f"[retention]\n{limits}\n")
    ran = wirewatch("check")
    assert ran.code == 2
    assert said in ran.err + ran.out


def test_a_rule_that_looks_back_longer_is_named(site: Site, wirewatch: Wirewatch) -> None:
    """Articles that a rule's condition counts are not let go before their time."""
    site.write("json://127.0.0.1:9/hook", '[retention]\narticles = "20d"\n')
    rules = site.folder / "rules.toml"
    rules.write_text(rules.read_text() + 'when = { articles = 5, within = "25d" }\n')
    ran = wirewatch("check")
    assert ran.code == 2
    assert "20 d is less than rule 'kz-az' looks back" in ran.err + ran.out


def test_looking_for_what_may_go_asks_indexes(store: Store) -> None:
    """An alert or an article that goes makes SQLite look through no table for what refers to it."""
    came(store, "Old", alert=True)
    with store.write() as db:
        claim(db, START, {"desk": 1})
    for child, column in (
        ("alerts", "recalls"), ("alerts", "alarm"), ("matches", "echoes"), ("attempts", "delivery_id"),
        ("deliveries", "bundle"), ("retired", "file_id"), ("articles", "file_id"),
        ("mentions", "article_id"), ("matches", "article_id"), ("alerts", "article_id"),
        ("deliveries", "alert_id"), ("alerts", "match_id"),
    ):  # fmt: skip
        asked = f"EXPLAIN QUERY PLAN SELECT 1 FROM {child} WHERE {column} = ?"  # noqa: S608
        plan = store.db.execute(asked, [1])
        assert "SEARCH" in plan.fetchone()[3], (child, column)


def test_foreign_keys_hold_while_rows_go(store: Store) -> None:
    """The connection that prunes holds rows to their references, so that no step can leave one."""
    came(store, "Kept", alert=True)
    with pytest.raises(sqlite3.IntegrityError):
        store.db.execute("DELETE FROM articles")
