"""The commands for those who read: show, search, tail, stats, query."""

import csv
import io
import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conftest import STORY, ManualClock, Site, Wirewatch
from test_docs import commands
from wirewatch.cli.paper import bar, printable
from wirewatch.cli.stats import _filled
from wirewatch.text.snippet import snippet
from wirewatch.text.spreadsheet import cell
from wirewatch.text.visible import visible

BUDGET = "PARIS, March 2. The budget was adopted after a long night, Reuters reports."
HEARING = (  # Ctrl-C, which a job in the background does not hear
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from wirewatch.cli import main; main()"
)
HOSTILE = "Evil \x1b[2J\x1b]0;owned\x07 \u202egnp.exe \x9b31m title"


@pytest.fixture
def stored(wirewatch: Wirewatch, site: Site) -> Site:
    """Store two articles, of which a rule is true of the first."""
    for name, text in (("a.txt", STORY), ("b.txt", BUDGET)):
        site.deliver(name, text)
        assert wirewatch("ingest", site.inbox).code == 0
    return site


def on_terminal(site: Site, *arguments: str, **variables: str) -> str:
    """Give what a command prints on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": "80", "TERM": "xterm-256color"} | variables
    words = [sys.executable, "-m", "wirewatch", "--config", str(site.config), *arguments]
    with subprocess.Popen(words, stdout=theirs, stderr=theirs, env=environment) as ran:
        os.close(theirs)
        said = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                said += os.read(ours, 65_536)
            except OSError:  # the other side is closed: all has been read
                break
    os.close(ours)
    assert ran.returncode == 0, said.decode()
    return said.decode()


@pytest.mark.usefixtures("stored")
def test_an_article_is_shown_with_all_that_is_known(wirewatch: Wirewatch) -> None:
    """`show` prints the text, the names in it, the rules, and how each delivery fared."""
    ran = wirewatch("show", 1)
    assert ran.code == 0
    assert "joint sitting" in ran.out
    assert "@parliament:kz-majilis" in ran.out
    assert "alert 1, high" in ran.out
    assert "→ desk: sent" in ran.out
    assert "file wires: a.txt" in ran.out
    assert "\x1b" not in ran.out, "pipes get plain text"


@pytest.mark.usefixtures("stored")
def test_an_article_is_shown_to_scripts(wirewatch: Wirewatch) -> None:
    """`show --json` gives the article's columns, and the rows that hang on it."""
    found = json.loads(wirewatch("show", 1, "--json").out)
    assert found["id"] == 1
    assert found["file"]["path"] == "a.txt"
    assert found["alerts"][0]["deliveries"][0]["state"] == "sent"
    zone, start, end = found["alerts"][0]["spans"][0]
    assert found[zone][start:end]
    assert {one["entry"] for one in found["mentions"]} >= {"kz-majilis"}


@pytest.mark.usefixtures("stored")
def test_an_article_that_is_not_there(wirewatch: Wirewatch) -> None:
    """A number that no article has is an error that says where numbers are from."""
    ran = wirewatch("show", 99)
    assert (ran.code, ran.out) == (1, "")
    assert "no article 99" in ran.err
    assert "search" in ran.err


def test_versions_and_copies_are_shown(wirewatch: Wirewatch, stored: Site) -> None:
    """The dossier names the other outlets that brought the story."""
    copy = f"{STORY}\nThe sitting will go on tomorrow, the speaker said.\n"
    stored.deliver("c.txt", copy)
    assert wirewatch("ingest", stored.inbox).code == 0
    found = json.loads(wirewatch("show", 1, "--json").out)
    assert [row["id"] for row in found["copies"]] == [3]
    assert "Story\n  article 3" in wirewatch("show", 1).out


def test_hits_are_marked_on_a_terminal(stored: Site) -> None:
    """On a terminal hits stand out, lines are broken between words; NO_COLOR takes colours away."""
    shown = on_terminal(stored, "show", "1")
    assert "30;43m" in shown
    plain = on_terminal(stored, "show", "1", NO_COLOR="1")
    assert "30;43m" not in plain
    lines = re.sub(r"\x1b\[[0-9;]*m", "", plain).splitlines()
    assert all(len(line) <= 80 for line in lines), lines


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "text"])
@pytest.mark.usefixtures("stored")
def test_searches_are_printed_as_wanted(wirewatch: Wirewatch, form: str) -> None:
    """`--format` gives a table of columns as CSV, JSON or JSON lines, and text for people."""
    ran = wirewatch("search", "majilis", "--format", form)
    assert ran.code == 0
    read: dict[str, Any] = {
        "csv": lambda said: list(csv.DictReader(io.StringIO(said))),
        "json": json.loads,
        "jsonl": lambda said: [json.loads(line) for line in said.splitlines()],
        "text": lambda said: [{"id": said.split()[0], "hit": said}],
    }
    [row] = read[form](ran.out)
    assert str(row["id"]) == "1"
    assert "ajilis" in str(row["hit"])


