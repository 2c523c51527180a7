"""docs/query.md: each question is asked of a small store, and the answer held against the truth."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from conftest import START, arrived
from over_time import DAY, HOUR, MINUTE
from wirewatch.alerts.compose import compose
from wirewatch.model import Article, Attempt, Found, Match, Mention, Outcome, Span
from wirewatch.states import FileReason, FileState, Severity
from wirewatch.store.accept import accept
from wirewatch.store.acknowledgements import acknowledge
from wirewatch.store.claims import claim
from wirewatch.store.database import Store, open_reader
from wirewatch.store.outbox import record
from wirewatch.text.likeness import marks

PAGE = (Path(__file__).parents[1] / "docs" / "query.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"^## ([^\n]*\?)\n.*?```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
BODY = (
    "The budget of the year was adopted by the members late on Monday night after a long debate. "
    "They had spoken for eleven hours, and the gallery was as full as it had been in the morning."
)
SAID = "The [budget] of the year was adopted by the members late on…"
OUTLETS = ("APA", "Trend", "AFP", "dpa", "TASS")
SPAN = Span("body", 0, 3)


def story(
    name: str, when: datetime, outlet: str, body: str, names: tuple[str, ...] = (), **more: Any
) -> Outcome:
    """Make a file with one article: of an outlet, with names, of which a rule is true."""
    article = Article(name, "", f"On {name}", body, agency=outlet, **more)
    match = Match("budget", "h1", "The budget", Severity.HIGH, ("desk", "night"), (SPAN,))
    matches = (match,) if "budget" in body else ()
    found = Found(
        article,
        tuple(Mention("parliament", one, one, "body", 0, 1) for one in names),
        matches,
        compose(article, list(matches), when),
        marks=marks(body),
    )
    text = f"{name} {outlet} {article.version}"
    arrival = arrived(f"{text}.txt", text)._replace(seen=when)
    return Outcome(arrival, FileState.STORED, format="wire", found=(found,))


def send(store: Store, now: datetime, after: timedelta, channels: tuple[str, ...]) -> None:
    """Let messages go out, and their answers come so much later."""
    with store.write() as db:
        messages = claim(db, now, dict.fromkeys(channels, 100))
        answers = [
            Attempt(one.delivery_id, one.channel, now + after, True, 1.0, None) for one in messages
        ]
        record(db, answers, lambda *_: HOUR, DAY)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a store: one story of five outlets, one that is withdrawn, a file that is no text."""
    path = tmp_path_factory.mktemp("asked") / "wirewatch.db"
    store = Store.open(path)
    both = ("az-milli-mejlis", "kz-majilis")
    for hours, outlet in enumerate(OUTLETS):
        names = both if outlet in {"APA", "AFP"} else ()
        accept(store, [story(f"b{outlet}", START + hours * HOUR, outlet, BODY, names)], START)
    accept(store, [story("m1", START, "APA", "A visit.", ("az-milli-mejlis",))], START)
    accept(store, [story("k", START, "AFP", "Another budget, of a town.")], START)
    send(store, START + 5 * HOUR, MINUTE, ("desk",))
    with store.write() as db:
        acknowledge(db, [1], "ann", START + 6 * HOUR)
    killed = story(
        "k", START + DAY, "AFP", "Kill this.", version=2, status="canceled", signal="kill"
    )
    accept(store, [killed], START + DAY)
    refused = Outcome(arrived("x.bin"), FileState.QUARANTINED, FileReason.BINARY)
    accept(store, [refused], START + DAY)
    store.close()
    return path


ANSWERS: dict[str, list[tuple[object, ...]]] = {
    "Who wrote most about the Milli Majlis this month?": [("APA", 2), ("AFP", 1)],
    "Which pairs of parliaments appear together?": [("az-milli-mejlis", "kz-majilis", 2)],
    "How long from the first report of a story to the fifth outlet?": [(1, "APA", 4.0)],
    "Which alerts did nobody take on?": [("desk", 1, "2026-03-02T17:01:00.000Z")],
    "How soon are people told?": [("desk", 2, 18_060.0, 18_060.0)],
    "Which rules are loud?": [("budget", 6, 2, 4, 0)],
    "What could not be read, and why?": [("wires", "binary", 1, "2026-03-03T12:00:00.000Z")],
    "Who was told of a story that was withdrawn later?": [
        ("desk", "2026-03-02T17:01:00.000Z", "On k", "2026-03-03T12:00:00.000Z")
    ],
    "What does the archive say of a matter?": [
        (number, f"2026-03-02T{11 + number}:00:00.000Z", f"On b{outlet}", SAID)
        for number, outlet in enumerate(OUTLETS, 1)
    ],
    "When do the wires come?": [("wires", "12", 4), *(("wires", str(n), 1) for n in range(13, 17))],
}


def asked(path: Path, question: str) -> list[tuple[object, ...]]:
    """Ask a question of the page, as if it were the month of the tests."""
    sql = QUESTIONS[question].replace("'now'", f"'{START:%Y-%m-%d}'")
    return [tuple(row) for row in open_reader(path).execute(sql)]


def test_ten_questions_stand_on_the_page() -> None:
    """Each has its answer here."""
    assert set(QUESTIONS) == set(ANSWERS)
    assert len(QUESTIONS) == 10


@pytest.mark.parametrize("question", ANSWERS)
def test_a_question_is_answered(filled: Path, question: str) -> None:
    """The query of the page gives what is true of the store."""
    assert asked(filled, question) == ANSWERS[question]


@pytest.fixture
def written(filled: Path) -> Iterator[Store]:
    """Hold the store open as the daemon does, with commits that stand only in the log."""
    store = Store.open(filled)
    with store.write() as db:
        db.execute("UPDATE articles SET note = coalesce(note, '') || '.' WHERE id = 1")
    assert Path(f"{filled}-wal").stat().st_size
    yield store
    store.close()


def examples(path: Path) -> list[str]:
    """Give the programs in Python that stand on the page, for a store."""
    found = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return [program.replace("var/wirewatch.db", str(path)) for program in found]


@pytest.mark.usefixtures("written")
def test_pandas_reads_the_store(filled: Path) -> None:
    """The example for pandas gives a frame, while another process writes."""
    names: dict[str, Any] = {}
    exec(examples(filled)[0], names)  # noqa: S102 - the page's own example
    assert names["told"]["seconds"].tolist() == [18_060.0, 18_060.0]


@pytest.mark.usefixtures("written")
def test_duckdb_reads_the_store(filled: Path) -> None:
    """The example for DuckDB gives rows, views too, while another process writes."""
    import_module("duckdb_extensions").import_extension("sqlite_scanner")
    names: dict[str, Any] = {}
    exec(examples(filled)[1], names)  # noqa: S102 - the page's own example
    assert names["told"] == [("desk", 2)]


@pytest.mark.usefixtures("written")
def test_sqlite_utils_reads_the_store(filled: Path) -> None:
    """Its command prints the rows of a view, while another process writes."""
    words = [sys.executable, "-m", "sqlite_utils", "rows", str(filled), "receipts", "--limit", "1"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)[0]["channel"] == "desk"


@pytest.mark.usefixtures("written")
def test_the_shell_reads_the_store(filled: Path) -> None:
    """A plain connection for reading sees the latest commits, and cannot write."""
    with closing(sqlite3.connect(f"{filled.as_uri()}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM recent").fetchone() == (6,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM articles")
