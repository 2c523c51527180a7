"""Files of every format, cut short, with a byte flipped, or lying about their encoding.

Whatever is done to a seed, it is stored or put aside by name, soon, and the books balance.
"""

import hashlib
import json
import random
import re
import time
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import START
from test_format_feed import ATOM, RDF
from test_format_mail import HEADER, MIXED, POSTMARK
from test_format_ninjs import FIRST, SECOND
from wirewatch.formats import formats, parse
from wirewatch.intake.source import Content
from wirewatch.model import Arrival, Article, Outcome, Stamp
from wirewatch.pipeline.examine import Examiner
from wirewatch.rules.matcher import Matcher
from wirewatch.states import FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.ledger import contradictions, counts

SEEDS = {
    path.name: path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "seeds").glob("[0-9]*"))
    if not path.name.endswith(".expected.json")
}
FORMS = SEEDS | {
    "atom": ATOM.encode(),
    "rss 1.0": RDF.encode(),
    "mailbox": (POSTMARK + HEADER + "\nOne.\n\n" + POSTMARK + MIXED).encode(),
    "array of ninjs": json.dumps([FIRST, SECOND], ensure_ascii=False).encode(),
    "front matter in TOML": b'+++\ntitle = "Rain"\ntags = ["a", "b"]\n+++\nIt *rains*.\n',
    "lost control bytes": SEEDS["36-iptc7901.iptc"].translate(None, bytes((1, 2, 3, 127))),
}
"""The seeds, and forms of their formats that no seed has."""
DECLARED = re.compile(rb"""(encoding=["']|charset=["']?)[\w.:-]+""", re.IGNORECASE)
DECLARING = [name for name, data in FORMS.items() if DECLARED.search(data)]
ENCODINGS = (
    "utf-8", "utf-16", "utf-32", "us-ascii", "iso-8859-1", "windows-1251", "koi8-r", "shift_jis",
    "gb18030", "iso-2022-jp", "utf-7", "cp037", "nonsense-8", "hex", "rot13", "idna", "undefined",
)  # fmt: skip
WRITTEN = ("utf-8", "utf-16", "cp1252", "cp1251", "cp037")
SETTLED = {FileState.STORED, FileState.DUPLICATE, FileState.QUARANTINED, FileState.IGNORED}
PATIENCE = 2.0
"""Seconds of work that one file may take."""
NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no text of an article holds."""

each_form = pytest.mark.parametrize("form", FORMS)
each_declaring_form = pytest.mark.parametrize("form", DECLARING)


def is_heavy(form: str) -> bool:
    """Tell a file that takes long to read."""
    name = parse(FORMS[form], 1_000_000).format
    heavy = {known.name for known in formats() if known.heavy}
    return not heavy.isdisjoint(name.replace("+", "/").split("/"))


def cut(data: bytes, places: int) -> list[bytes]:
    """Cut a file short at some places, from its first byte on."""
    return [data[: len(data) * place // places] for place in range(places)]


def flipped(data: bytes, times: int) -> Iterator[bytes]:
    """Give a file so many times with another byte changed, always the same ones."""
    chance = random.Random(len(data))  # noqa: S311 - damage is no secret
    for _ in range(times):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        yield bytes(changed)


def misdeclared(data: bytes) -> Iterator[bytes]:
    """Give a file under encodings that it is not in, and in encodings that it does not name."""
    for name in ENCODINGS:
        yield DECLARED.sub(rb"\g<1>" + name.encode(), data)
    for encoding in WRITTEN:
        yield data.decode(errors="replace").encode(encoding, "replace")


def examined(number: int, data: bytes) -> Outcome:
    """Say what becomes of bytes, as the daemon does, and that it is said in time."""
    examiner = Examiner(Matcher([], {}), lambda: START)
    stamp = Stamp(len(data), number, number)
    arrival = Arrival("wires", f"damaged-{number}", stamp, datetime.now(UTC))
    began = time.process_time()
    outcome = examiner.outcome(arrival, Content(data, hashlib.sha256(data).hexdigest(), stamp))
    assert time.process_time() - began < PATIENCE
    return outcome


def check_text(article: Article) -> None:
    """Hold an article's texts against what is promised of all texts that are stored."""
    assert article.guid
    for text in (article.title, article.headline, article.dateline, *article.body.split("\n\n")):
        assert text == " ".join(text.split())
    for text in (one for one in article if isinstance(one, str)):
        assert text == text.strip()
        assert unicodedata.is_normalized("NFC", text)
        assert not NEVER.search(text)
    assert "" not in article.body.split("\n\n") or not article.body


def check_books(store: Store, damaged: list[bytes]) -> None:
    """Take damaged files in, and hold the ledger against them and against the articles."""
    outcomes = [examined(number, data) for number, data in enumerate(damaged)]
    for outcome in outcomes:
        assert outcome.state in SETTLED
        assert outcome.state is not FileState.QUARANTINED or (outcome.reason and outcome.detail)
        for found in outcome.found:
            check_text(found.article)
    done = accept(store, outcomes, START)
    rows = {row["id"]: row for row in store.db["files"].rows}
    assert len({one.file_id for one in done}) == len(rows) == len(damaged)
    assert [rows[one.file_id]["path"] for one in done] == [one.arrival.path for one in outcomes]
    assert {row["state"] for row in rows.values()} <= SETTLED
    assert sum(counts(store.db).values()) == len(damaged)
    stored = {number for number, row in rows.items() if row["state"] == FileState.STORED}
    assert {row["file_id"] for row in store.db["articles"].rows} == stored
    assert store.db["articles"].count == sum(one.articles for one in done)
    assert contradictions(store.db) == []
    assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@each_form
def test_cut_short(form: str, store: Store) -> None:
    """A file that ends too soon is stored or put aside by name, wherever it ends."""
    check_books(store, cut(FORMS[form], 10 if is_heavy(form) else 50))


@each_form
def test_flipped(form: str, store: Store) -> None:
    """A file with one wrong byte is stored or put aside by name, whichever byte it is."""
    check_books(store, list(flipped(FORMS[form], 30 if is_heavy(form) else 200)))


@each_declaring_form
def test_misdeclared(form: str, store: Store) -> None:
    """A file that is in another encoding than it says is stored or put aside by name."""
    check_books(store, list(misdeclared(FORMS[form])))