@pytest.mark.usefixtures("stored")
def test_searches_have_filters(wirewatch: Wirewatch) -> None:
    """Inbox, language and age narrow a search; what is left out by them is not found."""
    assert wirewatch("search", "budget", "--source", "w*", "--language", "en").code == 0
    assert wirewatch("search", "budget", "--source", "x*").code == 1
    assert wirewatch("search", "budget", "--language", "kk").code == 1
    assert wirewatch("search", "budget", "--since", "1h").code == 0
    assert wirewatch("search", "budget", "--since", "soon").code == 2


def test_the_best_come_first_where_that_is_asked(wirewatch: Wirewatch, site: Site) -> None:
    """`--best` orders by how much an article speaks of what was sought; else the newest is first."""
    much = "Budget, budget and budget"
    for number, said in enumerate((much, "A long day about very many other things and a budget")):
        site.deliver(f"{number}.txt", f"2026-03-02\n{said}\nPARIS, March 2. {said} it was.\n")
        assert wirewatch("ingest", site.inbox).code == 0
    first = [wirewatch("search", "budget", *best).out.split()[0] for best in ((), ("--best",))]
    assert first == ["2", "1"]


@pytest.mark.parametrize("words", ['a"b', "NEAR(", "* OR", "col:x", "majilis knesset", "-", "^x"])
@pytest.mark.usefixtures("stored")
def test_any_text_is_a_search_or_a_clear_error(wirewatch: Wirewatch, words: str) -> None:
    """Nothing of the full-text engine's own language shows: a wrong query is told as one of ours."""
    ran = wirewatch("search", "--", words)
    assert ran.code in {0, 1}
    assert "fts5" not in ran.err.lower()
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("stored")
def test_the_last_arrivals_are_shown(wirewatch: Wirewatch) -> None:
    """`tail` begins with the last articles, the newest last, with the rules that rang."""
    ran = wirewatch("tail", "--no-follow")
    first, second = ran.out.splitlines()
    assert "● kz-az" in first
    assert "budget was adopted" in second
    [only] = wirewatch("tail", "--no-follow", "--lines", 1).out.splitlines()
    assert only == second


@pytest.mark.usefixtures("stored")
def test_the_feed_has_filters(wirewatch: Wirewatch) -> None:
    """A query, an inbox, a language or a rule narrow what `tail` shows."""

    def ids(*options: str) -> list[int]:
        lines = wirewatch("tail", "--no-follow", "--json", *options).out.splitlines()
        return [json.loads(line)["id"] for line in lines]

    assert ids() == [1, 2]
    assert ids("budget") == [2]
    assert ids("--rule", "kz*") == [1]
    assert ids("--source", "other") == []
    assert ids("--language", "en") == [1, 2]


def test_the_feed_goes_on(wirewatch: Wirewatch, stored: Site) -> None:
    """What is stored while `tail` runs appears by itself; Ctrl-C ends it in good order."""
    words = [sys.executable, "-c", HEARING, "--config", str(stored.config), "tail", "-n", "1"]
    with subprocess.Popen([*words, "--json"], stdout=subprocess.PIPE, text=True) as following:
        try:
            assert following.stdout
            assert json.loads(following.stdout.readline())["id"] == 2
            stored.deliver("new.txt", STORY.replace("joint sitting", "new law"))
            assert wirewatch("ingest", stored.inbox).code == 0
            assert json.loads(following.stdout.readline())["id"] == 3
            following.send_signal(signal.SIGINT)
            assert following.wait(20) == 0
        finally:
            following.kill()


@pytest.mark.usefixtures("stored")
def test_figures_are_shown(wirewatch: Wirewatch) -> None:
    """`stats` counts by day, inbox, language, rule and name, with a bar for each."""
    ran = wirewatch("stats")
    assert ran.code == 0
    for heading in ("Articles a day", "Inboxes", "Languages", "Rules", "Names"):
        assert heading in ran.out
    assert "█" * 40 in ran.out
    found = json.loads(wirewatch("stats", "--json").out)
    assert found["source"] == {"wires": 2}
    assert found["rule"] == {"kz-az": 1}
    assert found["name"]["parliament:kz-majilis"] == 1
    assert sum(found["day"].values()) == 2


def test_a_name_counts_once_for_an_article(wirewatch: Wirewatch, stored: Site) -> None:
    """However often an article says a name, and however many versions it has, it counts as one."""
    stored.deliver("c.txt", f"{STORY} The Majilis will meet again.")
    stored.deliver("d.txt", BUDGET.replace("a long night", "the Majilis of the Majilis"))
    assert wirewatch("ingest", stored.inbox).code == 0
    asked = "SELECT count(*) FROM mentions WHERE entry = 'kz-majilis'"
    assert int(wirewatch("query", asked).out.splitlines()[1]) == 5
    assert json.loads(wirewatch("stats", "--json").out)["name"]["parliament:kz-majilis"] == 3


