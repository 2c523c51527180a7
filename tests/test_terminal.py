"""Hostile text through every command: nothing that a file says or is called acts on a terminal."""

import json
import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from conftest import PATIENCE, START, Answer, Receiver, Site, Wirewatch, told
from test_docs import commands
from test_visible import acting
from wirewatch.store.accept import accept
from wirewatch.store.database import Store

TEXTS = ("title", "headline", "body", "dateline", "place", "agency", "byline", "url", "note")
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\u202eevil\u2066\u2028"
READ = "\x9b31m\u202eevil\u2066\u2028"
"""What formats let stand in a text: they refuse or leave out what was never text at all."""
NAME = f"{EVIL}\nALARM since 1999"
RULE = """
[[rule]]
name = "majilis"
title = "evil\\u001b[31m\\u202e title"
query = "majilis"
channels = ["desk"]
[[rule.test]]
text = "Nothing \\u001b[31m\\u202e here."
"""
QUERY = f'majilis AND NOT "{EVIL}"'


def crawled() -> str:
    """Give a crawler's file whose every field tries to command the terminal."""
    fields = {
        "title": f"{READ} Majilis\nforged line", "description": f"{READ}\nlead",
        "maintext": f"{READ} The Majilis met. {READ}\n{READ} مجلس", "authors": [READ, f"A {READ}"],
        "source_domain": f"a{READ}.example", "url": f"https://a.example/{READ}",
        "language": f"en{READ}", "date_publish": "2025-02-10 18:25:00",
    }  # fmt: skip
    return json.dumps(fields)


def mailed() -> bytes:
    """Give a mail whose headers do."""
    head = f"From: {EVIL}\nSubject: {EVIL} Majilis\nMessage-ID: <{EVIL}@x>\nDate: {EVIL}\n".encode()
    return head + b"Content-Type: text/plain; charset=utf-8\n\n" + f"{READ} Senate.".encode()


def parcel() -> bytes:
    """Give an archive whose members are called so."""
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in (f"../../{EVIL}.json", f"{EVIL}\n.bin"):
            data = crawled().encode() if name.endswith("json") else b"\x7fELF\x02\x01\x01\x00"
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    return out.getvalue()


def planted(store: Path) -> None:
    """Write into the store what no format would let through, as a fault of a format might."""
    outcome = told("evil", "Majilis said.")
    [found] = outcome.found
    evil: dict[str, Any] = dict.fromkeys(TEXTS, EVIL)
    found = found._replace(article=found.article._replace(**evil))
    opened = Store.open(store)
    accept(opened, [outcome._replace(found=(found,))], START)
    opened.close()


@pytest.fixture
def hostile(site: Site, receiver: Receiver, wirewatch: Wirewatch) -> Site:
    """Give a site that has taken in what means harm, with rules of a colleague who does too."""
    evil = {"X-Evil": "\\x1b[31m"}
    receiver.answers["/hook"] = Answer(500, evil)
    (site.folder / "rules.toml").write_text(RULE)
    (site.inbox / f"{NAME}.json").write_text(crawled())
    (site.inbox / f"{EVIL}.eml").write_bytes(mailed())
    (site.inbox / f"{EVIL}.tar").write_bytes(parcel())
    (site.inbox / f"{EVIL}.bin").write_bytes(b"\x7fELF\x1b[31m\x00")
    Path(os.fsdecode(os.fsencode(site.inbox) + b"/\xff\x1b[31m\xc2\x9b.txt")).write_text(EVIL)
    (site.inbox / f"{EVIL} folder").mkdir()
    os.mkfifo(site.inbox / f"{EVIL}.fifo")
    assert wirewatch("ingest", site.inbox, "--source", f"x{EVIL}").code == 1
    planted(site.database)
    (site.folder / "evil.json").write_text(crawled())
    (site.inbox / f"{EVIL} not yet known").write_text(crawled())
    return site


