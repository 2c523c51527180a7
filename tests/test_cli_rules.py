"""Rules on the command line: listed, tested, explained, tried on the archive, alerts replayed."""

import json

import pytest
from sqlite_utils import Database

from conftest import STORY, Site, Wirewatch
from wirewatch.deployment import load_deployment
from wirewatch.errors import StoreError
from wirewatch.pipeline.silence import why_not
from wirewatch.store.database import open_reader

RULES = """
[[rule]]
name = "visits"
title = "Visits"
query = 'Majilis NEAR/3 (visit* OR delegation*) AND NOT title:sport'
channels = ["desk"]
[[rule.test]]
text = "A delegation of the Majilis came."
spans = ["delegation", "Majilis"]
[[rule.test]]
text = "A delegation came to a city far from the Majilis."
matches = false
[[rule]]
name = "any"
query = '/[a-z]+/ AND Majilis'
[[rule]]
name = "slow"
query = '/[0-9]+/'
"""


@pytest.fixture
def rules(site: Site) -> Site:
    (site.folder / "rules.toml").write_text(RULES)
    return site


@pytest.mark.usefixtures("rules")
def test_rules_are_listed(wirewatch: Wirewatch) -> None:
    """`rules list` gives each rule with its hash and query, and says which one is slow and why."""
    listed = json.loads(wirewatch("rules", "list", "--json").out)
    assert [row["name"] for row in listed] == ["visits", "any", "slow"]
    assert [row["tests"] for row in listed] == [2, 0, 0]
    assert listed[0]["note"] is None
    assert "tried on every article" in listed[2]["note"]
    shown = wirewatch("rules", "list").out
    assert f"visits  normal  → desk  {listed[0]['hash']}" in shown
    assert "rule 'slow' is slow" in wirewatch("check").out


