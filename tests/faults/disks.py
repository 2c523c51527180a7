"""Disks that fail when they are told to: file systems of their own, mounted at a site's folders.

A `Disk` is ext4 on a file, by way of a loop device. `cut` takes its power: by the kernel's own
FS_IOC_SHUTDOWN nothing more reaches it, and all that was not yet synced is gone for good, as the
next mount shows. To keep the kernel from writing anything that nobody had asked it to sync, its
journal is committed on demand only, and a rename does not flush what is renamed.
"""

import fcntl
import os
import struct
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32), linux/fs.h
_NO_LOG_FLUSH = struct.pack("I", 2)  # the journal as it is: what a loss of power leaves
_ALONE = ("unshare", "--mount")  # in a namespace of its own, of which nothing is left
_STRICT = "loop,commit=1000,noauto_da_alloc,errors=remount-ro"


@dataclass
class Disk:
    """An ext4 file system at a folder, on a file beside the site."""

    image: Path
    place: Path
    megabytes: int = 64
    _mounted: bool = False

    def begin(self) -> None:
        """Make the file system and mount it."""
        with self.image.open("wb") as file:
            file.truncate(self.megabytes * 1_000_000)
        _do("mkfs.ext4", "-q", "-b", "4096", "-E", "lazy_itable_init=0,nodiscard", self.image)
        self.place.mkdir(parents=True, exist_ok=True)
        self.mount()

    def mount(self) -> None:
        """Mount it; the kernel replays the journal, as after any loss of power."""
        _do("mount", "-t", "ext4", "-o", _STRICT, self.image, self.place)
        self._mounted = True

    def unmount(self) -> None:
        """Unmount it, also when somebody still has files open on it."""
        if self._mounted:
            _do("umount", self.place)
            self._mounted = False

    def force_away(self) -> None:
        """Take it out of the tree at once, whoever still holds on to it."""
        _do("umount", "--lazy", self.place)
        self._mounted = False

    def cut(self) -> None:
        """Take its power: from now on every access fails, and what was not synced is gone."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _FS_IOC_SHUTDOWN, _NO_LOG_FLUSH)
        finally:
            os.close(handle)

    def fail(self) -> None:
        """Let the kernel find an error on it, at which it turns read-only."""
        device = _said("findmnt", "-n", "-o", "SOURCE", self.place)
        trigger = Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
        trigger.write_text("1", encoding="ascii")

    def replace(self) -> None:
        """Unmount, check and mount it, as an operator does with a disk that has failed."""
        self.unmount()
        done = subprocess.run(
            ["e2fsck", "-fy", str(self.image)], capture_output=True, text=True, check=False
        )
        assert done.returncode <= 1, done.stdout  # 1: errors were corrected
        self.mount()


@dataclass
class SmallDisk:
    """A file system in memory that is soon full."""

    place: Path
    kilobytes: int
    _mounted: bool = field(default=False, init=False)

    def begin(self) -> None:
        """Mount it."""
        self.place.mkdir(parents=True, exist_ok=True)
        _do("mount", "-t", "tmpfs", "-o", f"size={self.kilobytes}k,mode=755", "wires", self.place)
        self._mounted = True

    def fill(self) -> Path:
        """Write until it is full; give the file that fills it."""
        ballast = self.place / ".ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return ballast

    def unmount(self) -> None:
        """Unmount it."""
        if self._mounted:
            _do("umount", self.place)
            self._mounted = False


def bind(source: Path, place: Path) -> None:
    """Let a folder be seen at another place."""
    _do("mount", "--bind", source, place)


def unbind(place: Path) -> None:
    """Let it be seen there no more."""
    _do("umount", place)


@cache
def why_no_mounts() -> str:
    """Say why nothing can be mounted here; nothing when something can."""
    done = tried(*_ALONE, "mount", "-t", "tmpfs", "wires", "/mnt")
    return "" if done.returncode == 0 else f"nothing can be mounted: {done.stderr.strip()}"


@cache
def why_no_loop_disks() -> str:
    """Say why no disk can be made of a file here; nothing when it can."""
    if why_no_mounts():
        return why_no_mounts()
    with TemporaryDirectory() as folder:
        image = Path(folder, "disk.img")
        with image.open("wb") as file:
            file.truncate(2_000_000)
        made = tried("mkfs.ext4", "-q", image)
        done = made if made.returncode else tried(*_ALONE, "mount", "-o", "loop", image, "/mnt")
    return "" if done.returncode == 0 else f"no disk can be made of a file: {done.stderr.strip()}"


def need(why_not: str) -> None:
    """Pass over a test that cannot be held here, and say so."""
    if why_not:
        pytest.skip(" ".join(why_not.split()))


def _do(*words: object) -> None:
    """Run a command of the system. Raises AssertionError with what it says."""
    done = tried(*words)
    assert done.returncode == 0, f"{words}: {done.stderr}"


def _said(*words: object) -> str:
    """Run a command of the system, and give what it prints."""
    return tried(*words).stdout.strip()


def tried(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the system."""
    try:
        return subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        return subprocess.CompletedProcess([], 127, "", str(error))