@pytest.mark.usefixtures("stored")
def test_the_store_is_asked_in_sql(wirewatch: Wirewatch) -> None:
    """`query` prints columns and rows, as text, CSV, JSON or JSON lines."""
    sql = "SELECT id, agency FROM articles WHERE id = 2"
    assert wirewatch("query", sql).out == "id\tagency\n2\tReuters\n"
    assert wirewatch("query", sql, "-f", "csv").out.splitlines() == ["id,agency", "2,Reuters"]
    row = {"id": 2, "agency": "Reuters"}
    assert json.loads(wirewatch("query", sql, "-f", "json").out) == [row]
    assert json.loads(wirewatch("query", sql, "-f", "jsonl").out) == row


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM articles", "only read"),
        ("SELECT * FROM artikles", "did you mean articles?"),
        ("SELECT headlin FROM articles", "did you mean headline?"),
        ("SELECT 1; DROP TABLE articles", "one statement"),
        ("SELEC 1", "syntax error"),
        ("ATTACH 'new.db' AS new", "not authorized"),
    ],
)
@pytest.mark.usefixtures("stored")
def test_sql_cannot_change_the_store(wirewatch: Wirewatch, sql: str, said: str) -> None:
    """What would change it, or cannot be read, is refused with what to do."""
    ran = wirewatch("query", sql)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert not Path("new.db").exists()
    assert wirewatch("query", "SELECT count(*) FROM articles").out.splitlines()[1] == "2"


def test_the_manual_has_every_command(wirewatch: Wirewatch) -> None:
    """`manual` is a page in the macros of man(7), with each verb and option."""
    page = wirewatch("manual").out
    assert page.startswith(".TH WIREWATCH 1")
    for words, command in commands().items():
        _, found, said = page.partition(f"\n.SS {words}".replace("-", r"\-"))
        assert found, words
        said = said.partition("\n.SS ")[0]
        for one in command.params:
            if one.param_type_name == "option" and one.name != "help":
                assert max(one.opts, key=len).replace("-", r"\-") in said
    requests = re.findall(r"^[.'].*", page, re.MULTILINE)
    assert {line.split()[0] for line in requests} == {
        ".TH",
        ".SH",
        ".SS",
        ".TP",
        ".B",
        ".I",
        ".BR",
        ".PP",
    }


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_words(shell: str) -> None:
    """What begins a verb is completed in bash, zsh and fish."""
    variables = {
        "_WIREWATCH_COMPLETE": f"complete_{shell}", "COMP_WORDS": "wirewatch sea", "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "wirewatch sea", "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }  # fmt: skip
    words = [sys.executable, "-m", "wirewatch"]
    ran = subprocess.run(
        words, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert "search" in ran.stdout, ran.stderr


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(said: str) -> None:
    """What a spreadsheet would calculate is text to it; other text and numbers stay."""
    assert cell(said) == visible(f"'{said}")
    assert cell("well") == "well"
    assert cell(-1) == -1


def test_texts_do_not_command_the_terminal(wirewatch: Wirewatch, site: Site) -> None:
    """Escape sequences, bells and changes of direction in an article are never printed raw."""
    site.deliver("a.txt", STORY)
    assert wirewatch("ingest", site.inbox).code == 0
    with closing(sqlite3.connect(site.database, isolation_level=None)) as db:
        db.execute("UPDATE articles SET headline = ?1, body = 'Majilis ' || ?1", [HOSTILE])
    for words in (("show", 1), ("search", "majilis"), ("tail", "--no-follow"), ("stats",),
                  ("query", "SELECT * FROM articles")):  # fmt: skip
        ran = wirewatch(*words)
        assert ran.code == 0, ran.err
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(ran.out), words


def test_places_stay_when_text_is_made_printable() -> None:
    """A character that cannot be seen becomes one space, so that spans still fit."""
    assert printable(HOSTILE).startswith("Evil  [2J ]0;owned  ")
    assert len(printable(HOSTILE)) == len(HOSTILE)
    assert printable("می\u200cخواهم\n") == "می\u200cخواهم "
    assert printable("a\nb", lines=True) == "a\nb"


def test_a_snippet_is_cut_around_its_hit() -> None:
    """The piece holds the first hit, begins at a word, says where it was cut, and is not longer."""
    text = f"{'word ' * 100}the hit here {'word ' * 100}"
    start = text.index("hit")
    piece, [(first, last)] = snippet(text, [(start, start + 3)], 60)
    assert piece[first:last] == "hit"
    assert piece.startswith("…word")
    assert len(piece) <= 61
    assert snippet("short", [], 60) == ("short", [])


def test_bars_are_as_long_as_their_share() -> None:
    """Eighths of a column are drawn too; what is out of bounds is not."""
    assert [bar(share, 4) for share in (0, 0.5, 1, 2)] == ["", "██", "████", "████"]
    assert bar(1 / 32, 4) == "▏"


def test_days_without_articles_are_shown() -> None:
    """Each day since the first has its line, so that a silent one is seen."""
    now = ManualClock().now
    begin = now.replace(day=1)
    days = _filled({begin.date().isoformat(): 3}, begin, begin.replace(day=3))
    assert [number for _, number in days] == [3, 0, 0]
