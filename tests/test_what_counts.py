"""What counts for a condition over time: what was withdrawn, silenced, embargoed, or long ago."""

from datetime import datetime, timedelta

import pytest

from conftest import START
from over_time import BODY, DAY, HOUR, MINUTE, WEEK, article, take, unmet
from wirewatch.clock import iso
from wirewatch.model import Condition, Outcome
from wirewatch.store import readings, silences
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.silences import Silence

NEW, PAIR = Condition(new="words"), Condition(pair="words")
THREE = Condition(articles=3, within=HOUR)
SPIKE = Condition(spike=3.0, within=6 * HOUR)


def send(store: Store, now: datetime) -> int:
    """Let what is due go out; give how many messages."""
    with store.write() as db:
        return len(claim(db, now, {"desk": 99}))


def fill(store: Store) -> None:
    """Let the store be filled for two weeks, by an article that nobody hears of."""
    before = article("Before", None, START - 2 * WEEK)
    [found] = before.found
    take(store, before._replace(found=(found._replace(matches=(), alerts=()),)))


def until(outcome: Outcome, lift: datetime) -> Outcome:
    """Give an article under an embargo, whose alerts wait for it."""
    [found] = outcome.found
    alerts = tuple(
        alert._replace(deliveries=tuple(one._replace(due=lift) for one in alert.deliveries))
        for alert in found.alerts
    )
    held = found.article._replace(embargo=iso(lift))
    return outcome._replace(found=(found._replace(article=held, alerts=alerts),))


def killed(name: str, now: datetime, guid: str) -> Outcome:
    """Make the second version of an article, which withdraws it."""
    return article(f"Kill {name}", None, now, guid=guid, version=2, status="canceled")


@pytest.mark.parametrize("names", [("majilis",), ("majilis", "storting")])
def test_a_copy_rings_after_a_silence(store: Store, names: tuple[str, ...]) -> None:
    """Of a name that was read while its rule was silenced nobody knows: a copy rings afterwards."""
    when = PAIR if len(names) > 1 else NEW
    fill(store)
    with store.write() as db:
        silences.add(db, Silence("*", "*", "*", START + HOUR, "me", "why"), START)
    assert take(store, article("One", when, START, "Trend", names, body=BODY)) == 1
    assert send(store, START) == 0
    later = START + 2 * HOUR
    assert take(store, article("Two", when, later, "Kabar", names, body=BODY)) == 1
    assert send(store, later) == 1
    assert take(store, article("Three", when, later, "APA", names)) == 0


def test_a_count_goes_on_through_a_silence(store: Store) -> None:
    """What was reached in a silence begins no new count: the next article after it rings."""
    with store.write() as db:
        silences.add(db, Silence("*", "*", "*", START + 10 * MINUTE, "me", "why"), START)
    for minute in range(3):
        take(store, article(f"Story{minute}", THREE, START + minute * MINUTE))
    assert send(store, START + 3 * MINUTE) == 0
    assert take(store, article("Next", THREE, START + 11 * MINUTE)) == 1
    assert send(store, START + 11 * MINUTE) == 1
    assert take(store, article("After", THREE, START + 12 * MINUTE)) == 0


@pytest.mark.parametrize("together", [False, True])
def test_a_free_copy_rings_before_an_embargo_ends(store: Store, *, together: bool) -> None:
    """A copy that may be told now is not kept silent by one that waits for its embargo."""
    fill(store)
    lift = START + 9 * HOUR
    held = until(article("One", NEW, START, "Trend", ("majilis",), body=BODY), lift)
    free = article("Two", NEW, START, "Kabar", ("majilis",), body=BODY)
    if together:
        assert take(store, held, free) == 2
    else:
        assert [take(store, held), take(store, free)] == [1, 1]
    assert take(store, article("Three", NEW, START, "APA", ("majilis",), body=BODY)) == 0


def test_what_waits_for_the_same_embargo_rings_once(store: Store) -> None:
    """Of two articles under one embargo the second names nothing new."""
    fill(store)
    lift = START + 9 * HOUR
    for name, rings in (("One", 1), ("Two", 0)):
        assert take(store, until(article(name, NEW, START, name, ("majilis",)), lift)) == rings


