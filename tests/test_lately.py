"""Conditions over time at work: what came before decides whether a match rings."""

import pytest

from conftest import START, Site, Wirewatch
from over_time import BODY, DAY, HOUR, MINUTE, WEEK, article, take, unmet
from wirewatch.model import Condition, Message
from wirewatch.notify.render import render
from wirewatch.states import MessageFormat
from wirewatch.store.claims import claim
from wirewatch.store.database import Store

THREE = Condition(articles=3, within=HOUR)


@pytest.mark.parametrize("together", [False, True])
def test_so_many_articles_within_a_time(store: Store, *, together: bool) -> None:
    """The third article within an hour rings, and counting begins anew; why others did not is kept."""
    made = [article(f"Story{n}", THREE, START + n * MINUTE) for n in range(7)]
    if together:
        assert take(store, *made) == 2
    else:
        assert [take(store, one) for one in made] == [0, 0, 1, 0, 0, 1, 0]
    one, two = "1 of 3 articles within 1 h", "2 of 3 articles within 1 h"
    assert unmet(store) == [one, two, None, one, two, None, one]
    assert [row["said"] for row in store.db["alerts"].rows] == ["3 articles within 1 h"] * 2


def test_what_is_too_old_does_not_count(store: Store) -> None:
    """Articles that are older than the time do not count."""
    for minutes in (0, 30, 60, 91):
        assert not take(store, article(f"Story{minutes}", THREE, START + minutes * MINUTE))
    assert take(store, article("Last", THREE, START + 95 * MINUTE)) == 1


def test_versions_are_one_article_and_copies_one_story(store: Store) -> None:
    """Versions of an article count once; articles of one story are one where stories are counted."""
    stories = Condition(stories=2, within=HOUR)
    assert not take(store, article("One", stories, START, guid="g"))
    assert not take(store, article("Two", stories, START, guid="g", version=2))
    assert not take(store, article("Three", Condition(articles=2), START, guid="g", version=3))
    assert take(store, article("Four", stories, START)) == 1


def test_rules_count_apart(store: Store) -> None:
    """What another rule matched does not count."""
    other = article("Other", None, START)
    [found] = other.found
    match = found.matches[0]._replace(rule="r2")
    take(store, other._replace(found=(found._replace(matches=(match,), alerts=()),)))
    assert not take(store, article("One", Condition(articles=2), START))
    assert take(store, article("Two", Condition(articles=2), START)) == 1


@pytest.mark.parametrize("together", [False, True])
def test_so_many_outlets_on_one_story(store: Store, *, together: bool) -> None:
    """A story rings when the third outlet brings it, and not for the fourth."""
    when = Condition(outlets=3)
    made = [
        article(agency, when, START, agency, guid="g", version=number, body=BODY)
        for number, agency in enumerate(("Trend", "Trend.", "Kabar", "TASS", "APA"), start=1)
    ]
    made[1] = article("again", when, START, "Trend", guid="g", version=2, body=BODY)
    if together:
        assert take(store, *made) == 1
    else:
        assert [take(store, one) for one in made] == [0, 0, 0, 1, 0]
    [alert] = store.db["alerts"].rows
    assert alert["said"] == "3 outlets"


def test_more_than_usual(store: Store) -> None:
    """Many more articles than in the same hours of past weeks ring, once in that time."""
    when = Condition(spike=3.0, within=2 * HOUR)
    take(store, article("Before", when, START - DAY))
    for week in range(3):
        at = START + week * WEEK
        assert not take(store, *(article(f"W{week}n{n}", when, at) for n in range(2)))
    now = START + 3 * WEEK
    assert not take(store, *(article(f"Now{n}", when, now) for n in range(5)))
    assert take(store, article("Sixth", when, now)) == 1
    assert not take(store, article("Seventh", when, now + HOUR))
    [alert] = store.db["alerts"].rows
    assert alert["said"] == "6 articles within 2 h, usually 2.0"
    assert unmet(store)[-1] == "it rang 1 h ago, once within 2 h"


def test_a_spike_of_one_batch(store: Store) -> None:
    """What comes at once is counted as if it came one by one."""
    when = Condition(spike=3.0, within=HOUR)
    for week in range(3):
        take(store, article(f"W{week}", when, START + week * WEEK))
    now = START + 3 * WEEK
    assert take(store, *(article(f"Now{n}", when, now) for n in range(9))) == 1
    assert unmet(store)[3:6] == [
        "1 article within 1 h, usually 1.0", "2 articles within 1 h, usually 1.0", None,
    ]  # fmt: skip


def test_a_name_that_was_never_read(store: Store) -> None:
    """A gazetteer's name rings when it is read for the first time, in a store that knows something."""
    when = Condition(new="words")
    assert not take(store, article("First", when, START, names=("majilis",)))
    now = START + WEEK
    assert not take(store, article("Known", when, now, names=("majilis",)))
    assert take(store, article("Fresh", when, now, names=("majilis", "eduskunta"))) == 1
    assert not take(store, article("Again", when, now, names=("eduskunta",)))
    [alert] = store.db["alerts"].rows
    assert alert["said"] == "never before: Eduskunta (eduskunta)"
    assert unmet(store)[0] == "learning: the store is filled for 0 s"


