"""Source distributions of the libraries that are installed here: fetched once, read in place."""

import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

_KEPT = Path(__file__).parents[2] / "var" / "peers"
_PATIENCE = 300  # seconds that fetching one may take: pip asks the package for its metadata


def files_of(project: str, folder: str) -> dict[str, bytes]:
    """Give the files below a folder of a project's source, by their paths in that folder.

    They are taken from the archive in memory: nothing is unpacked.
    """
    with tarfile.open(_fetched(project)) as archive:
        found = {}
        for member in archive:
            path = member.name.partition("/")[2]
            content = archive.extractfile(member)
            if content and path.startswith(f"{folder}/"):
                found[path.removeprefix(f"{folder}/")] = content.read()
    return dict(sorted(found.items()))


def _fetched(project: str) -> Path:
    """Give the source distribution of the version that is installed, fetched where it is not."""
    name = f"{project}-{version(project)}.tar.gz"
    if not (_KEPT / name).exists():
        _KEPT.mkdir(parents=True, exist_ok=True)
        subprocess.run(_download(project), check=True, timeout=_PATIENCE)
    return _KEPT / name


def _download(project: str) -> list[str]:
    """Give the command that fetches it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wanted = f"{project}=={version(project)}"
    return [*pip, "--no-deps", "--no-binary", project, "--dest", str(_KEPT), wanted]
