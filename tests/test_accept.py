"""The accept transaction: one arrival's rows come together, what is known comes once."""

import threading
from datetime import timedelta

import pytest

from conftest import PATIENCE, START, arrived, told
from wirewatch.clock import iso
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.database import Store, UnstorableError

TABLES = ("files", "articles", "mentions", "matches", "alerts", "deliveries")
BAD = FileReason.UNDECODABLE


def rows(store: Store, table: str) -> list[dict[str, object]]:
    return list(store.db[table].rows)


def counts(store: Store) -> dict[str, int]:
    return {table: store.db[table].count for table in (*TABLES, "articles_fts_docsize")}


def take(store: Store, *outcomes: Outcome) -> list[Accepted]:
    return accept(store, outcomes, START)


def verdicts(accepted: list[Accepted]) -> list[tuple[FileState, FileReason | None]]:
    return [(done.state, done.reason) for done in accepted]


def pending(arrival: Arrival, seconds: float = 3) -> Outcome:
    due = START + timedelta(seconds=seconds)
    return Outcome(arrival, FileState.PENDING, FileReason.SETTLING, due=due)


def unread(path: str, mtime_ns: int = 10**18) -> Arrival:
    return arrived(path, None, mtime_ns=mtime_ns)


def touched(outcome: Outcome) -> Outcome:
    """Give the same file with the same content, as it looks after a `touch`."""
    stamp = outcome.arrival.stamp
    later = Stamp(stamp.size, stamp.mtime_ns + 10**9, stamp.ctime_ns + 10**9)
    return outcome._replace(arrival=outcome.arrival._replace(stamp=later))


def test_a_batch_is_one_transaction(store: Store) -> None:
    """However many arrivals are accepted together, they share one transaction and all is there."""
    seen: list[str] = []
    store.db.conn.set_trace_callback(seen.append)
    done = take(store, told("a", "Alpha met."), told("b", "Beta met.", ("desk", "phone")))
    store.db.conn.set_trace_callback(None)
    borders = [sql for sql in seen if sql.split()[0] in {"BEGIN", "COMMIT", "ROLLBACK"}]
    assert borders == ["BEGIN IMMEDIATE", "COMMIT"]
    assert [(one.new, one.articles, one.alerts) for one in done] == [(True, 1, 1), (True, 1, 1)]
    assert counts(store) == dict.fromkeys(counts(store), 2) | {"deliveries": 3}


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_written_when_anything_fails(store: Store, table: str) -> None:
    """Whichever table refuses a row, no row of the whole batch is left in any."""
    store.db.execute(
        f"CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'no'); END"
    )
    with pytest.raises(UnstorableError):
        take(store, told("a", "Alpha met."), told("b", "Beta met."))
    assert not any(counts(store).values())


def test_text_that_sqlite_refuses_leaves_nothing(store: Store) -> None:
    """A lone surrogate in one article undoes the batch, so that the file can be put aside alone."""
    bad = told("b", "Beta met.")
    found = bad.found[0]
    broken = found._replace(article=found.article._replace(body="Beta \ud800 met."))
    with pytest.raises(UnstorableError):
        take(store, told("a", "Alpha met."), bad._replace(found=(broken,)))
    assert not any(counts(store).values())


def test_a_damaged_index_is_not_blamed_on_the_file(store: Store) -> None:
    """When the store itself is damaged, the error is not the one that quarantines the file."""
    take(store, told("a", "Alpha met."))
    store.db.execute("DELETE FROM articles_fts_data")
    with pytest.raises(Exception, match="malformed") as caught:
        take(store, told("b", "Beta met."))
    assert not isinstance(caught.value, UnstorableError)


def test_an_arrival_is_written_down_as_it_was(store: Store) -> None:
    """The ledger and the article say where, when and what, in UTC and under the inbox's name."""
    outcome = told("sub/a.txt", "Alpha met.")
    take(store, outcome)
    file, article = rows(store, "files")[0], rows(store, "articles")[0]
    assert file["inbox"] == article["source"] == "wires"
    assert file["path"] == "sub/a.txt"
    assert file["sha256"] == outcome.arrival.sha256
    assert file["modified"] == "2001-09-09T01:46:40.000Z"
    assert file["stamp"] == str(outcome.arrival.stamp)
    assert file["first_seen"] == file["finished"] == article["received"] == iso(START)
    assert (article["guid"], article["body"]) == ("guid of Alpha met.", "Alpha met.")
    assert rows(store, "matches")[0]["spans"] == '[["body",0,5]]'
    assert rows(store, "mentions")[0]["end"] == 5
    assert rows(store, "alerts")[0]["severity"] == "high"
    assert rows(store, "deliveries")[0]["state"] == "pending"


