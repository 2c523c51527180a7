"""The commands that fill the archive and ask it: ingest, search, and alerts."""

import json
from pathlib import Path

import pytest

from conftest import STORY, Answer, ManualClock, Ran, Receiver, Site, Wirewatch
from wirewatch.store.lock import StoreLock

OTHER = STORY.replace("joint sitting", "common law")


def read(ran: Ran) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(ran.out)
    return found


def test_ingest_takes_in_and_tells(wirewatch: Wirewatch, site: Site, receiver: Receiver) -> None:
    """`ingest` stores, matches and delivers at once, counts the outcomes, and exits with 0."""
    site.deliver("a.txt", STORY)
    site.deliver("b.txt", STORY)
    ran = wirewatch("ingest", "--json", site.inbox)
    counts = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (counts["stored"], counts["duplicate"], counts["alerts"]) == (1, 1, 1)
    assert len(receiver.at("/hook")) == 1
    again = wirewatch("ingest", site.inbox / "a.txt")
    assert again.code == 0
    assert len(receiver.at("/hook")) == 1


@pytest.mark.parametrize("after", ["leave", "delete"])
def test_ingest_exits_by_the_worst_outcome(
    wirewatch: Wirewatch, site: Site, receiver: Receiver, after: str
) -> None:
    """A quarantined file makes the code 1 and is named with its reason; the others are stored."""
    site.config.write_text(
        site.config.read_text().replace("[rules]", f'after = "{after}"\n[rules]')
    )
    site.deliver("good.txt", STORY)
    (site.inbox / "bad.txt").write_bytes(b"\x7fELF\x02\x01\x01\x00")
    ran = wirewatch("ingest", site.inbox)
    assert ran.code == 1
    assert "quarantined: 'bad.txt': binary" in ran.err
    assert "1 stored" in ran.out
    assert receiver.at("/hook")
    assert (site.inbox / "bad.txt").exists()
    assert (site.inbox / "good.txt").exists() is (after == "leave")


def test_an_empty_file_is_not_whole_yet(wirewatch: Wirewatch, site: Site) -> None:
    """A file that still waits makes the code 1: not everything has been taken in."""
    site.config.write_text(site.config.read_text().replace("10ms", "1h"))
    (site.inbox / "empty.txt").touch()
    ran = wirewatch("ingest", "--json", site.inbox)
    assert (ran.code, json.loads(ran.out)["pending"]) == (1, 1)


def test_a_path_that_is_not_there(wirewatch: Wirewatch, site: Site) -> None:
    """A wrong path exits with 2, is named, and nothing is taken in."""
    site.deliver("a.txt", STORY)
    ran = wirewatch("ingest", site.inbox, site.folder / "absent")
    assert (ran.code, ran.out) == (2, "")
    assert "absent" in ran.err
    assert not site.database.exists()


def test_files_from_elsewhere_have_the_source_that_is_given(
    wirewatch: Wirewatch, tmp_path: Path
) -> None:
    """A file outside every inbox is stored under `--source`; a rule may ask for it."""
    elsewhere = tmp_path / "old"
    elsewhere.mkdir()
    (elsewhere / "story.txt").write_text(STORY)
    assert wirewatch("ingest", "--source", "backlog", elsewhere).code == 0
    [found] = read(wirewatch("search", "--json", "source: backlog AND majilis"))
    assert found["source"] == "backlog"
    assert json.loads(wirewatch("status", "--json").out)["conserved"] is True


def test_without_delivery_alerts_wait(wirewatch: Wirewatch, site: Site, receiver: Receiver) -> None:
    """`--no-deliver` leaves the alerts in the outbox, where the next delivery finds them."""
    site.deliver("a.txt", STORY)
    assert wirewatch("ingest", "--no-deliver", site.inbox).code == 0
    assert receiver.got == []
    [row] = read(wirewatch("alerts", "list", "--json", "--state", "pending"))
    assert row["channel"] == "desk"
    wirewatch("ingest", site.inbox)
    assert len(receiver.at("/hook")) == 1


def test_beside_a_daemon_ingest_leaves_the_delivering_to_it(
    wirewatch: Wirewatch, site: Site, receiver: Receiver, clock: ManualClock
) -> None:
    """While a daemon holds the store, `ingest` stores and lets the daemon deliver."""
    daemon = StoreLock(site.database, "run", clock)
    daemon.acquire()
    site.deliver("a.txt", STORY)
    ran = wirewatch("ingest", site.inbox)
    assert ran.code == 0
    assert json.loads(wirewatch("status", "--json").out)["daemon"].startswith("`wirewatch run`")
    daemon.release()
    assert receiver.got == []


@pytest.fixture
def filled(wirewatch: Wirewatch, site: Site, receiver: Receiver) -> Site:
    """Give a site with two stories, of which the first was told and the second failed."""
    site.deliver("a.txt", STORY)
    wirewatch("ingest", site.inbox)
    receiver.answers["/hook"] = Answer(503)
    site.deliver("b.txt", OTHER)
    wirewatch("ingest", site.inbox)
    return site


