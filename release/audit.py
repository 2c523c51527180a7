"""Ask the advisory service of the Python Package Index about everything in requirements.lock.

`make audit`. Exits with 1 when an advisory names a locked version. Where the service cannot be
asked, or does not know a package, that is said plainly, package by package, and nothing is called
sound that was not looked at; with --strict that is a failure too.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
PATIENCE = 300  # seconds


def main() -> None:
    """Ask, and say what came of it."""
    locked = sum("==" in line for line in LOCK.read_text().splitlines())
    found, said = asked()
    if found is None:
        print(f"NOT AUDITED: the advisory service did not answer for {locked} packages: {said}")
        sys.exit("--strict" in sys.argv)
    unknown = [one["name"] for one in found if "skip_reason" in one]
    flawed = [one for one in found if one.get("vulns")]
    for one in flawed:
        for flaw in one["vulns"]:
            fixed = ", ".join(flaw["fix_versions"]) or "nothing yet"
            print(f"FLAWED: {one['name']} {one['version']}: {flaw['id']}, mended in {fixed}")
    if unknown:
        names = ", ".join(unknown)
        print(f"NOT AUDITED: the service that can be reached does not know {len(unknown)}: {names}")
    print(f"{len(found) - len(unknown)} of {locked} packages audited, {len(flawed)} flawed")
    sys.exit(bool(flawed) or (bool(unknown) and "--strict" in sys.argv))


def asked() -> tuple[list[dict[str, Any]] | None, str]:
    """Give what pip-audit says of each package, or None and why it says nothing."""
    words = ["-r", str(LOCK), "--require-hashes", "--disable-pip", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", *words, "--progress-spinner", "off"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, f"no answer in {PATIENCE} s"
    try:
        found: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = ran.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return None, type_only(last[0])
    return found, ""


def type_only(said: str) -> str:
    """Give the kind of an error, without the addresses that it may name."""
    return said.split("(", maxsplit=1)[0].split("http", maxsplit=1)[0].strip()[:80]


if __name__ == "__main__":
    main()