def test_same_content_elsewhere_is_a_duplicate(store: Store) -> None:
    """Content that is stored already is a duplicate: no second article, no second alert."""
    take(store, told("a", "Alpha met."))
    done = take(store, told("copy", "Alpha met."))
    assert verdicts(done) == [(FileState.DUPLICATE, FileReason.SAME_CONTENT)]
    assert done[0].is_kept
    assert counts(store) == dict.fromkeys(counts(store), 1) | {"files": 2}


def test_the_same_article_in_other_bytes_is_a_duplicate(store: Store) -> None:
    """An article whose identity is stored already is told of once, whatever file brings it."""
    take(store, told("a", "Alpha met.", guid="tag:1"))
    done = take(store, told("b", "Alpha met, again.", guid="tag:1"))
    assert verdicts(done) == [(FileState.DUPLICATE, FileReason.SAME_ARTICLE)]
    assert counts(store) == dict.fromkeys(counts(store), 1) | {"files": 2}


def test_a_new_version_is_a_new_article(store: Store) -> None:
    """The identity of an article is its guid and version: a correction is stored and told."""
    first, second = told("a", "Alpha met.", guid="tag:1"), told("b", "Alpha left.", guid="tag:1")
    found = second.found[0]
    later = found._replace(article=found.article._replace(version=2), alerts=())
    done = take(store, first, second._replace(found=(later,)))
    assert verdicts(done) == [(FileState.STORED, None)] * 2
    assert [row["version"] for row in rows(store, "articles")] == [1, 2]


def test_of_a_file_with_known_and_new_articles_the_new_are_stored(store: Store) -> None:
    """A file of which one article is known is stored with the others."""
    take(store, told("a", "Alpha met."))
    known, fresh = told("x", "Alpha met.").found, told("y", "Beta met.").found
    both = Outcome(arrived("both", "two"), FileState.STORED, found=(*known, *fresh))
    done = take(store, both)
    assert (done[0].state, done[0].articles, done[0].alerts) == (FileState.STORED, 1, 1)
    assert [row["body"] for row in rows(store, "articles")] == ["Alpha met.", "Beta met."]


def test_new_content_at_the_same_path_is_a_new_arrival(store: Store) -> None:
    """A path that is written anew with other content gets a second row, and is told of."""
    done = [*take(store, told("a", "Alpha met.")), *take(store, told("a", "Beta met."))]
    assert [one.new for one in done] == [True, True]
    assert counts(store)["files"] == counts(store)["deliveries"] == 2


def test_the_same_file_touched_is_no_new_arrival(store: Store) -> None:
    """A file seen again with its content unchanged keeps its one row, which knows the new stamp."""
    first = told("a", "Alpha met.")
    again = touched(first)
    take(store, first)
    store.db.execute("UPDATE files SET kept = 'left'")
    done = take(store, again)
    assert (done[0].new, done[0].again, done[0].state) == (False, True, FileState.STORED)
    [row] = rows(store, "files")
    assert (row["stamp"], row["kept"]) == (str(again.arrival.stamp), None)


def test_a_quarantined_file_can_be_stored_later(store: Store) -> None:
    """Content that was put aside and can be read now turns its own row into a stored one."""
    outcome = told("a", "Alpha met.")
    refused = Outcome(outcome.arrival, FileState.QUARANTINED, BAD, "no text")
    assert take(store, refused)[0].is_kept is False
    assert take(store, refused)[0].state is FileState.QUARANTINED
    done = take(store, outcome)
    assert (done[0].state, done[0].new) == (FileState.STORED, False)
    [row] = rows(store, "files")
    assert (row["state"], row["reason"], row["detail"]) == ("stored", None, None)


def test_quarantined_content_does_not_make_a_duplicate(store: Store) -> None:
    """Only stored content makes a duplicate: what was put aside elsewhere does not count."""
    outcome = told("a", "Alpha met.")
    take(store, Outcome(arrived("b", "Alpha met."), FileState.QUARANTINED, BAD))
    assert verdicts(take(store, outcome)) == [(FileState.STORED, None)]