@pytest.mark.parametrize("together", [False, True])
def test_what_was_withdrawn_unheard_begins_no_count(store: Store, *, together: bool) -> None:
    """Where the alert was withdrawn before anybody heard of it, the others count on."""
    take(store, *(article(f"Story{n}", THREE, START) for n in range(2)))
    last = article("Last", THREE, START, guid="g")
    if together:
        assert take(store, last, killed("Last", START, "g")) == 1
    else:
        assert [take(store, last), take(store, killed("Last", START, "g"))] == [1, 0]
    assert take(store, article("Next", THREE, START + MINUTE)) == 1


def test_what_was_heard_and_then_withdrawn_begins_a_count(store: Store) -> None:
    """Where people were told, counting begins anew, though the article was withdrawn since."""
    take(store, *(article(f"Story{n}", THREE, START) for n in range(2)))
    take(store, article("Last", THREE, START, guid="g"))
    assert send(store, START) == 1
    take(store, killed("Last", START, "g"))
    assert take(store, article("Next", THREE, START + MINUTE)) == 0


@pytest.mark.parametrize("together", [False, True])
def test_withdrawn_articles_do_not_count(store: Store, *, together: bool) -> None:
    """Neither an article that was withdrawn counts, nor the version that withdraws it."""
    made = []
    for n in range(2):
        made.append(article(f"Story{n}", THREE, START, guid=f"g{n}"))
        made.append(killed(f"Story{n}", START, f"g{n}"))
    last = article("Last", THREE, START)
    if together:
        assert take(store, *made, last) == 0
    else:
        assert sum(take(store, one) for one in [*made, last]) == 0
    assert unmet(store)[-1] == "1 of 3 articles within 1 h"


def test_what_is_put_back_counts_again(store: Store) -> None:
    """A withdrawn article that comes again as a usable version counts."""
    two = Condition(articles=2)
    take(store, article("One", two, START, guid="g"), killed("One", START, "g"))
    assert take(store, article("Other", two, START)) == 0
    again = article("Again", None, START, guid="g", version=3)
    [found] = again.found
    assert take(store, again._replace(found=(found._replace(alerts=()),))) == 0
    assert take(store, article("Third", Condition(articles=3), START)) == 1


def test_outlets_that_withdrew_do_not_count(store: Store) -> None:
    """An outlet that withdrew its copy has the story no more."""
    when = Condition(outlets=2)
    take(store, article("One", when, START, "Trend", body=BODY, guid="g"))
    take(store, killed("One", START, "g"))
    assert take(store, article("Two", when, START, "Kabar", body=BODY)) == 0
    assert take(store, article("Three", when, START, "APA", body=BODY)) == 1


@pytest.mark.parametrize("together", [False, True])
def test_a_withdrawn_article_makes_no_name_known(store: Store, *, together: bool) -> None:
    """What only a withdrawn article named is read for the first time when another names it."""
    fill(store)
    first = article("One", None, START, names=("majilis",), guid="g")
    if together:
        take(store, first, killed("One", START, "g"))
    else:
        take(store, first)
        take(store, killed("One", START, "g"))
    assert take(store, article("Two", NEW, START, names=("majilis",))) == 1


def test_a_name_is_one_of_its_list(store: Store) -> None:
    """The same word in another list makes no name of this list known."""
    fill(store)
    other = article("One", None, START, names=("majilis",))
    [found] = other.found
    mentions = tuple(one._replace(gazetteer="other") for one in found.mentions)
    take(store, other._replace(found=(found._replace(mentions=mentions),)))
    assert take(store, article("Two", NEW, START, names=("majilis",))) == 1


def test_one_that_was_committed_late_ends_no_count(store: Store) -> None:
    """An article that was seen long ago, and committed late, hides none of those before it."""
    take(store, *(article(f"Story{n}", THREE, START) for n in range(2)))
    late = article("Late", None, START - 2 * HOUR)
    accept(store, [late._replace(found=(late.found[0]._replace(alerts=()),))], START)
    assert take(store, article("Last", THREE, START)) == 1


def test_versions_are_no_spike(store: Store) -> None:
    """Eight versions of one article count once, however they come."""
    fill(store)
    take(store, *(article(f"Week{n}", None, START - n * WEEK) for n in (4, 3, 2)))
    made = [article(f"Live{n}", SPIKE, START, guid="live", version=n) for n in range(1, 9)]
    assert take(store, *made[:4]) == 0
    assert sum(take(store, one) for one in made[4:]) == 0
    assert unmet(store)[-1] == "1 article within 6 h, usually 0.7"