FILE = "{folder}/evil.json"
GIVEN: dict[str, list[tuple[object, ...]]] = {
    "ingest": [("{folder}/inbox",), ("{folder}/inbox", "--json"), (f"{{folder}}/{EVIL}",)],
    "parse": [
        *((FILE, *more) for more in ((), ("--json",), ("--explain",), ("--explain", "--json"))),
        ("{folder}/evil.tar", "--explain"), ("{folder}/evil.tar",), (f"{{folder}}/{EVIL}",),
    ],
    "search": [("majilis",), ("majilis", "--json"), (QUERY,), (EVIL,), (f"({EVIL}",)],
    "show": [(1,), (1, "--json"), (99,)],
    "tail": [("--no-follow",), ("--no-follow", "--json"), ("--no-follow", EVIL)],
    "stats": [(), ("--json",)],
    "query": [
        *(("SELECT * FROM articles", "--format", form) for form in ("text", "csv", "json", "jsonl")),
        (f"SELECT '{EVIL}'",), (EVIL,),
    ],
    "db export": [("articles",), ("alerts",), ("matches", "--format", "csv"), (EVIL,)],
    "alerts list": [(), ("--json",)],
    "alerts show": [(1,), (1, "--json")],
    "alerts ack": [(1, "--by", EVIL), (EVIL,)],
    "alerts retry": [(1,)],
    "alerts preview": [
        (1,), (FILE,), (FILE, "--channel", EVIL), ("--digest",),
        *((1, "--form", form) for form in ("text", "markdown", "html")), (f"/{EVIL}",),
    ],
    "prove": [(1,), (1, "--json")],
    "routes test": [(FILE,), (1,), (1, "--json"), (f"/{EVIL}",), (1, "--at", EVIL)],
    "rules list": [(), ("--json",)],
    "rules test": [(), ("--json",)],
    "rules explain": [("majilis", FILE), ("majilis", 1, "--json"), (EVIL, 1), ("majilis", EVIL)],
    "rules why-not": [("majilis", 1), ("majilis", 4), (EVIL, 1)],
    "rules backtest": [("majilis",), ("majilis", "--json"), (EVIL,), ("majilis", "--since", EVIL)],
    "rules diff": [("{folder}/none.toml", "{folder}/rules.toml")],
    "silences add": [
        ("--rule", f"x{EVIL}", "--until", "2h", "--comment", EVIL, "--author", EVIL),
        ("--rule", "x", "--until", EVIL, "--comment", ""),
    ],
    "silences list": [(), ("--json",), ("--all",)],
    "send-test": [("desk",), (EVIL,)],
    "status": [(), ("--json",)],
    "schema": [("config",), (EVIL,)],
    "init": [(f"{{folder}}/{EVIL}",), (f"{{folder}}/{EVIL}",)],
}  # fmt: skip
"""What commands are given; others, without arguments, run as they are."""


def test_no_command_lets_a_text_act(hostile: Site, wirewatch: Wirewatch) -> None:
    """Whatever files say and are called, no command prints a control character, C1, or an override."""
    (hostile.folder / "evil.tar").write_bytes(parcel())
    (hostile.folder / "none.toml").write_text("")
    names = [name for name in commands() if name not in {"run", "serve", "cluster up"}]
    names.sort(key=lambda name: name not in {"silences add", "alerts ack"})  # for what is listed
    shown = ""
    for name in names:
        for given in GIVEN.get(name, [()]):
            words = [str(word).replace("{folder}", str(hostile.folder)) for word in given]
            ran = wirewatch(*name.split(), *words)
            assert acting(ran.out + ran.err) == set(), (name, given, ran.out + ran.err)
            shown += ran.out + ran.err
    assert "Majilis" in shown
    assert shown.count("\\x1b[2J") > len(GIVEN)


def test_no_text_forges_a_line(hostile: Site, wirewatch: Wirewatch) -> None:
    """A line break in a file's name or a headline begins no line of its own."""
    _ = hostile
    for words in (("status",), ("alerts", "list"), ("alerts", "show", 1), ("search", "majilis")):
        lines = wirewatch(*words).out.splitlines()
        assert not [line for line in lines if line.startswith(("ALARM", "forged"))], words


def test_no_fault_lets_a_text_act(hostile: Site, wirewatch: Wirewatch) -> None:
    """Faults of configuration, rules and lists quote what is wrong without its commands."""
    (hostile.folder / "rules.toml").write_text(f'[[rule]]\nname = "{EVIL[-6:-1]}"\nquery = "(a"\n')
    for words in (("check",), ("check", "--json"), ("rules", "list"), ("run",)):
        ran = wirewatch(*words)
        assert ran.code == 2
        assert acting(ran.out + ran.err) == set()


def test_the_log_lets_no_text_act(hostile: Site) -> None:
    """The daemon's log, at its most talkative, has one line an event, and none by a file's name."""
    (hostile.inbox / f"{EVIL}\nready: forged").write_text("")
    command = [sys.executable, "-m", "wirewatch", "--config", str(hostile.config), "run", "-v"]
    (hostile.inbox / f"{EVIL}\nready: forged.bin").write_bytes(b"\x7fELF\x1b[31m\x00")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        read = ""
        while "forged.bin" not in read:
            line = daemon.stderr.readline()
            assert line, read
            read += line
        daemon.terminate()
        read += daemon.communicate(timeout=PATIENCE)[1]
    assert acting(read) == set()
    assert not [line for line in read.splitlines() if line.startswith(("ready", "ALARM"))]
