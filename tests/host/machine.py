"""A host of its own for a test: systemd as process 1 of new namespaces, on a copy of this host."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).parents[2]
_BOOT = Path(__file__).with_name("boot.sh")
_MANAGER = Path("/lib/systemd/systemd")
_PATIENCE = 60.0  # seconds that a host may take to boot, and anything to come true in it
_LOOK = 0.05  # seconds between two looks


def missing() -> str:
    """Say what a host of one's own lacks here, or nothing."""
    if os.geteuid() != 0:
        return "it takes root"
    if not _MANAGER.exists():
        return "systemd is not installed"
    if _unified() is None:
        return "there is no cgroup2 here"
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--cgroup", "--fork", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return tried.stderr.strip()


def _unified() -> Path | None:
    """Find where cgroup2 is mounted."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup2 "):
            return Path(before.split(" ")[4])
    return None


class Machine:
    """A booted host. `run` runs a command in it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def run(
        self, *command: str, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as root; it sees the host's files, processes and network."""
        entered = subprocess.run(
            ["nsenter", "-t", str(self.pid), "-m", "-p", "-C", "-u", "-i", "--", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=os.environ | {"SYSTEMD_PAGER": "", "LC_ALL": "C.UTF-8"} | environment,
        )
        assert not check or entered.returncode == 0, (command, entered.stdout, entered.stderr)
        return entered

    def put(self, path: str, text: str) -> None:
        """Write a file; the folders above it are made."""
        file = self.file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def file(self, path: str) -> Path:
        """Give a file of this host as the test may reach it."""
        return Path(f"/proc/{self.pid}/root{path}")

    def shows(self, unit: str, name: str) -> str:
        """Give one of a unit's properties."""
        return self.run("systemctl", "show", "--value", "-p", name, unit).stdout.strip()

    def journal(self, unit: str = "wirewatch.service") -> str:
        """Give what a unit has said."""
        self.run("journalctl", "--sync")
        return self.run("journalctl", "-u", unit, "-o", "cat", "--no-pager").stdout

    def awaits_said(self, words: str, times: int = 1) -> None:
        """Wait until the service has said some words so many times."""
        deadline = time.monotonic() + _PATIENCE
        while (said := self.journal()).count(words) < times:
            assert time.monotonic() < deadline, said
            time.sleep(_LOOK)

    def awaits(self, unit: str, name: str, value: str) -> None:
        """Wait until a unit's property has a value."""
        deadline = time.monotonic() + _PATIENCE
        while self.shows(unit, name) != value:
            said = f"{name}={self.shows(unit, name)}, not {value}: {self.journal(unit)}"
            assert time.monotonic() < deadline, said
            time.sleep(_LOOK)


@contextmanager
def booted() -> Iterator[Machine]:
    """Boot a host; at the end all its processes are killed, and what it wrote is gone."""
    unified = _unified()
    assert unified, "there is no cgroup2 here"
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-host-"))
    group = unified / folder.name
    group.mkdir()

    def enter() -> None:
        (group / "cgroup.procs").write_text(str(os.getpid()), encoding="utf-8")

    process = subprocess.Popen(
        [
            *("unshare", "--mount", "--pid", "--fork", "--cgroup", "--uts", "--ipc"),
            *("--kill-child", str(_BOOT), str(folder), str(SOURCE)),
        ],
        preexec_fn=enter,  # noqa: PLW1509 - no thread of ours holds a lock here
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        machine = Machine(_manager(process))
        _await_running(machine)
        yield machine
    finally:
        process.kill()
        process.communicate()
        _remove(group)
        shutil.rmtree(folder)


def _manager(process: subprocess.Popen[str]) -> int:
    """Wait until systemd runs, and give its process's number as we see it."""
    deadline = time.monotonic() + _PATIENCE
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        for child in children.read_text(encoding="utf-8").split():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text(encoding="utf-8") == "systemd\n":
                    return int(child)
        time.sleep(_LOOK)
    raise AssertionError("systemd did not begin")


def _await_running(machine: Machine) -> None:
    """Wait until the host has booted."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        said = machine.run("systemctl", "is-system-running", check=False).stdout.strip()
        if said in {"running", "degraded"}:
            return
        assert time.monotonic() < deadline, f"the host is {said!r}"
        time.sleep(_LOOK)


def _remove(group: Path) -> None:
    """Remove the control groups of a host that is over, with whatever is left in them."""
    with contextlib.suppress(FileNotFoundError):
        (group / "cgroup.kill").write_text("1", encoding="utf-8")
    deadline = time.monotonic() + _PATIENCE
    for folder in [*sorted(group.rglob("*/"), reverse=True), group]:
        while folder.is_dir():
            try:
                folder.rmdir()
            except OSError:
                assert time.monotonic() < deadline, f"{folder} is still in use"
                time.sleep(_LOOK)


def stop_process(machine: Machine, pid: str) -> None:
    """Hold a process of the host still, as a daemon is that hangs."""
    machine.run("kill", f"-{signal.SIGSTOP.value}", pid)
