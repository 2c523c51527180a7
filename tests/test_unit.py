"""The systemd units do what the service expects of them, and the sandbox is as tight as can be."""

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "systemd"
UNIT = FOLDER / "wirewatch.service"
UNITS = sorted(path.name for path in FOLDER.glob("*.[st][ei][rm]*"))
_MOST = 6  # settings that one comment may speak for
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed here"
)


@pytest.fixture
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser


def test_the_service_reports_its_own_readiness(unit: configparser.ConfigParser) -> None:
    """The manager waits for READY=1 from the daemon itself, and for its heartbeat."""
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["ExecStart"].endswith("--config /etc/wirewatch/wirewatch.toml run")
    assert int(service["WatchdogSec"]) > 60


def test_a_fault_of_the_configuration_is_not_retried(unit: configparser.ConfigParser) -> None:
    """A daemon that died starts again; one whose configuration (2) or store (3) is at fault does not."""
    assert unit["Service"]["Restart"] == "on-failure"
    assert unit["Service"]["RestartPreventExitStatus"].split() == ["2", "3"]


def test_a_worker_is_in_the_sandbox_of_the_daemon_and_writes_nowhere() -> None:
    """A worker may do nothing that the daemon may not, and has no store and no inbox."""
    kept = ("StateDirectory", "ReadWritePaths", "LogRateLimit")
    ours, daemons = (
        {line for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if "=" in line}
        for name in ("wirewatch-worker@.service", "wirewatch.service")
    )
    sandbox = {
        one for one in daemons if re.match(r"(Protect|Private|Restrict|System|No|Lock)", one)
    }
    assert sandbox - ours - {"RestartPreventExitStatus=2 3"} == set()
    assert not [one for one in ours if one.startswith(kept)]
    assert any(one.endswith("run --role worker") for one in ours)


@needs_systemd
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing wrong with any of the units."""
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        copy = text.replace("/opt/wirewatch/bin/wirewatch", "/bin/true")
        (tmp_path / name).write_text(copy, encoding="utf-8")
    found = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    assert "wirewatch" not in found.stderr, found.stderr


@needs_systemd
@pytest.mark.parametrize(
    "name",
    [
        "wirewatch.service",
        "wirewatch-backup.service",
        "wirewatch-web.service",
        "wirewatch-worker@.service",
    ],
)
def test_the_sandbox_is_tight(name: str) -> None:
    """`systemd-analyze security` gives an exposure of 1.5 at most, of ten."""
    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(FOLDER / name)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SYSTEMD_PAGER": ""},
    )
    assert found.returncode == 0, found.stdout[-300:] + found.stderr


@pytest.mark.parametrize(
    "name", ["wirewatch.service", "wirewatch-web.service", "wirewatch-worker@.service"]
)
def test_each_line_of_the_unit_says_why(name: str) -> None:
    """Whatever is set stands under a comment, and no comment speaks for more than a few lines."""
    since = _MOST
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") or not line:
            since = _MOST
        elif line.startswith("#"):
            since = 0
        elif not line.startswith(("Description=", "Documentation=", "WantedBy=")):
            since += 1
            assert since <= _MOST, line


def test_the_units_find_what_the_installer_puts_into_place() -> None:
    """Each unit is installed, and names the program, the user and the folders of the installer."""
    script = (FOLDER / "install.sh").read_text(encoding="utf-8")
    [units] = re.findall(r'^units="(.*)"$', script, re.MULTILINE)
    assert sorted(units.split()) == UNITS
    folders = (FOLDER / "wirewatch.tmpfiles").read_text(encoding="utf-8")
    assert "/etc/wirewatch/credentials" in folders
    for name in (one for one in UNITS if one.endswith(".service")):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert "LoadCredential=wirewatch:/etc/wirewatch/credentials" in text
        assert "User=wirewatch" in text
