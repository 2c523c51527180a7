"""`make install` and `make uninstall`: on a host, and into a tree."""

import os
import subprocess
from pathlib import Path

from host.conftest import CONFIG, INBOX, INSTALL, STORE, UNIT
from host.machine import SOURCE, booted


def test_an_install_changes_no_configuration_and_an_uninstall_no_data() -> None:
    """Installed again, the configuration stays; taken away, so do store and inbox, unless purged."""
    with booted() as host:
        host.run(INSTALL, "install", EXTRAS="")
        written = host.file(CONFIG).read_text(encoding="utf-8") + "# mine\n"
        host.put(CONFIG, written)
        again = host.run(INSTALL, "install", EXTRAS="").stdout
        assert "stays as it is" in again
        assert host.file(CONFIG).read_text(encoding="utf-8") == written
        host.run("systemctl", "enable", "--now", UNIT)
        host.run(INSTALL, "install", EXTRAS="")
        assert host.shows(UNIT, "ActiveState") == "active"
        host.run(INSTALL, "uninstall")
        assert host.shows(UNIT, "LoadState") == "not-found"
        assert not host.file("/opt/wirewatch").exists()
        assert host.file(STORE).exists()
        assert host.file(CONFIG).exists()
        host.run(INSTALL, "uninstall", PURGE="1")
        gone = (CONFIG, STORE, INBOX, "/usr/local/bin/wirewatch")
        assert not [path for path in gone if host.file(path).exists()]
        assert host.run("id", "wirewatch", check=False).returncode != 0


def test_a_tree_is_filled_and_cleared(tmp_path: Path) -> None:
    """With DESTDIR all goes below a folder, and names the places where it will lie."""
    tree = tmp_path / "tree"
    script = SOURCE / "systemd" / "install.sh"
    given = os.environ | {"DESTDIR": str(tree), "EXTRAS": ""}
    subprocess.run([script, "install"], check=True, capture_output=True, env=given)
    program = (tree / "opt/wirewatch/bin/wirewatch").read_text(encoding="utf-8")
    assert program.startswith("#!/opt/wirewatch/bin/python")
    assert (tree / "usr/local/bin/wirewatch").readlink() == Path("/opt/wirewatch/bin/wirewatch")
    settings = (tree / CONFIG.lstrip("/")).read_text(encoding="utf-8")
    assert STORE in settings
    assert INBOX in settings
    subprocess.run([script, "uninstall"], check=True, capture_output=True, env=given)
    left = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    assert left == {"etc/wirewatch/wirewatch.toml", "etc/wirewatch/rules/turkic.toml"}
