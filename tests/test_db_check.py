"""`wirewatch db check`: what is wrong with a store is found and named, with its remedy."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from conftest import START, STORY, Site, Wirewatch
from kept import came
from wirewatch.clock import utc_now
from wirewatch.store.backup import back_up
from wirewatch.store.database import Store, open_reader
from wirewatch.store.lock import StoreLock
from wirewatch.store.verification import faults_of


@pytest.fixture
def filled(site: Site, wirewatch: Wirewatch) -> Site:
    """Give a site that has taken in a story."""
    site.deliver("story.txt", STORY)
    assert wirewatch("ingest", site.inbox).code == 0
    return site


def test_a_store_that_is_well_is_whole(filled: Site, wirewatch: Wirewatch) -> None:
    """Nothing to say, on paper or as JSON, of the store and of a backup of it."""
    backup = back_up(filled.database, filled.folder, utc_now()).path
    assert wirewatch("db", "check").out == f"{filled.database}: whole\n"
    assert wirewatch("db", "check", "--json").out == "[]\n"
    assert wirewatch("db", "check", backup).out == f"{backup}: whole\n"


NEWER = (
    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
    " VALUES ('wirewatch', 'm999_future', '')"
)


@pytest.mark.parametrize(
    ("harm", "subject", "remedy"),
    [
        ("DELETE FROM articles_fts_docsize", "full text", "rebuild"),
        ("UPDATE matches SET article_id = 99", "table matches", "db restore"),
        ("UPDATE files SET state = 'ignored'", "ledger", "report it"),
        (NEWER, "version", "install"),
    ],
)
def test_what_is_wrong_is_named(
    filled: Site, wirewatch: Wirewatch, harm: str, subject: str, remedy: str
) -> None:
    """Each kind of fault is found, with its subject and what to do, and makes the exit code 1."""
    store = Store.open(filled.database)
    store.db.execute("PRAGMA foreign_keys = OFF")
    store.db.execute(harm)
    store.close()
    ran = wirewatch("db", "check", "--json")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert subject in [one["subject"] for one in found]
    assert all(one["problem"] for one in found)
    assert any(remedy in one["remedy"] for one in found)


def test_words_are_compared_when_nobody_waits_for_it(filled: Site, wirewatch: Wirewatch) -> None:
    """An index of other words is found while the daemon does not run; while it does, rows are."""
    store = Store.open(filled.database)
    store.db.execute("DROP TRIGGER articles_changed")
    store.db.execute("UPDATE articles SET body = 'other words'")
    store.close()
    assert "its index contradicts the articles" in wirewatch("db", "check").out
    lock = StoreLock(filled.database, "run", utc_now)
    lock.acquire()
    assert wirewatch("db", "check").code == 0
    lock.release()


def test_a_file_that_nobody_has_taken_in_is_named(filled: Site, wirewatch: Wirewatch) -> None:
    """What the ledger does not know makes the books wrong until the daemon has taken it in."""
    filled.deliver("new.txt", STORY)
    ran = wirewatch("db", "check")
    assert ran.code == 1
    assert "1 files lie in inboxes" in ran.out
    assert "start the daemon" in ran.out


def test_a_damaged_page_is_told_and_not_a_traceback(filled: Site, wirewatch: Wirewatch) -> None:
    """Commands that read a damaged store say so, with what to do, and exit with 3."""
    store = Store.open(filled.database)
    for number in range(60):
        came(store, f"More{number}", START)
    store.close()
    with filled.database.open("r+b") as file:
        file.seek(8_192)
        file.write(b"\xff" * 8_192 * 20)
    ran = wirewatch("db", "check")
    assert ran.code == 1
    assert "db restore" in ran.out
    for words in (("status",), ("silences", "end", "1")):
        ran = wirewatch(*words)
        assert ran.code == 3, ran
        assert "wirewatch db check" in ran.err


def test_what_is_no_store_is_told(site: Site, wirewatch: Wirewatch, tmp_path: Path) -> None:
    """A file that is no database, one of another program, or none at all is said to be so."""
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    assert "not a database" in wirewatch("db", "check", tmp_path / "letter.txt").out
    assert "there is no file" in wirewatch("db", "check", tmp_path / "none.db").err
    assert "there is no store" in wirewatch("db", "check").err
    (tmp_path / "empty.db").touch()
    assert "it is no store of Wirewatch" in wirewatch("db", "check", tmp_path / "empty.db").out
    assert not site.database.exists()


def test_checking_changes_nothing(store: Store) -> None:
    """Reading for faults works on a connection that cannot write."""
    came(store, "Here")
    with closing(open_reader(store.path)) as reader:
        assert list(faults_of(reader)) == []
