"""One piece repeated a hundred thousand times, in the middle of each format that is read at once.

An expression that takes the square of a text's length would take minutes for it. Each seed is
read in a process of its own, which may take far more processor time than it needs.
"""

import contextlib
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import quick

SEEDS = Path(__file__).parents[1] / "seeds"
QUICK = [
    "01-trend-clerks-school.txt", "20-newsml-g2.xml", "23-ninjs.json", "24-crawler.jsonl", "28-nitf.xml",
    "29-newsml-1.xml", "31-feed.rss", "32-mail.eml", "35-anpa.anpa", "36-iptc7901.iptc", "37-tagged.tag",
    "38-markdown.md",
]  # fmt: skip
PIECES = [
    b"<", b"<a ", b"<!--", b"<x>", b"&#", b"[", b"](", b"*_", b"`", b"> ", b"- ", b"\n", b"  ", b"=?a?q?b?= ",
    b'"', b"\\", b"1", b"12:", b"Aa. ", b"a@", b'{"a":', b"|-", b"A: b\n", b" b\n", b"\xe2\x80\x94 ", b"\x1f",
]  # fmt: skip
LENGTH = 100_000  # bytes
MOST_SECONDS = 60  # of processor time for all pieces, which take two to four
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from test_repetitions import read_all
read_all(sys.argv[2])
"""


def read_all(name: str) -> None:
    """Read a seed with each piece repeated in its middle and at its end, and say which it is."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    seed = (SEEDS / name).read_bytes()
    for piece in PIECES:
        for middle in (len(seed) * 2 // 3, len(seed)):
            sys.stdout.write(f"{piece!r} at {middle}\n")
            sys.stdout.flush()
            read(seed[:middle] + piece * (LENGTH // len(piece)) + seed[middle:])


def read(data: bytes) -> None:
    """Read a file; to be refused is as good."""
    with contextlib.suppress(Unreadable):
        quick(data, 1_000_000)


@pytest.mark.parametrize("name", QUICK)
def test_no_repetition_holds_a_parser(name: str) -> None:
    """Whatever is repeated in a file, reading it takes no more than in proportion to its length."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout.splitlines()[-1:] + ran.stderr.splitlines()[-3:]
    assert len(ran.stdout.splitlines()) == 2 * len(PIECES)
