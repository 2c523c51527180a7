"""The systemd unit does what the service expects of it."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[1] / "systemd" / "wirewatch.service"


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
    """A daemon that died starts again; one whose configuration is at fault (2) does not."""
    assert unit["Service"]["Restart"] == "on-failure"
    assert unit["Service"]["RestartPreventExitStatus"] == "2"


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing wrong with the unit."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed here")
    copy = tmp_path / UNIT.name
    copy.write_text(
        UNIT.read_text(encoding="utf-8").replace("/opt/wirewatch/bin/wirewatch", "/bin/true"),
        encoding="utf-8",
    )
    found = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert copy.name not in found.stderr, found.stderr