def test_a_version_of_which_a_rule_is_true_at_last_counts(store: Store) -> None:
    """A version counts where the rule was true of none before it."""
    first = article("One", None, START, guid="g")
    take(store, first._replace(found=(first.found[0]._replace(matches=(), alerts=()),)))
    take(store, article("Two", SPIKE, START, guid="g", version=2))
    rows = store.db["hours"].rows_where("what = 'rule'")
    assert [row["articles"] for row in rows] == [1]


@pytest.mark.parametrize(("weeks", "rings"), [(52, 1), (2, 0)])
def test_the_first_burst_of_a_rare_rule_is_a_spike(store: Store, weeks: int, rings: int) -> None:
    """Weeks in which a rule was never true had none, if the store has been filled for three."""
    other = article("Other", None, START - weeks * WEEK)
    take(store, other._replace(found=(other.found[0]._replace(matches=(), alerts=()),)))
    assert sum(take(store, article(f"Burst{n}", SPIKE, START)) for n in range(9)) == rings


def test_a_clock_that_was_ahead_silences_no_spike(store: Store) -> None:
    """A spike that rang a day ahead of time does not keep the rule silent for a day."""
    fill(store)
    take(store, article("Week", None, START - 5 * WEEK))
    ahead = START + DAY
    assert sum(take(store, article(f"Ahead{n}", SPIKE, ahead)) for n in range(4)) == 1
    assert sum(take(store, article(f"Right{n}", SPIKE, START)) for n in range(9)) == 1
    assert "it rang 0 s ago" in str(unmet(store)[-1])


@pytest.mark.parametrize(("deep", "rings"), [(3, 1), (5, 0)])
def test_a_pair_is_sought_in_the_last_articles_of_the_rarer_name(
    store: Store, monkeypatch: pytest.MonkeyPatch, deep: int, rings: int
) -> None:
    """Of two names that are both frequent the last articles say whether they come together."""
    monkeypatch.setattr(readings, "_DEEP", deep)
    fill(store)
    take(store, article("Both", None, START, names=("majilis", "storting")))
    for n in range(4):
        for name in ("majilis", "storting"):
            take(store, article(f"{name}{n}", None, START, names=(name,)))
    assert take(store, article("Again", PAIR, START, names=("storting", "majilis"))) == rings


def test_a_list_of_names_makes_few_pairs(store: Store) -> None:
    """An article that names hundreds makes pairs of its first twenty."""
    fill(store)
    names = tuple(f"name{n:03}" for n in range(300))
    assert take(store, article("List", PAIR, START, names=names)) == 1
    [alert] = store.db["alerts"].rows
    assert alert["said"].count(" with ") == 190


def steps(store: Store, name: str, *names: str) -> int:
    """Count, in hundreds, the steps that SQLite takes for an article that names something."""
    taken: list[None] = []
    store.db.conn.set_progress_handler(lambda: taken.append(None), 100)
    assert take(store, article(name, PAIR, START, names=names)) == 1
    store.db.conn.set_progress_handler(None, 0)
    return len(taken)


def test_frequent_names_cost_no_more_than_others(store: Store) -> None:
    """Whether two names were read together costs no more where each was read ten times as often."""
    fill(store)
    for names, number in ((("a", "b"), 3_000), (("c", "d"), 30_000)):
        [(last,)] = store.db.execute("SELECT max(id) FROM articles").fetchall()
        ids = range(last + 1, last + 1 + number)
        filler = store.db.table("articles").get(1)
        store.db.table("articles").insert_all(filler | {"id": n, "guid": f"g{n}"} for n in ids)
        store.db.table("mentions").insert_all(
            {"article_id": n, "gazetteer": "words", "entry": names[n % 2], "spelling": "x",
             "zone": "body", "start": 0, "end": 1} for n in ids
        )  # fmt: skip
    few, many = steps(store, "Few", "a", "b"), steps(store, "Many", "c", "d")
    assert many < few * 2


def test_times_are_long_enough(store: Store) -> None:
    """The longest times that a rule may name cost no article."""
    century = timedelta(days=36_525)
    when = Condition(articles=2, new="words", known_for=century, within=century)
    fill(store)
    assert take(store, article("One", when, START, names=("majilis",))) == 0
    assert take(store, article("Two", when, START, names=("storting",))) == 1
