"""The command line: exit codes, JSON for scripts, words for people, errors on standard error."""

import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import PATIENCE, STORY, Answer, Receiver, Site, Wirewatch
from wirewatch import __version__, cli, deployment
from wirewatch.cli import load_commands, verb_of
from wirewatch.cli.app import app
from wirewatch.deployment import shipped_gazetteers
from wirewatch.formats import formats
from wirewatch.store.database import Store

VERBS = ("run", "ingest", "check", "parse", "search", "status", "alerts", "init", "send-test")
COUNTS = ("seen", "stored", "duplicate", "quarantined", "ignored", "pending", "conserved")


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY)
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise.bin"
    path.write_bytes(b"\x7fELF\x02\x01\x01\x00")
    return path


def test_help_names_every_verb(wirewatch: Wirewatch) -> None:
    """`--help` lists every command with what it does, and each command has a help of its own."""
    shown = wirewatch("--help")
    assert shown.code == 0
    for verb in VERBS:
        assert f"  {verb} " in shown.out
        own = wirewatch(verb, "--help")
        assert own.code == 0
        assert "Usage" in own.out


def test_the_version_is_told(wirewatch: Wirewatch) -> None:
    """`--version` prints the version and does nothing else."""
    assert wirewatch("--version") == (0, f"wirewatch {__version__}\n", "")


@pytest.mark.parametrize("words", [("nonsense",), ("status", "--nonsense"), ("parse",)])
def test_a_wrong_command_line_is_an_error(wirewatch: Wirewatch, words: tuple[str, ...]) -> None:
    """What cannot be understood exits with 2 and says so on standard error only."""
    ran = wirewatch(*words)
    assert (ran.code, ran.out) == (cli.EXIT_CONFIG, "")
    assert "Usage" in ran.err


def test_parse_gives_the_columns(wirewatch: Wirewatch, story: Path, tmp_path: Path) -> None:
    """`parse --json` has `format` and `articles`, whose fields are named as the table's columns."""
    ran = wirewatch("parse", "--json", story)
    assert ran.code == 0
    shown = json.loads(ran.out)
    assert list(shown) == ["format", "articles", "skipped"]
    assert shown["skipped"] == []
    assert shown["format"] == "wire"
    [article] = shown["articles"]
    store = Store.open(tmp_path / "columns.db")
    columns = set(store.db["articles"].columns_dict)
    store.close()
    added = {"id", "file_id", "source", "received", "irregular", "current", "story", "words"}
    assert set(article) == columns - added
    assert (article["place"], article["agency"]) == ("ASTANA", "Kazinform")


def test_parse_explains(wirewatch: Wirewatch, tmp_path: Path) -> None:
    """`parse --explain` says how each layer was told, and where each field is from, also as JSON."""
    seed = Path(__file__).parents[1] / "seeds" / "20-newsml-g2.xml"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(seed, "wire/one.xml")
        archive.writestr("two.txt", STORY)
    shown = wirewatch("parse", tmp_path / "all.zip", "--explain").out
    assert "format: zip/newsml-g2+wire" in shown
    assert "  zip: told by its first bytes" in shown
    known = {one.name: one for one in formats()}
    assert (
        f"newsml-g2/1: told by {known['newsml-g2'].told_by} (asked before, and none: pdf" in shown
    )
    assert "wire/one.xml: " in shown
    assert f"from {known['newsml-g2'].sources['published']}" in shown
    assert "from its text, as the file declares none" in shown
    record = json.loads(wirewatch("parse", tmp_path / "all.zip", "--explain", "--json").out)
    first, second = record["sources"]
    assert (first["format"], second["member"]) == ("newsml-g2", "two.txt")
    assert first["fields"]["guid"] == known["newsml-g2"].sources["guid"]
    assert list(record["told_by"]) == ["zip", "newsml-g2/1", "wire/1"]


