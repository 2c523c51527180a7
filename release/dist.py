"""Build wheel and source distribution twice, and fail unless both come out the same, and whole.

`make dist`. The date of the last commit stands in the files, so that anybody who builds the same
commit with the same hatchling has the same bytes.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
IN_WHEEL = (
    "defaults/wirewatch.toml",
    "defaults/gazetteers/parliaments/asia.toml",
    "defaults/templates/alert.j2",
    "formats/media-topics.toml",
    "rules/grammar.lark",
    "store/tables/1-articles.sql",
    "py.typed",
)
IN_SDIST = (
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "config/wirewatch.toml",
    "daemon/wirewatch/defaults/wirewatch.toml",
    "docs/design.md",
    "pyproject.toml",
    "release/dist.py",
    "requirements.lock",
    "seeds/28-nitf.xml",
    "systemd/wirewatch.service",
    "tests/conftest.py",
)


def main() -> None:
    """Build, compare, look inside, keep."""
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DIST) as first, tempfile.TemporaryDirectory() as second:
        built = [digests(build(Path(folder))) for folder in (first, second)]
        if built[0] != built[1]:
            sys.exit(f"two builds of the same source differ: {built[0]} and {built[1]}")
        for file in sorted(Path(first).iterdir()):
            check(file)
            print(f"{built[0][file.name]}  {file.replace(DIST / file.name).relative_to(ROOT)}")
    files = sorted(map(str, [*DIST.glob("*.whl"), *DIST.glob("*.tar.gz")]))
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], check=True)


def build(folder: Path) -> list[Path]:
    """Build a source distribution, and the wheel from that, with the date of the last commit."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    ran = subprocess.run(
        command, env=dict(os.environ) | {"SOURCE_DATE_EPOCH": epoch()}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        sys.exit(ran.stdout + ran.stderr)
    return sorted(folder.iterdir())


def epoch() -> str:
    """Give the time of the last commit; one that is given counts more."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def digests(files: list[Path]) -> dict[str, str]:
    """Digest files by their names."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def check(file: Path) -> None:
    """Fail where something that is needed is missing from a distribution."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            names, wanted = set(wheel.namelist()), [f"wirewatch/{name}" for name in IN_WHEEL]
    else:
        top = file.name.removesuffix(".tar.gz")
        with tarfile.open(file) as source:
            names, wanted = set(source.getnames()), [f"{top}/{name}" for name in IN_SDIST]
    missing = [name for name in wanted if name not in names]
    if missing:
        sys.exit(f"{file.name} lacks {', '.join(missing)}")


if __name__ == "__main__":
    main()
