"""Groups: the first of what belongs together is told at once, the others together, at times known."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from conftest import START, Site, Wirewatch, told
from wirewatch.alerts.compose import compose
from wirewatch.alerts.groups import group_of
from wirewatch.alerts.policy import Policy
from wirewatch.alerts.routes import Router
from wirewatch.clock import iso
from wirewatch.model import STORY, Article, Attempt, Match, Message
from wirewatch.rhythm import quiet_of
from wirewatch.states import DeliveryReason, GroupBy, Severity
from wirewatch.store.accept import accept
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HALF_HOUR = Policy(interval=30 * MINUTE)
ARTICLE = Article("tag:1", "", "A visit", "Words.", place="Almaty", language="kk")
MATCH = Match("kz-visits", "h", "Visits", Severity.HIGH, ("desk",), ())
DOCS = Path(__file__).parents[1] / "docs" / "operations.md"


def arrive(
    store: Store, name: str, now: datetime, group: str = "rule r1", **fields: object
) -> None:
    """Take in a story whose alert belongs to a group."""
    outcome = told(f"{name}.txt", f"{name.title()} begins.")
    [found] = outcome.found
    [alert] = found.alerts
    match = alert.match._replace(**fields)  # type: ignore[arg-type]
    deliveries = tuple(one._replace(group=group, due=now) for one in alert.deliveries)
    alert = alert._replace(match=match, deliveries=deliveries)
    accept(store, [outcome._replace(found=(found._replace(alerts=(alert,)),))], now)


def sent(
    store: Store, now: datetime, policy: Policy = HALF_HOUR, *, failed: bool = False
) -> list[Message]:
    """Send what is due; give the messages."""
    with store.write() as db:
        messages = claim(db, now, {"desk": 16}, {"desk": policy})
    why = DeliveryReason.UNREACHABLE if failed else None
    attempts = [Attempt(one.delivery_id, "desk", now, not failed, 1.0, why) for one in messages]
    with store.write() as db:
        record(db, attempts, lambda *_: MINUTE, DAY)
    return messages


def sizes(messages: list[Message]) -> list[int]:
    """Give how many alerts each message tells of."""
    return [len(one.gathered) or 1 for one in messages]


def examples() -> list[tuple[str, str]]:
    """Give the worked examples of the docs: when alerts come, and which messages go out."""
    rows = re.findall(r"^\| (\d\d:\d\d.*?) \| (\d\d:\d\d .*?) \|$", DOCS.read_text(), re.MULTILINE)
    assert len(rows) > 5
    return rows


@pytest.mark.parametrize(("comes", "goes"), examples())
def test_the_examples_of_the_docs(store: Store, comes: str, goes: str) -> None:
    """Each worked example in docs/operations.md is what happens."""
    coming = [START + _since_noon(when) for when in comes.split(", ")]
    log = []
    for number, moment in enumerate(coming):
        while (due := next_due(store.db, ["desk"])) and due <= moment:
            log += [(due, size) for size in sizes(sent(store, due))]
        arrive(store, f"story{number}", moment)
        log += [(moment, size) for size in sizes(sent(store, moment))]
    while due := next_due(store.db, ["desk"]):
        log += [(due, size) for size in sizes(sent(store, due))]
    assert ", ".join(f"{moment:%H:%M} ({size})" for moment, size in log) == goes


def _since_noon(said: str) -> timedelta:
    hour, minute = map(int, said.split(":"))
    return timedelta(hours=hour - 12, minutes=minute)


def test_what_waits_says_so(store: Store) -> None:
    """What waits for its group has that as its reason, and counts in the message that goes meanwhile."""
    arrive(store, "one", START)
    arrive(store, "two", START)
    [first] = sent(store, START)
    assert first.held == 1
    [waiting] = store.db["deliveries"].rows_where("state = 'pending'")
    assert (waiting["reason"], waiting["due"]) == ("grouped", iso(START + 30 * MINUTE))


def test_groups_keep_apart(store: Store) -> None:
    """Each group has its own first message, and its own gathered one."""
    for number, group in enumerate(("a", "b", "a", "a", "b", "b")):
        arrive(store, f"story{number}", START, group)
    assert sizes(sent(store, START)) == [1, 1]
    gathered = sent(store, START + 30 * MINUTE)
    assert sizes(gathered) == [2, 2]
    assert len({one.key for one in gathered}) == 2


def test_what_is_urgent_waits_for_no_group(store: Store) -> None:
    """What breaks through everything else goes at once."""
    arrive(store, "one", START)
    arrive(store, "two", START, severity=Severity.CRITICAL)
    assert sizes(sent(store, START)) == [1, 1]


def test_a_first_message_that_fails_lets_the_next_go(store: Store) -> None:
    """As long as nothing of a group has gone out, the next of it is the first."""
    arrive(store, "one", START)
    sent(store, START, failed=True)
    arrive(store, "two", START)
    assert sizes(sent(store, START)) == [1]
    arrive(store, "three", START)
    assert sent(store, START) == []


def test_a_group_that_ends_in_the_night(store: Store) -> None:
    """What has waited for its group still waits for the end of quiet hours."""
    policy = Policy(interval=30 * MINUTE, quiet=(quiet_of("12:15-14:00"),))
    for number in range(3):
        arrive(store, f"story{number}", START)
    assert sizes(sent(store, START, policy)) == [1]
    assert sent(store, START + 30 * MINUTE, policy) == []
    assert sizes(sent(store, START + 120 * MINUTE, policy)) == [2]


def test_each_gathered_message_counts(store: Store) -> None:
    """Where only so many messages are wanted, each group's counts as one."""
    policy = Policy(interval=30 * MINUTE, rate=3)
    for number, group in enumerate(("a", "a", "a", "b", "b", "b")):
        arrive(store, f"story{number}", START, group)
    assert sizes(sent(store, START, policy)) == [1, 1]
    assert sizes(sent(store, START + 30 * MINUTE, policy)) == [2]
    assert sizes(sent(store, START + 60 * MINUTE, policy)) == [2]