def test_parse_needs_no_configuration(wirewatch: Wirewatch, story: Path, site: Site) -> None:
    """A file can be looked at before anything is set up; for people its text is printed."""
    site.config.unlink()
    ran = wirewatch("parse", story)
    assert ran.code == 0
    assert "format: wire" in ran.out
    assert "agency: Kazinform" in ran.out
    assert "The Majilis and the Milli Majlis agreed" in ran.out


def test_parse_says_why_a_file_would_be_put_aside(wirewatch: Wirewatch, noise: Path) -> None:
    """A file that would be quarantined exits with 1 and names its reason."""
    plain = wirewatch("parse", noise)
    assert (plain.code, plain.out) == (1, "")
    assert "binary" in plain.err
    ran = wirewatch("parse", "--json", noise)
    shown = json.loads(ran.out)
    assert ran.code == 1
    assert shown["reason"] == "binary"
    assert shown["articles"] == []


def test_parse_of_nothing_is_an_error(wirewatch: Wirewatch, tmp_path: Path) -> None:
    """A file that is not there exits with 2 and is named."""
    ran = wirewatch("parse", tmp_path / "absent.txt")
    assert (ran.code, ran.out) == (2, "")
    assert "absent.txt" in ran.err


def test_status_holds_the_ledger_against_the_inbox(wirewatch: Wirewatch, site: Site) -> None:
    """`status --json` has the sums; it exits with 1 while a file lies in an inbox unknown."""
    site.deliver("story.txt", STORY)
    before = wirewatch("status", "--json")
    shown = json.loads(before.out)
    assert before.code == 1
    assert set(shown) >= set(COUNTS)
    assert (shown["seen"], shown["conserved"]) == (1, False)
    assert shown["unaccounted"] == ["wires/story.txt"]
    assert wirewatch("ingest", site.inbox).code == 0
    after = wirewatch("status", "--json")
    shown = json.loads(after.out)
    assert after.code == 0
    assert [shown[name] for name in COUNTS] == [1, 1, 0, 0, 0, 0, True]
    assert shown["deliveries"]["sent"] == 1


def test_status_for_people(wirewatch: Wirewatch, site: Site) -> None:
    """Without `--json` the same is said in a few lines."""
    site.deliver("story.txt", STORY)
    wirewatch("ingest", site.inbox)
    ran = wirewatch("status")
    assert ran.code == 0
    assert "1 seen = 0 pending + 1 stored" in ran.out
    assert "conserved" in ran.out
    assert "not running" in ran.out
    site.deliver("unknown.txt", STORY + " More.")
    ran = wirewatch("status")
    assert ran.code == 1
    assert "NOT CONSERVED" in ran.out
    assert "unknown.txt" in ran.out


