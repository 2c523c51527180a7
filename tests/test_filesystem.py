"""Which file system a folder lies on decides whether events can be trusted."""

from pathlib import Path

import pytest

from wirewatch.intake import filesystem
from wirewatch.intake.filesystem import kind_of, tells_of_changes

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /srv rw - nfs4 server:/srv rw,vers=4.2
31 22 254:1 / /srv/local rw - xfs /dev/vdb rw
32 22 0:27 / /mnt/two\\040words rw master:3 propagate_from:2 - cifs //server/share rw
33 22 0:28 / /mnt/Мәжіліс rw - fuse.sshfs desk: rw
34 22 0:29 / /mnt/twice rw - ext4 /dev/vdc rw
35 34 0:30 / /mnt/twice rw - nfs old:/srv rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/var/inbox", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/inbox/deep", "nfs4"),
        ("/srv/local/inbox", "xfs"),
        ("/srv/localized", "nfs4"),
        ("/srv2/inbox", "ext4"),
        ("/mnt/two words/inbox", "cifs"),
        ("/mnt/Мәжіліс/inbox", "fuse.sshfs"),
        ("/mnt/twice/inbox", "nfs"),
    ],
)
def test_kind_is_that_of_the_nearest_mount(folder: str, kind: str) -> None:
    """A folder lies on what is mounted nearest above it, and last where mounts lie on another."""
    assert kind_of(Path(folder), MOUNTS) == kind


def test_kind_is_that_of_where_a_link_leads(tmp_path: Path) -> None:
    """An inbox that is a link lies where the link leads."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    mounts = MOUNTS + f"40 22 0:40 / {real} rw - nfs4 server:/wires rw\n"
    assert kind_of(link, mounts) == "nfs4"


def test_kind_of_this_system(tmp_path: Path) -> None:
    """On a running Linux the kind is known without being told."""
    assert kind_of(tmp_path) != "unknown"
    assert kind_of(Path("/proc")) == "proc"


def test_no_mounts_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system does not say what is mounted, the kind is unknown, and events are tried."""
    monkeypatch.setattr(filesystem, "_MOUNTS", tmp_path / "missing")
    assert kind_of(tmp_path) == "unknown"
    assert tells_of_changes("unknown")


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "fuse", "fuse.sshfs", "fuse.rclone", "fuseblk", "9p"]
)
def test_silent_kinds(kind: str) -> None:
    """Network file systems and those in user space are known to keep silent."""
    assert not tells_of_changes(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fusectl"])
def test_telling_kinds(kind: str) -> None:
    """Local file systems are trusted to tell of changes."""
    assert tells_of_changes(kind)