def test_of_one_batch_the_first_that_names_it_rings(store: Store) -> None:
    """Two articles that come at once and name the same ring once; other lists do not matter."""
    take(store, article("First", None, START))
    now, when = START + WEEK, Condition(new="words")
    two = [article(name, when, now, names=("eduskunta",)) for name in ("One", "Two")]
    assert take(store, *two) == 1
    other = article("Other", Condition(new="other"), now, names=("storting",))
    assert not take(store, other)


def test_a_newer_version_makes_nothing_known_of_itself(store: Store) -> None:
    """Versions of one article are no others: what only they name is still new, and rings once."""
    take(store, article("First", None, START))
    now, when = START + WEEK, Condition(new="words")
    take(store, article("One", None, now, names=("eduskunta",), guid="g"))
    second = article("Two", when, now, names=("eduskunta",), guid="g", version=2)
    [found] = second.found
    [match] = found.matches
    fresh = found._replace(
        matches=(match._replace(rule="r2"),),
        alerts=tuple(a._replace(match=match._replace(rule="r2")) for a in found.alerts),
    )
    assert take(store, second._replace(found=(fresh,))) == 1


@pytest.mark.parametrize(("days", "rings"), [(8, 0), (31, 1)])
def test_a_name_can_be_forgotten(store: Store, days: int, rings: int) -> None:
    """With `known_for` a name that was not read for so long is new again."""
    when = Condition(new="words", known_for=30 * DAY)
    take(store, article("First", None, START, names=("majilis",)))
    later = START + days * DAY
    assert take(store, article("Later", when, later, names=("majilis",))) == rings


def test_names_that_were_never_read_together(store: Store) -> None:
    """Two names ring when they stand in one article for the first time, however known each is."""
    when = Condition(pair="words")
    take(store, article("One", None, START, names=("majilis", "storting")))
    take(store, article("Two", None, START, names=("eduskunta", "majilis")))
    now = START + WEEK
    assert not take(store, article("Three", when, now, names=("storting", "majilis")))
    assert take(store, article("Four", when, now, names=("storting", "eduskunta", "majilis"))) == 1
    assert not take(store, article("Five", when, now, names=("storting", "eduskunta")))
    [alert] = store.db["alerts"].rows_where("said IS NOT NULL")
    assert alert["said"] == "never before: Eduskunta with Storting"


def test_the_message_says_why_it_rings(store: Store) -> None:
    """What the condition says stands in the message, in every markup."""
    take(store, *(article(f"Story{n}", Condition(articles=2), START) for n in range(2)))
    with store.write() as db:
        [message] = claim(db, START, {"desk": 8})
    assert isinstance(message, Message)
    for form in MessageFormat:
        assert "2 articles within 1 h" in render(message, form).body


RULE = """[[rule]]
name = "many"
query = "@parliament"
channels = ["desk"]
when = { %s }
"""
STORY = "ASTANA, March 2. The %s and the Milli Majlis agreed on %s, Trend reports. %s"


def test_a_rule_says_when(wirewatch: Wirewatch, site: Site) -> None:
    """`when` in a rule file is at work, and `rules why-not` tells why a match did not ring."""
    rules = site.folder / "rules.toml"
    rules.write_text(RULE % 'stories = 2, within = "2h"')
    assert wirewatch("check").code == 0
    site.deliver("a.txt", STORY % ("Majilis", "a law", "One."))
    wirewatch("ingest", "--no-deliver", site.inbox)
    ran = wirewatch("rules", "why-not", "many", "1")
    assert ran.code == 1
    assert "its condition over time did not hold: 1 of 2 stories within 2 h" in ran.out
    site.deliver("b.txt", STORY % ("Majilis", "schools for clerks", "Two."))
    wirewatch("ingest", "--no-deliver", site.inbox)
    assert "2 stories within 2 h" in wirewatch("alerts", "show", "1").out
    said = "many: rings only at 2 stories within 2 h, which is not replayed here"
    assert said in wirewatch("rules", "backtest", "many", "--since", "1d").out
    assert said in wirewatch("rules", "diff", rules, rules, "--since", "1d").out
    assert "  only at 2 stories within 2 h" in wirewatch("routes", "test", "1").out


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("", "it says nothing"),
        ('within = "1h"', "it says nothing"),
        ('outlets = 3, within = "1h"', "`within` has nothing to count"),
        ('articles = 3, known_for = "1d"', "`known_for` has nothing that is new"),
        ("articles = 1", "articles"),
        ("spike = 1", "spike"),
        ('articles = 2, within = "4000000d"', "no duration that a calendar holds"),
        ('new = "@parlament"', "unknown gazetteer @parlament"),
        ('pair = "@nothing"', "unknown gazetteer @nothing"),
        ("article = 3", "article"),
    ],
)
def test_a_condition_that_makes_no_sense(
    wirewatch: Wirewatch, site: Site, when: str, fault: str
) -> None:
    """A condition that says nothing, or names what is not there, is a fault with its place."""
    (site.folder / "rules.toml").write_text(RULE % when)
    ran = wirewatch("check")
    assert ran.code == 2
    assert "rule[1].when" in ran.err
    assert fault in ran.err