@pytest.mark.parametrize("state", [FileState.STORED, FileState.QUARANTINED, FileState.IGNORED])
def test_a_pending_row_becomes_its_final_row(store: Store, state: FileState) -> None:
    """What waits has one row, which keeps its first sight and ends as the file does."""
    outcome = told("a", "Alpha met.")
    waited = unread("a")._replace(seen=START - timedelta(hours=1))
    [first] = take(store, pending(waited))
    [again] = take(store, pending(unread("a", 10**18 - 1), 9)._replace(tries=2))
    [waiting] = rows(store, "files")
    assert (waiting["due"], waiting["tries"]) == (iso(START + timedelta(seconds=9)), 2)
    assert waiting["finished"] is None
    found = outcome.found if state is FileState.STORED else ()
    [done] = take(store, outcome._replace(state=state, reason=BAD, found=found))
    assert first.file_id == again.file_id == done.file_id
    [row] = rows(store, "files")
    assert (row["state"], row["due"], row["finished"]) == (state, None, iso(START))
    assert row["first_seen"] == iso(START - timedelta(hours=1))


def test_a_wait_that_ends_in_known_content_leaves_one_row(store: Store) -> None:
    """A file touched, waited for and found unchanged does not leave its wait behind."""
    first = told("a", "Alpha met.")
    take(store, first)
    take(store, pending(touched(first._replace(arrival=unread("a"))).arrival))
    assert counts(store)["files"] == 2
    take(store, touched(first))
    assert [row["state"] for row in rows(store, "files")] == ["stored"]


def test_doubles_in_one_batch(store: Store) -> None:
    """Within a batch too the same content is stored once, and the same article once."""
    first, copy = told("a", "Alpha met."), told("b", "Alpha met.")
    other = told("c", "Alpha met!", guid=first.found[0].article.guid)
    done = take(store, first, copy, other)
    assert [one.state for one in done] == [
        FileState.STORED,
        FileState.DUPLICATE,
        FileState.DUPLICATE,
    ]
    assert counts(store)["articles"] == counts(store)["deliveries"] == 1


def test_the_same_path_twice_in_one_batch(store: Store) -> None:
    """A file looked at twice in one batch has one row, with the stamp that it had last."""
    first = told("a", "Alpha met.")
    done = take(store, first, touched(first))
    assert done[0].file_id == done[1].file_id
    assert [row["stamp"] for row in rows(store, "files")] == [str(touched(first).arrival.stamp)]


def test_a_wait_that_ends_in_the_same_batch(store: Store) -> None:
    """A file first left to wait, then found whole within one batch, is stored and waits no more."""
    take(store, pending(unread("a")), told("a", "Alpha met."))
    [row] = rows(store, "files")
    assert (row["state"], row["due"]) == ("stored", None)


def test_two_writers_store_the_same_content_once(store: Store) -> None:
    """Of two threads that accept the same content at once, one stores and one finds a duplicate."""
    start = threading.Barrier(2)
    states: list[FileState] = []

    def accept_it(path: str) -> None:
        own = Store.open(store.path)
        start.wait(PATIENCE)
        states.extend(done.state for done in take(own, told(path, "Alpha met.")))
        own.close()

    threads = [threading.Thread(target=accept_it, args=(path,)) for path in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(states) == [FileState.DUPLICATE, FileState.STORED]
    assert counts(store)["articles"] == 1


def test_a_large_batch_is_looked_up_whole(store: Store) -> None:
    """What is known of a batch is found however many arrivals it has."""
    batch = [told(f"f{number}", f"Story{number} begins.") for number in range(1100)]
    take(store, *batch)
    copies = [
        one._replace(arrival=one.arrival._replace(path=f"copy{n}")) for n, one in enumerate(batch)
    ]
    assert {done.reason for done in take(store, *copies)} == {FileReason.SAME_CONTENT}
    assert {done.new for done in take(store, *batch)} == {False}


def test_a_file_replaced_while_it_was_read_waits_on(store: Store) -> None:
    """What was read of a file before it was replaced has a row of its own; the new one waits."""
    newer = unread("a", 2 * 10**18)
    take(store, pending(newer))
    take(store, told("a", "Alpha met."))
    states = {row["state"]: row["stamp"] for row in rows(store, "files")}
    assert states.keys() == {"pending", "stored"}
    assert states["pending"] == str(newer.stamp)


def test_two_outcomes_of_one_path_in_a_batch(store: Store) -> None:
    """A path that is seen again and then holds something else, in one batch, has a row for each."""
    take(store, told("a", "Alpha met."))
    take(store, pending(unread("a", 10**18 - 1)))
    take(store, told("a", "Alpha met."), told("a", "Beta met."))
    assert [row["state"] for row in rows(store, "files")] == ["stored", "stored"]
    assert counts(store)["articles"] == 2
