"""Taking stock after a kill: what there is in the store, in the folders, and at the phone.

The store is only ever read from a copy, so that the next start finds the write-ahead log as the
kill has left it.
"""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from trials.agency import Agency, Delivered
from trials.receiver import Receipt, Receiver
from trials.site import Site


@dataclass(frozen=True)
class Stop:
    """All there is to see at a moment when no daemon runs."""

    store: Path
    delivered: tuple[Delivered, ...]
    inboxes: dict[str, dict[str, str]]
    """By inbox, the digest of each file by its path; held files count."""
    archives: dict[str, dict[str, str]]
    receipts: tuple[Receipt, ...]

    def drop(self) -> None:
        """Remove the copy."""
        for suffix in ("", "-wal", "-shm"):
            self.store.with_name(self.store.name + suffix).unlink(missing_ok=True)


@dataclass
class Stocktaker:
    """Takes stock; no daemon may run meanwhile, but an agency may go on delivering."""

    site: Site
    agency: Agency
    receiver: Receiver
    _count: int = 0
    _digests: dict[tuple[str, int, int, int], str] = field(default_factory=dict)

    def stop(self) -> Stop:
        """Take stock. What is delivered meanwhile is left for the next time."""
        self._count += 1
        delivered = tuple(self.agency.delivered)
        copy = self.site.root / "copy" / f"{self._count}.db"
        copy.parent.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            source = self.site.store.with_name(self.site.store.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        inboxes = {name: self._listing(root) for name, root in self.site.inboxes.items()}
        archives = {name: self._listing(self.site.archive(name)) for name in inboxes}
        return Stop(copy, delivered, inboxes, archives, tuple(self.receiver.receipts))

    def _listing(self, root: Path) -> dict[str, str]:
        """Digest every file of a folder, but for those that an agency is still writing."""
        found = {}
        for path in root.rglob("*"):
            if path.name.endswith(".part") or not path.is_file():
                continue
            try:
                status = path.stat()
                key = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
                if key not in self._digests:
                    self._digests[key] = hashlib.sha256(path.read_bytes()).hexdigest()
            except FileNotFoundError:
                continue
            found[str(path.relative_to(root))] = self._digests[key]
        return found