def test_init_writes_what_check_accepts(
    wirewatch: Wirewatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `init` writes is a sound configuration, and nothing that exists is overwritten."""
    monkeypatch.setattr(deployment, "shipped_gazetteers", shipped_gazetteers)
    folder = tmp_path / "fresh"
    ran = wirewatch("init", folder)
    assert ran.code == 0
    config = folder / "wirewatch.toml"
    assert str(config) in ran.out
    checked = wirewatch("--config", config, "check")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("ok: ")
    config.write_text("mine")
    again = wirewatch("init", folder)
    assert (again.code, again.out) == (1, "")
    assert str(config) in again.err
    assert config.read_text() == "mine"


def test_check_counts_what_there_is(wirewatch: Wirewatch) -> None:
    """`check --json` of a sound configuration says what would run."""
    ran = wirewatch("check", "--json")
    shown = json.loads(ran.out)
    assert (ran.code, shown["ok"]) == (0, True)
    assert (shown["inboxes"], shown["rules"], shown["channels"]) == (1, 1, 1)
    assert shown["gazetteers"] >= 1


def test_every_fault_is_one_line_with_place_and_remedy(wirewatch: Wirewatch, site: Site) -> None:
    """A configuration with five faults gives five lines; nothing is started, the code is 2."""
    text = site.config.read_text()
    text = text.replace('settle = "10ms"', 'settle = "soon"\nafter = "burn"\nrecursiv = true')
    site.config.write_text(f'{text}timeout = "-"\n[storage]\npath = "x"\n')
    ran = wirewatch("run")
    assert (ran.code, ran.out) == (cli.EXIT_CONFIG, "")
    lines = ran.err.splitlines()
    assert len(lines) == 5
    assert all(line.startswith(f"{site.config}: ") and "; " in line for line in lines)
    assert "did you mean 'recursive'?" in ran.err
    assert not site.database.exists()
    as_json = wirewatch("check", "--json")
    shown = json.loads(as_json.out)
    assert (as_json.code, shown["ok"], len(shown["faults"])) == (2, False, 5)
    assert set(shown["faults"][0]) == {"place", "problem", "remedy"}


def test_a_bad_rule_stops_check_and_run(wirewatch: Wirewatch, site: Site) -> None:
    """A rule that cannot be read is never skipped: the fault shows file, place and nearest name."""
    rules = site.folder / "rules.toml"
    rules.write_text(rules.read_text().replace('"desk"', '"dsk"'))
    for verb in ("check", "run", "ingest", "send-test"):
        ran = wirewatch(
            verb, *([site.inbox] if verb == "ingest" else ["desk"] if verb == "send-test" else [])
        )
        assert ran.code == cli.EXIT_CONFIG
        assert f"{rules}: rule[1].channels: unknown channel 'dsk'; did you mean 'desk'?" in ran.err
    assert not site.database.exists()


def test_send_test_tells_whether_it_arrived(
    wirewatch: Wirewatch, site: Site, receiver: Receiver
) -> None:
    """`send-test` sends a message that says it is a test; failure exits with 1 and names why."""
    ran = wirewatch("send-test", "desk")
    assert ran.code == 0
    assert ran.out.startswith("sent to desk in ")
    assert "Test message" in receiver.at("/hook")[0].body
    receiver.answers["/hook"] = Answer(500)
    ran = wirewatch("send-test", "desk")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "not sent to desk: http-error: HTTP 500\n"
    unknown = wirewatch("send-test", "dek")
    assert (unknown.code, unknown.out) == (2, "")
    assert "did you mean 'desk'?" in unknown.err
    assert not site.database.exists()


def program(site: Site, *words: str) -> "subprocess.Popen[str]":
    """Start the program as people do, its output in pipes."""
    command = [sys.executable, "-m", "wirewatch", "--config", str(site.config), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def test_the_daemon_runs_until_it_is_told_to_stop(site: Site, receiver: Receiver) -> None:
    """`run` logs to standard error alone, refuses a second of itself, and ends on SIGTERM with 0."""
    with program(site, "run") as daemon:
        assert daemon.stderr
        assert any(" ready inboxes=wires" in line for line in iter(daemon.stderr.readline, ""))
        with program(site, "run") as second:
            out, err = second.communicate(timeout=PATIENCE)
        assert (second.returncode, out) == (1, "")
        assert err.count("\n") == 1
        assert f"`wirewatch run`, pid {daemon.pid} on " in err
        site.deliver("story.txt", STORY)
        receiver.wait_for("/hook")
        daemon.send_signal(signal.SIGTERM)
        out, err = daemon.communicate(timeout=PATIENCE)
    assert (daemon.returncode, out) == (0, "")
    assert "stored file=1 inbox=wires path=story.txt articles=1 article=1 alerts=1" in err
    assert "\x1b" not in err


def test_a_daemon_that_cannot_start_says_why_in_a_line(site: Site) -> None:
    """An inbox that cannot be made is named in a line for people, without a traceback."""
    site.inbox.rmdir()
    site.inbox.write_text("a file, where the folder should be")
    with program(site, "run") as daemon:
        out, err = daemon.communicate(timeout=PATIENCE)
    assert (daemon.returncode in {1, 2}, out) == (True, "")
    assert "Traceback" not in err
    assert str(site.inbox) in err


def test_formats_without_their_library(
    wirewatch: Wirewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`wirewatch formats` says which formats lack their library, and what to install."""
    monkeypatch.setattr("wirewatch.formats.extras.find_spec", lambda _: None)
    listed = [line for line in wirewatch("formats").out.splitlines() if "not installed" in line]
    assert {line.split("/")[0] for line in listed} == {"pdf", "docx", "warc", "html"}
    assert all("wirewatch[documents]" in line for line in listed)
    rows = json.loads(wirewatch("formats", "--json").out)
    assert {row["name"] for row in rows if not row["installed"]} == {"pdf", "docx", "warc", "html"}


def test_formats_are_listed(wirewatch: Wirewatch) -> None:
    """`wirewatch formats` names each format, the version of its parser, and what it reads."""
    listed = wirewatch("formats").out.splitlines()
    rows = json.loads(wirewatch("formats", "--json").out)
    assert [row["name"] for row in rows] == [known.name for known in formats()]
    assert [line.split()[0] for line in listed] == [row["parser"] for row in rows]
    assert all(row["reads"] in line for row, line in zip(rows, listed, strict=True))
    assert rows[-1]["name"] == "wire"


def test_output_into_a_pipe_is_plain_text(site: Site) -> None:
    """Where nobody looks there are no colours, no progress bar and no frames."""
    site.deliver("story.txt", STORY)
    for words in (["ingest", str(site.inbox)], ["alerts", "list"]):
        with program(site, *words) as ran:
            out, err = ran.communicate(timeout=PATIENCE)
        assert ran.returncode == 0
        assert out
        assert err == ""
        assert not set(out) & set("\x1b\r│╭")


def test_a_reader_that_goes_away_is_no_error(site: Site, tmp_path: Path) -> None:
    """As with `head`: when nobody reads on, the program ends without a word."""
    long = tmp_path / "long.txt"
    long.write_text(STORY + "\n\n" + "The chamber sat for long. " * 20_000)
    with program(site, "parse", str(long)) as ran:
        assert ran.stdout
        assert ran.stderr
        ran.stdout.readline()
        ran.stdout.close()
        assert ran.stderr.read() == ""
        assert ran.wait(PATIENCE) in {0, 1}


def test_a_verb_is_found_by_the_name_of_its_file() -> None:
    """All that a verb has lies in VERB.py and VERB_….py, so that only those need to be loaded."""
    load_commands()
    verbs = {
        (one.name or one.callback.__name__, one.callback)
        for one in app.registered_commands
        if one.callback
    }
    for group in app.registered_groups:
        assert group.typer_instance
        verbs |= {
            (str(group.name), one.callback)
            for one in group.typer_instance.registered_commands
            if one.callback
        }
    assert len(verbs) > 30
    for name, callback in verbs:
        file = callback.__module__.rpartition(".")[2]
        verb = name.replace("-", "_")
        assert file == verb or file.startswith(f"{verb}_"), name


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        (["status", "--json"], "status"),
        (["--config", "run", "send-test", "desk"], "send_test"),
        (["--config=x", "--version"], ""),
        (["--config"], ""),
        ([], ""),
    ],
)
def test_the_verb_of_a_command_line(words: list[str], verb: str) -> None:
    """It is the first word that is neither an option nor an option's value."""
    assert verb_of(words) == verb


@pytest.mark.parametrize(
    ("verb", "others"), [("schema", 0), ("manual", 1), ("rows", 1), ("nonsense", 1)]
)
def test_only_a_verb_that_is_asked_for_is_loaded(verb: str, others: int) -> None:
    """The others are not, unless the command tells of all, or there is no such verb."""
    program = (
        f"import sys; from wirewatch.cli import load_commands; load_commands({verb!r});"
        " sys.exit('wirewatch.cli.ingest' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == others
