"""PostgreSQL's full-text queries over the same texts: a cluster of its own, in a folder."""

import os
import pwd
import shutil
import subprocess
import time
from glob import glob
from pathlib import Path

from desk import queries

_SIGNS = {"AND": "&", "AND NOT": "& !", "NEAR/5": "&"}  # it has no NEAR: AND comes closest


def installed() -> Path | None:
    """Give the folder of its programs, or None."""
    folders = [Path(one).parent for one in glob("/usr/lib/postgresql/*/bin/initdb")]  # noqa: PTH207
    found = shutil.which("initdb")
    return max(folders, default=Path(found).parent if found else None)


def microseconds(programs: Path, count: int, texts: list[str], folder: Path) -> float:
    """Give the time a text takes: its tsvector held against one tsquery for each rule."""
    home = folder / "postgres"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
        folder.chmod(0o755)
    _run(programs / "initdb", "-D", home / "data", "-A", "trust", "-U", "bench", "--no-sync")
    options = f"-c listen_addresses='' -k {home} -c fsync=off"
    _run(programs / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log", "-o", options, "start")
    try:
        return _measured(programs, count, texts, folder, home)
    finally:
        _run(programs / "pg_ctl", "-D", home / "data", "-w", "-m", "immediate", "stop")


def _measured(programs: Path, count: int, texts: list[str], folder: Path, home: Path) -> float:
    """Load rules and texts, and time one statement."""
    rules = home / "rules.tsv"
    rules.write_text("".join(f"{_query(*one)}\n" for one in queries(folder, count)))
    stories = home / "texts.tsv"
    stories.write_text("".join(text.replace("\\", " ").replace("\n", " ") + "\n" for text in texts))
    _sql(
        programs,
        home,
        "CREATE TABLE rules (query tsquery); CREATE TABLE texts (body text);"
        f"COPY rules FROM '{rules}'; COPY texts FROM '{stories}'; ANALYZE;",
    )
    begun = time.perf_counter()
    _sql(
        programs,
        home,
        "SELECT count(*) FROM (SELECT to_tsvector('simple', body) AS words FROM texts OFFSET 0) t"
        " JOIN rules ON words @@ query;",
    )
    return (time.perf_counter() - begun) / len(texts) * 1e6


def _query(sign: str, name: str, other: str) -> str:
    """Write a rule as a tsquery."""
    first, second = (f"({' <-> '.join(phrase.lower().split())})" for phrase in (name, other))
    return f"{first} {_SIGNS[sign]} {second}" if sign else first


def _sql(programs: Path, home: Path, statements: str) -> None:
    """Run statements."""
    _run(programs / "psql", "-h", home, "-U", "bench", "-q", "-d", "postgres", "-c", statements)


def _run(*words: Path | str) -> None:
    """Run a program, as the user postgres where we are root, as it refuses root."""
    user = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None
    subprocess.run(words, check=True, capture_output=True, user=user, cwd="/")
