"""Fuzz each format for a while, beginning from the seeds; exit with 1 where something was found.

`make fuzz MINUTES=5 FORMATS="pdf mail"`; what was found lies in var/fuzz/FORMAT, and comes back as
the first input of the next run until it is mended.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from wirewatch.errors import Unreadable
from wirewatch.formats import parse

ROOT = Path(__file__).parents[2]
WHERE = ROOT / "var" / "fuzz"
SLOWEST = 10  # seconds of one file; the daemon's worker has twice as many
MEMORY_MB = 2_048
LONGEST = 20_000  # bytes of a file
TOKENS = (
    b"<?xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"<![CDATA[", b"]]>", b"xmlns=", b"=?utf-8?B?",
    b"Content-Type: multipart/mixed; boundary=a", b"\n--a\n", b"\x1f\x8b\x08", b"PK\x03\x04",
    b"PK\x01\x02", b"stream\nendstream", b"/FlateDecode", b"WARC/1.0", b"\r\n\r\n", b"[[[[", b'{"a":',
    b"\\ud800", b"1e999", b"9999-99-99T99:99:99Z", b"charset=utf-7", b"\xff\xfe", b"\x01\x02\x03",
)  # fmt: skip
"""What formats are told and built by, in the pieces that chance would not find."""


def main() -> None:
    """Fuzz the formats that are named, or all."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=1.0, help="for each format")
    words.add_argument("formats", nargs="*")
    given = words.parse_args()
    seeds = seeds_by_format()
    wanted = given.formats or sorted(seeds)
    unknown = set(wanted) - set(seeds)
    if unknown:
        words.error(f"no seed is of {', '.join(sorted(unknown))}; known are {', '.join(seeds)}")
    found = [name for name in wanted if not fuzzed(name, seeds[name], given.minutes)]
    print(f"found something in: {', '.join(found)}; see {WHERE}" if found else "nothing was found")
    sys.exit(bool(found))


def seeds_by_format() -> dict[str, list[Path]]:
    """Give the seeds by what they are read as."""
    seeds: dict[str, list[Path]] = {}
    for path in sorted((ROOT / "seeds").glob("[0-9]*")):
        if not path.name.endswith(".expected.json"):
            try:
                name = parse(path.read_bytes(), 1_000_000).format
            except Unreadable:
                continue
            seeds.setdefault(name.partition("/")[0], []).append(path)
    return seeds


def fuzzed(name: str, seeds: list[Path], minutes: float) -> bool:
    """Fuzz one format; tell whether nothing was found."""
    corpus = WHERE / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / seed.name).write_bytes(seed.read_bytes())
    tokens = WHERE / "tokens.dict"
    tokens.write_text("".join(f'"{escaped(token)}"\n' for token in TOKENS))
    print(f"{name}: {minutes:g} minutes, from {len(seeds)} seeds", flush=True)
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.target", name),
            *(f"-max_total_time={int(minutes * 60)}", f"-timeout={SLOWEST}", "-verbosity=0"),
            *(f"-rss_limit_mb={MEMORY_MB}", f"-max_len={LONGEST}", "-print_final_stats=1"),
            *(f"-dict={tokens}", f"-artifact_prefix={corpus}/", str(corpus)),
        ],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT / "daemon")},
    )  # fmt: skip
    said = (ran.stdout + ran.stderr).splitlines()
    print("\n".join(line for line in said if "number_of_executed_units" in line), flush=True)
    if ran.returncode:
        print("\n".join(said[-40:]), flush=True)
    return not ran.returncode


def escaped(token: bytes) -> str:
    """Write a token as libFuzzer's dictionaries want it."""
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main()
