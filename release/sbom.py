"""Write the bill of materials: what an installation by requirements.lock consists of, as CycloneDX.

`make sbom`. The lock is installed, hash by hash, into an environment that holds nothing else, and
that is written down in dist/wirewatch.cdx.json: the same lock gives the same bytes.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
SBOM = ROOT / "dist" / "wirewatch.cdx.json"
MACHINE_OWN = ("distributionUrl", "distribution")
"""Kinds of reference that say where this machine has a file from, which is no part of it."""


def main() -> None:
    """Install, write down, tidy."""
    SBOM.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SBOM.parent) as folder:
        python = installed(Path(folder))
        command = [
            *(sys.executable, "-m", "cyclonedx_py", "environment", str(python)),
            *("--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    bom = tidied(json.loads(ran.stdout))
    SBOM.write_text(json.dumps(bom, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(bom['components'])} components in {SBOM.relative_to(ROOT)}")


def installed(folder: Path) -> Path:
    """Install the lock into an environment without pip; give its interpreter."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    words = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", str(LOCK)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *words], check=True)
    return python


def tidied(bom: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is of this machine, and put what is listed in order."""
    for component in bom["components"]:
        references = component.get("externalReferences", [])
        component["externalReferences"] = [
            one for one in references if one["type"] not in MACHINE_OWN
        ]
    bom["components"].sort(key=lambda one: one["bom-ref"])
    return bom


if __name__ == "__main__":
    main()