def test_the_tests_of_rules_are_run(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules test` runs them, counts them, and names the rules that have none."""
    ran = wirewatch("rules", "test")
    assert (ran.code, ran.out) == (0, "2 of 2 tests passed\n2 of 3 rules have no test: any, slow\n")
    (rules.folder / "story.txt").write_text("ASTANA, March 2. A delegation of the Majilis met.")
    more = '[[rule.test]]\nfile = "story.txt"\nmatches = false\n[[rule.test]]\nfile = "no.txt"\n'
    wrong = '[[rule.test]]\ntext = "A visit of the Majilis."\nspans = ["visit"]\n'
    (rules.folder / "rules.toml").write_text(
        RULES.split('[[rule]]\nname = "any"', maxsplit=1)[0] + more + wrong
    )
    ran = wirewatch("rules", "test")
    assert ran.code == 1
    assert "rule[1].test[3]: rule 'visits' matches, at ['delegation', 'Majilis']" in ran.out
    assert "rule[1].test[4]: rule 'visits'" in ran.out
    assert "no.txt cannot be read" in ran.out
    assert "marks ['visit', 'Majilis'], not ['visit']" in ran.out
    assert "2 of 5 tests passed" in ran.out
    told = json.loads(wirewatch("rules", "test", "--json").out)
    assert (told["tests"], len(told["failed"]), told["rules_without_test"]) == (5, 3, [])


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("matches = true", "needs a text or a file"),
        ('text = "a"\nfile = "b"', "not both"),
        ('text = "a"\nmatches = false\nspans = ["a"]', "names spans"),
        ('txt = "a"', "did you mean 'text'?"),
    ],
)
def test_a_test_that_makes_no_sense_is_a_fault(
    rules: Site, wirewatch: Wirewatch, test: str, said: str
) -> None:
    """A test without a text, with two, or that contradicts itself stops the start by name."""
    (rules.folder / "rules.toml").write_text(f"{RULES}[[rule.test]]\n{test}\n")
    ran = wirewatch("check")
    assert ran.code == 2
    assert "rule[3].test[1]" in ran.err
    assert said in ran.err


def test_a_rule_is_explained(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules explain` draws what was true and where, and how close a NEAR that failed came."""
    story = rules.folder / "story.txt"
    story.write_text("ASTANA, March 2. A delegation came to a city far from the old Majilis.")
    ran = wirewatch("rules", "explain", "visits", story)
    assert ran.code == 1
    assert "✗ NEAR/3  closest: 9 words apart" in ran.out
    assert "✓ majilis  “Majilis” body 45" in ran.out
    assert "✗ visit*  not found" in ran.out
    assert "because of: NEAR/3 (closest: 9 words apart)" in ran.out
    story.write_text("ASTANA, March 2. A delegation of the Majilis came.")
    ran = wirewatch("rules", "explain", "visits", story, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["query"], told["true"]) == (0, "AND", True)
    assert told["parts"][0]["spans"] == [["body", 2, 12], ["body", 20, 27]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "visit", "1"), "did you mean 'visits'?"),
        (("explain", "visits", "99"), "there is no"),
        (("explain", "visits", "no.txt"), "no.txt cannot be read"),
        (("why-not", "visits", "99"), "there is no"),
        (("backtest", "visits", "--since", "soon"), "no duration"),
        (("backtest", "visits", "--since", "0d"), "no time from"),
        (("backtest", "visits", "--since", "36525d"), "no time from"),
        (("backtest", "visits", "--since", "999999d"), "no duration"),
    ],
)
def test_what_is_not_there_is_said(
    rules: Site, wirewatch: Wirewatch, words: tuple[str, ...], said: str
) -> None:
    """An unknown rule, article, file or time is an error that says so."""
    rules.deliver("story.txt", STORY)
    wirewatch("ingest", rules.inbox, "--no-deliver")
    ran = wirewatch("rules", *words)
    assert ran.code != 0
    assert said in ran.err


def told(site: Site, wirewatch: Wirewatch, *stories: str) -> None:
    """Take stories in, without telling anybody."""
    for number, story in enumerate(stories):
        site.deliver(f"s{number}.txt", story)
    wirewatch("ingest", site.inbox, "--no-deliver")


NEAR = "ASTANA, March 2. A delegation of the Majilis came, Kazinform reports."
FAR = "BAKU, March 2. A delegation came, and nobody knew why the Majilis met, Trend reports."


ANPA = (
    "\x16\x16\x01a0421\x1fworld\nu i\x13\x11 BC-Bridges   03-04 0096\n"
    "\x02BC-Bridges{},71<\n\t   {}\n\x04"
)


def test_why_it_did_not_ring(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules why-not` names the clause that failed, the state of the alert, or what has changed."""
    told(rules, wirewatch, NEAR, FAR)
    numbers = [row["id"] for row in json.loads(wirewatch("search", "majilis", "--json").out)][::-1]
    by_city = {
        row["place"]: row["id"] for row in json.loads(wirewatch("search", "majilis", "--json").out)
    }
    assert len(numbers) == 2
    ran = wirewatch("rules", "why-not", "visits", by_city["BAKU"])
    assert (ran.code, ran.out) == (
        1, "visits: not true of it, because of: NEAR/3 (closest: 7 words apart)\n",
    )  # fmt: skip
    assert "→ desk: pending" in wirewatch("rules", "why-not", "visits", by_city["ASTANA"]).out
    assert "names no channel" in wirewatch("rules", "why-not", "any", by_city["BAKU"]).out
    (rules.folder / "rules.toml").write_text(RULES.replace("NEAR/3", "NEAR/30"))
    assert "as the rule is now" in wirewatch("rules", "why-not", "visits", by_city["BAKU"]).out


NINJS = (
    '{"uri": "urn:agency:1", "version": "%d", "pubstatus": "%s", "headline": "A visit",'
    ' "body_text": "A delegation of the Majilis came%s, Kazinform reports."}'
)


@pytest.mark.parametrize(
    ("stories", "reason"),
    [
        ([NINJS % (1, "usable", ""), NINJS % (2, "usable", " by train")], "had rung already"),
        ([NINJS % (1, "canceled", "")], "nobody is told of what is withdrawn"),
    ],
    ids=["version", "withdrawn"],
)
def test_why_what_matched_did_not_ring(
    rules: Site, wirewatch: Wirewatch, stories: list[str], reason: str
) -> None:
    """`rules why-not` says what held the alert of an article that matched: never another reason."""
    for story in stories[:-1]:
        told(rules, wirewatch, story)
    rules.deliver("last.json", stories[-1])
    wirewatch("ingest", rules.inbox / "last.json", "--no-deliver")
    ran = wirewatch("rules", "why-not", "visits", str(len(stories)))
    assert (ran.code, reason in ran.out) == (1, True)


def test_a_late_version_of_what_did_not_match(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules why-not` names the newer version that was there before a late one that matched."""
    told(rules, wirewatch, (NINJS % (2, "usable", "")).replace("delegation", "train"))
    rules.deliver("late.json", NINJS % (1, "usable", ""))
    wirewatch("ingest", rules.inbox / "late.json", "--no-deliver")
    ran = wirewatch("rules", "why-not", "visits", "2")
    assert (ran.code, "it came late: version 2" in ran.out) == (1, True)


def test_two_versions_in_a_file(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules why-not` says that an older version came with the newer one; `prove` takes either."""
    rules.deliver("both.json", f"{OLD}\n{NINJS % (2, 'usable', '')}")
    rules.deliver(
        "other.json", f"{(NINJS % (1, 'usable', '')).replace('agency:1', 'agency:2')}\n{NEW}"
    )
    wirewatch("ingest", rules.inbox, "--no-deliver")
    rows = Database(rules.database)["articles"].rows_where("version = 1 AND guid = 'urn:agency:2'")
    ran = wirewatch("rules", "why-not", "visits", next(rows)["id"])
    assert (ran.code, "it came late: version 2" in ran.out) == (1, True)
    assert wirewatch("prove", 1).code == 0


OLD = (NINJS % (1, "usable", "")).replace("delegation", "train")
NEW = (NINJS % (2, "usable", "")).replace("delegation", "train").replace("agency:1", "agency:2")
COPIED = (
    "{} A delegation of the Majilis came on Monday to look at twelve bridges of reed. They stayed"
    " for tea with the engineers of the river and left before the snow began, {}."
)


def test_why_a_copy_did_not_ring(rules: Site, wirewatch: Wirewatch) -> None:
    """A copy of a story is not told again: `why-not` names the alert, `alerts` the outlets."""
    told(
        rules,
        wirewatch,
        COPIED.format("ASTANA, March 2.", "Kazinform reports"),
        COPIED.format("BAKU, March 2.", "Trend reports"),
    )
    rows = json.loads(wirewatch("alerts", "list", "--json").out)
    assert [row["outlets"] for row in rows] == [1]
    copy = 3 - rows[0]["article_id"]
    ran = wirewatch("rules", "why-not", "visits", copy)
    assert ran.code == 1
    assert "alert 1 had told of the same story" in ran.out
    assert "+1 outlets" in wirewatch("alerts", "list").out
    assert f"+ article {copy}: " in wirewatch("alerts", "show", 1).out


def test_a_story_that_took_another_s_identity(rules: Site, wirewatch: Wirewatch) -> None:
    """What follows a story by its slug alone is found in its file all the same by `prove`."""
    lead = COPIED.format("ASTANA (AP) _", "she said")
    for turn, text in ("", lead.replace("delegation", "party")), (", 1st Ld-Writethru", lead):
        rules.deliver(f"take{turn}.anpa", ANPA.format(turn, text))
        wirewatch("ingest", rules.inbox, "--no-deliver")
    found = json.loads(wirewatch("search", "majilis", "--json").out)
    assert [(row["version"], row["guid"][:7]) for row in found] == [(2, "sha256:")]
    assert wirewatch("prove", 1).out.splitlines()[-1] == "identical"
    Database(rules.database).execute("UPDATE articles SET guid = 'tag:other' WHERE version = 2")
    assert "not in the file any more" in wirewatch("prove", 1).out


def test_a_rule_is_tried_on_the_archive(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules backtest` says what would have rung, by day, with samples; nothing is told."""
    told(rules, wirewatch, NEAR, FAR)
    fired = json.loads(wirewatch("rules", "backtest", "visits", "--since", "2d", "--json").out)
    assert fired["articles"] == fired["busiest_day"] == 1
    assert fired["channels"] == {"desk": 1}
    assert [sample["headline"][:12] for sample in fired["samples"]] == ["A delegation"]
    shown = wirewatch("rules", "backtest", "visits", "--since", "2d").out.splitlines()
    assert shown[0] == "visits: 1 articles in 2 days, 0.5 a day"
    assert len([line for line in shown if line.startswith("  20")]) == 3
    assert sum("█" in line for line in shown) == 1


def test_versions_of_rules_are_compared(rules: Site, wirewatch: Wirewatch) -> None:
    """`rules diff` tells what a new version gains and loses, and fails when it is too loud."""
    told(rules, wirewatch, NEAR, FAR)
    new = rules.folder / "new.toml"
    new.write_text(RULES.replace("NEAR/3", "NEAR/30"))
    old = rules.folder / "rules.toml"
    found = json.loads(wirewatch("rules", "diff", old, new, "--json").out)["rules"]["visits"]
    assert (found["old"]["articles"], found["new"]["articles"]) == (1, 2)
    assert (len(found["gained"]), found["lost"]) == (1, [])
    shown = wirewatch("rules", "diff", new, old).out
    assert "visits: 2 → 1 articles" in shown
    assert "→ desk: 2 → 1 alerts" in shown
    assert "  - " in shown
    loud = wirewatch("rules", "diff", old, new, "--max-alerts-per-day", "1")
    assert loud.code == 1
    assert "TOO LOUD visits: 2 on its busiest day, the limit is 1" in loud.out
    assert wirewatch("rules", "diff", old, new, "--max-alerts-per-day", "2").code == 0


def test_an_alert_is_replayed(rules: Site, wirewatch: Wirewatch) -> None:
    """`prove` replays an alert from its file and says identical, or what differs."""
    told(rules, wirewatch, NEAR)
    ran = wirewatch("prove", 1)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "identical")
    assert [line.split()[1] for line in ran.out.splitlines()[:-1]] == [
        "file", "article", "rule", "match", "key",
    ]  # fmt: skip
    (rules.folder / "rules.toml").write_text(RULES.replace("NEAR/3", "NEAR/1"))
    assert wirewatch("prove", 1).code == 0, "the rule is kept as it was"
    (rules.inbox / "s0.txt").write_text(NEAR.replace("came", "went"))
    proved = json.loads(wirewatch("prove", 1, "--json").out)
    differs = [row["what"] for row in proved["findings"] if not row["same"]]
    assert (proved["identical"], differs) == (False, ["file", "article"])
    (rules.inbox / "s0.txt").unlink()
    ran = wirewatch("prove", 1)
    assert ran.code == 1
    assert "gone (s0.txt); replayed from what is stored" in ran.out
    assert "there is no alert 7" in wirewatch("prove", 7).err


def test_a_proof_notices_changed_lists(site: Site, wirewatch: Wirewatch) -> None:
    """When a list has changed since, the replay says so, and what that does to the match."""
    told(site, wirewatch, STORY)
    assert wirewatch("prove", 1).code == 0
    lists = site.folder / "parliament.toml"
    lists.write_text(lists.read_text().replace('name = "Milli Majlis"', 'name = "Other"'))
    ran = wirewatch("prove", 1)
    assert ran.code == 1
    assert "its lists have changed" in ran.out
    assert "no match; then" in ran.out


def test_why_not_shows_the_query_on_the_article(rules: Site, wirewatch: Wirewatch) -> None:
    """What a page shows beside the reason is the query's tree, with what was true of the article."""
    told(rules, wirewatch, FAR)
    deployment = load_deployment(rules.config)
    [visits, *_] = deployment.rules
    db = open_reader(rules.database)
    found = why_not(db, visits, deployment.gazetteers, 1, deployment.router)
    assert not found.silence.rang
    assert found.silence.text.startswith("not true of it, because of: NEAR/3")
    assert (found.stored.id, found.explained.true) == (1, False)
    assert found.drawn[0].startswith("✗ AND")
    assert any("majilis" in line for line in found.drawn)
    with pytest.raises(StoreError, match="there is no article 9"):
        why_not(db, visits, deployment.gazetteers, 9, deployment.router)