def test_a_repeat_is_the_same_message(store: Store) -> None:
    """A gathered message that fails goes again as it was, under its key, and waits for no group."""
    for number in range(3):
        arrive(store, f"story{number}", START)
    sent(store, START)
    [failed] = sent(store, START + 30 * MINUTE, failed=True)
    [again] = sent(store, START + 31 * MINUTE)
    assert (again.key, sizes([again])) == (failed.key, [2])


@pytest.mark.parametrize(
    ("by", "own", "group"),
    [
        (GroupBy.RULE, "x", "rule kz-visits"),
        (GroupBy.STORY, "x", f"story {STORY}"),
        (GroupBy.OWN, "{rule}", "own kz-visits"),
        (GroupBy.OWN, "elections", "own elections"),
        (GroupBy.OWN, "{place}, {language}: {agency}", "own Almaty, kk: unknown"),
        (GroupBy.OWN, "{source} {severity} {story}", f"own wires high {STORY}"),
    ],
)
def test_what_belongs_together(by: GroupBy, own: str, group: str) -> None:
    """A group is a rule, a story, or what the rule says, with what is known of the article."""
    assert group_of(by, own, MATCH, ARTICLE, "wires") == group


def test_only_channels_that_want_groups_have_them(store: Store) -> None:
    """The story's number stands in the group where the channel groups by it; others have none."""
    router = Router(groups={"desk": GroupBy.STORY})
    outcome = told("a.txt", "Story begins.", ("desk", "phone"))
    [found] = outcome.found
    alerts = compose(found.article, found.matches, START, router)
    accept(store, [outcome._replace(found=(found._replace(alerts=alerts),))], START)
    groups = {row["channel"]: row["grouping"] for row in store.db["deliveries"].rows}
    assert groups == {"desk": "story 1", "phone": None}


def test_a_text_cannot_choose_its_group() -> None:
    """What an article says of itself is only a value: braces in it are not looked at again."""
    article = ARTICLE._replace(place="{story}")
    assert group_of(GroupBy.OWN, "{place}", MATCH, article, "wires") == "own {story}"


def test_channels_and_rules_say_how_they_group(wirewatch: Wirewatch, site: Site) -> None:
    """`group` and `interval` of a channel, `group` of a rule: checked, and at work."""
    site.write("json://127.0.0.1:9/x", 'group = "own"\ninterval = "5m"\n')
    rules = site.folder / "rules.toml"
    rules.write_text(rules.read_text() + 'group = "{plaec}"\n')
    ran = wirewatch("check")
    assert ran.code == 2
    assert "{plaec} is no field of an alert" in ran.err
    rules.write_text(rules.read_text().replace("plaec", "place"))
    assert wirewatch("check").code == 0
    site.deliver(
        "a.txt", "ASTANA, March 2. The Majilis and the Milli Majlis agreed, Trend reports."
    )
    wirewatch("ingest", "--no-deliver", site.inbox)
    store = Store.open(site.database)
    [row] = store.db["deliveries"].rows
    store.close()
    assert row["grouping"] == "own ASTANA"
