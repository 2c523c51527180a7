# ruff: noqa: F811 - fixtures of another file
"""Where the daemon's socket lies: made, replaced when it is stale, never taken from a living one."""

import errno
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import PATIENCE, Site
from test_listeners import running
from test_service import Log
from test_service import log as heard  # noqa: F401 - a fixture
from wirewatch.clock import utc_now
from wirewatch.control import address as module
from wirewatch.control.address import SocketFile, reached
from wirewatch.control.client import Daemon
from wirewatch.deployment import load_deployment
from wirewatch.errors import ConfigError
from wirewatch.service import Service
from wirewatch.store.lock import StoreLock

HOLD = """
import sys
from pathlib import Path
from wirewatch.control.address import SocketFile
held = SocketFile(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wirewatch.db.socket"


def close(file: SocketFile) -> None:
    """Let go of a socket and its file."""
    file.remove()
    file.socket.close()


def test_it_is_there_while_it_is_listened_on(path: Path) -> None:
    """The file comes with the listener, and goes with it; to remove it twice is nothing."""
    file = SocketFile(path)
    assert Daemon(path).is_there()
    close(file)
    assert not path.exists()
    close(file)


def test_what_a_killed_daemon_leaves_is_replaced(path: Path) -> None:
    """A daemon that was killed leaves its socket; as long as it lives nobody takes that."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        with pytest.raises(OSError, match="another daemon listens there"):
            SocketFile(path)
        assert Daemon(path).is_there()
        child.kill()
        child.wait(PATIENCE)
    assert path.is_socket()
    file = SocketFile(path)
    assert Daemon(path).is_there()
    close(file)


def test_a_daemon_that_is_busy_is_alive(path: Path) -> None:
    """Where more wait than may, whoever listens is alive all the same."""
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(path))
        busy.listen(0)
        waiting = []
        while True:
            one = socket.socket(socket.AF_UNIX)
            one.setblocking(False)
            waiting.append(one)
            if one.connect_ex(str(path)) == errno.EAGAIN:
                break
        with pytest.raises(OSError, match="another daemon listens there"):
            SocketFile(path)
        for one in waiting:
            one.close()
    assert path.is_socket()


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_is_no_socket_stays(path: Path, kind: str) -> None:
    """A file, a link or a folder of that name is not taken away."""
    if kind == "file":
        path.write_text("keep")
    elif kind == "link":
        path.symlink_to("elsewhere")
    else:
        path.mkdir()
    with pytest.raises(OSError, match="no socket"):
        SocketFile(path)
    assert path.is_symlink() or path.exists()


def test_what_another_has_put_there_stays(path: Path) -> None:
    """At its end a daemon takes its own socket away, and no other."""
    file = SocketFile(path)
    path.unlink()
    other = SocketFile(path)
    close(file)
    assert Daemon(path).is_there()
    close(other)


@pytest.mark.parametrize("length", [107, 108, 300])
def test_a_deep_folder_is_no_hindrance(tmp_path: Path, length: int) -> None:
    """A path beyond what an address of AF_UNIX takes is listened on and reached all the same."""
    folder = tmp_path
    while len(str(folder)) < length - 80:
        folder /= "d" * 40
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("s" * (length - len(str(folder)) - 1))
    assert len(str(path)) == length
    file = SocketFile(path)
    assert path.is_socket()
    assert Daemon(path).is_there()
    close(file)
    assert not path.exists()


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    """The name alone has to fit; one that does not is named."""
    path = tmp_path / ("s" * 120)
    with pytest.raises(OSError, match="too long for a socket"), reached(path):
        pass


def test_two_that_start_at_once_wait_for_each_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To look and to listen is one step: meanwhile nobody else does so in that folder."""
    monkeypatch.setattr(module, "_TRIES", 1)
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    with (
        module._alone(path.parent),
        pytest.raises(OSError, match="another program holds its folder"),
    ):
        SocketFile(path)
    close(SocketFile(path))


@pytest.mark.parametrize(
    ("socket_of", "said"),
    [
        ("nowhere/x.socket", "cannot listen at .*/nowhere/x.socket: No such file"),
        ("rules.toml", "cannot listen at .*: something lies there that is no socket"),
        ("s" * 120, "cannot listen at .*: the name 's+' is too long for a socket"),
        ("inbox/x.socket", "lies inside the inbox 'wires'"),
    ],
)
def test_where_it_cannot_be_the_start_ends(site: Site, socket_of: str, said: str) -> None:
    """The fault names the key, the place and the reason; neither store nor lock is held."""
    site.write("json://127.0.0.1:9/x", f'[control]\nsocket = "{socket_of}"\n')
    with pytest.raises(ConfigError, match=rf"control\.socket: .*{said}"):
        Service(site.config, load_deployment(site.config), utc_now)
    assert StoreLock.holder(site.database) is None


def test_a_daemon_that_never_ran_leaves_nothing(site: Site) -> None:
    """A start that fails later takes the socket away again."""
    taken = socket.create_server(("127.0.0.1", 0))
    with taken:
        listen = f'[metrics]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n'
        site.write("json://127.0.0.1:9/x", listen)
        with pytest.raises(ConfigError, match="metrics"):
            Service(site.config, load_deployment(site.config), utc_now)
    assert not (site.folder / "wirewatch.db.socket").exists()


def test_it_lies_where_the_configuration_says(site: Site, heard: Log) -> None:
    """`[control] socket` names another place than beside the store; at the end nothing lies there."""
    site.write("json://127.0.0.1:9/x", '[control]\nsocket = "run.socket"\n')
    with running(site, heard):
        assert Daemon(site.folder / "run.socket").is_there()
    assert not (site.folder / "run.socket").exists()