@pytest.mark.usefixtures("filled")
def test_search_finds_stored_articles(wirewatch: Wirewatch) -> None:
    """`search` gives articles newest first, as JSON with spans or in two lines each."""
    found = read(wirewatch("search", "--json", "majilis"))
    assert [row["id"] for row in found] == [2, 1]
    assert found[0]["spans"] == [["body", 4, 11]]
    assert {"id", "received", "source", "title", "headline", "body", "agency"} <= set(found[0])
    assert len(read(wirewatch("search", "--json", "-n", "1", "majilis"))) == 1
    plain = wirewatch("search", '"common law"')
    assert (plain.code, len(plain.out.splitlines())) == (0, 2)
    assert plain.out.startswith("2  ")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("nowhere", 1, "nothing found"),
        ("majilis (", 1, "^"),
        ("one two", 1, "one AND two"),
        ("@parlament", 2, "did you mean 'parliament'?"),
    ],
)
def test_a_search_without_result(wirewatch: Wirewatch, query: str, code: int, said: str) -> None:
    """Nothing found exits with 1; a query that cannot be read says where and what instead."""
    ran = wirewatch("search", query)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


@pytest.mark.usefixtures("filled")
def test_alerts_are_listed(wirewatch: Wirewatch) -> None:
    """`alerts list` gives deliveries newest first, by state when asked, as lines or as JSON."""
    rows = read(wirewatch("alerts", "list", "--json"))
    assert [(row["alert_id"], row["state"]) for row in rows] == [(2, "failed"), (1, "sent")]
    assert {"rule", "severity", "channel", "key", "reason", "due", "headline"} <= set(rows[0])
    assert read(wirewatch("alerts", "list", "--json", "--state", "dead")) == []
    lines = wirewatch("alerts", "list", "--limit", "1").out.splitlines()
    assert len(lines) == 1
    assert "desk: failed (http-error)" in lines[0]
    assert f"ref {rows[0]['key']}" in lines[0]
    assert wirewatch("alerts", "list", "--state", "nonsense").code == 2


def test_held_alerts_are_listed(wirewatch: Wirewatch, site: Site, receiver: Receiver) -> None:
    """`alerts list --held` says what waits for a digest, and until when."""
    site.write(f"json://{receiver.host}/hook", 'digest = ["0 0 1 1 *"]\n')
    site.deliver("a.txt", STORY)
    assert wirewatch("ingest", site.inbox).code == 0
    (line,) = wirewatch("alerts", "list", "--held").out.splitlines()
    assert "desk: pending (digest), until 20" in line
    assert receiver.at("/hook") == []
    site.write(f"json://{receiver.host}/hook")
    assert wirewatch("alerts", "list", "--held", "--state", "sent").out == ""


@pytest.mark.usefixtures("filled")
def test_an_alert_is_shown_with_its_attempts(wirewatch: Wirewatch) -> None:
    """`alerts show` gives an alert with every attempt; an unknown number is an error."""
    shown = json.loads(wirewatch("alerts", "show", "--json", "2").out)
    assert (shown["rule"], shown["path"]) == ("kz-az", "b.txt")
    assert shown["deliveries"][0]["attempted"][0]["http_code"] == 503
    plain = wirewatch("alerts", "show", "2")
    assert plain.code == 0
    assert "→ desk: failed (http-error)" in plain.out
    assert "http-error: HTTP 503" in plain.out
    absent = wirewatch("alerts", "show", "99")
    assert (absent.code, absent.out) == (1, "")
    assert "there is no alert 99" in absent.err


def test_alerts_go_again(wirewatch: Wirewatch, filled: Site, receiver: Receiver) -> None:
    """`alerts retry` makes what failed due at once; what was sent is not sent again."""
    del receiver.answers["/hook"]
    before = len(receiver.at("/hook"))
    assert wirewatch("alerts", "retry", "1").code == 1
    ran = wirewatch("alerts", "retry", "2")
    assert (ran.code, ran.out) == (0, "1 deliveries are due again\n")
    wirewatch("ingest", filled.inbox)
    assert len(receiver.at("/hook")) == before + 1
    assert wirewatch("alerts", "retry", "--dead").code == 1
    assert wirewatch("alerts", "retry").code == 2


@pytest.mark.parametrize(
    "words",
    [("alerts", "list"), ("alerts", "show", "1"), ("search", "majilis"), ("alerts", "retry", "1")],
)
def test_before_the_first_run_there_is_nothing_to_ask(
    wirewatch: Wirewatch, site: Site, words: tuple[str, ...]
) -> None:
    """Asking where no store is yet exits with 1, says what makes one, and makes none itself."""
    ran = wirewatch(*words)
    assert (ran.code, ran.out) == (1, "")
    assert "wirewatch run" in ran.err
    assert not site.database.exists()
