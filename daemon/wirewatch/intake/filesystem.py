"""Which kind of file system a folder lies on, and whether it can tell of changes."""

import os
import re
from pathlib import Path

# On these, changes made by other machines give no inotify events (inotify(7), "Limitations").
_SILENT = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|vboxsf|virtiofs|ncpfs|fuse(\..*)?|fuseblk"
)
_MOUNTS = Path("/proc/self/mountinfo")


def kind_of(folder: Path, mounts: str | None = None) -> str:
    """Name the file system that a folder lies on (`ext4`, `nfs4`, …), or `unknown`.

    `mounts` is the text of /proc/self/mountinfo (proc(5)), read from there when not given.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return "unknown"
    place = os.path.realpath(folder)
    best, kind = -1, "unknown"
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), before.split(" ")[4])
        holds = place == point or place.startswith(point.rstrip("/") + "/")
        if holds and len(point) >= best:
            best, kind = len(point), after.split(" ")[0]
    return kind


def tells_of_changes(kind: str) -> bool:
    """Tell whether inotify can be trusted on a kind of file system."""
    return _SILENT.fullmatch(kind) is None
