"""The doctor: each check sees what it is for, on machines that are told what to be."""

import grp
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import START, Receiver, Site, Wirewatch
from test_docs import page, section
from test_docs import rows as table_rows
from wirewatch.diagnosis import CHECKS, Finding, examine, worst
from wirewatch.diagnosis import machine as machines
from wirewatch.diagnosis.identity import UnknownUserError, become
from wirewatch.diagnosis.machine import Machine, Space
from wirewatch.diagnosis.patient import patient_of
from wirewatch.notify.send import address_of
from wirewatch.quantities import as_size
from wirewatch.states import Verdict
from wirewatch.store.engine import Engine, engine
from wirewatch.store.lock import StoreLock

GB = 10**9


class Sound(Machine):
    """A machine on which all is well, but for what a test says."""

    def __init__(self, **otherwise: Any) -> None:
        super().__init__()
        self.otherwise = otherwise

    def text(self, path: Path) -> str:
        if path == Path("/proc/meminfo"):
            return f"MemAvailable:   {self.otherwise.get('memory', 8 * GB) // 1024} kB\n"
        return super().text(path)

    def number(self, path: str) -> int | None:
        limits = {
            "max_user_watches": 100_000,
            "max_user_instances": 128,
            "max_queued_events": 2**14,
        }
        name = path.rpartition("/")[2]
        given: int | None = self.otherwise.get(name, limits[name])
        return given

    def may(self, path: Path, mode: int) -> bool:
        shut = self.otherwise.get("shut", {})
        return not shut.get(path.name, 0) & mode

    def folders(self, folder: Path) -> int:
        return int(self.otherwise.get("folders", 10)) if folder.name else 0

    def kind_of(self, folder: Path) -> str:
        kinds: dict[str, str] = self.otherwise.get("kinds", {})
        return kinds.get(folder.name, "ext4")

    def device(self, folder: Path) -> int:
        return sum(folder.name.encode()) if self.otherwise.get("many_disks") else 1

    def space(self, _folder: Path) -> Space:
        return Space(self.otherwise.get("free", 100 * GB), self.otherwise.get("files", 10**6))

    def is_synchronised(self) -> bool | None:
        kept: bool | None = self.otherwise.get("kept", True)
        return kept

    def now(self) -> datetime:
        now: datetime = self.otherwise.get("now", START)
        return now

    def zones(self) -> int:
        return int(self.otherwise.get("zones", 500))

    def limit(self, name: str) -> int | None:
        given: int | None = self.otherwise.get(name, 20_000)
        return given

    def engine(self) -> Engine:
        found: Engine = self.otherwise.get("engine", Engine((3, 53, 0), full_text=True, json=True))
        return found

    def holder(self, store: Path) -> str | None:
        held: str | None = self.otherwise.get("holder", f"`wirewatch run` of {store.name}")
        return held

    def is_installed(self, library: str) -> bool:
        return library not in self.otherwise.get("missing", ())

    def unit(self, name: str) -> dict[str, str]:
        shown: dict[str, str] = self.otherwise.get("unit", {})
        return shown if name else {}

    def reaches(self, host: str, port: int) -> str:
        self.otherwise.setdefault("knocked", []).append((host, port))
        problem: str = self.otherwise.get("in_the_way", "")
        return problem


class Told(NamedTuple):
    """What the doctor said of one check."""

    findings: list[Finding]

    @property
    def verdict(self) -> Verdict:
        return worst(self.findings)

    @property
    def text(self) -> str:
        return "\n".join(f"{one.said} → {one.remedy}" for one in self.findings)


def ask(site: Site, name: str, *, network: bool = False, **otherwise: Any) -> Told:
    """Give what one check says of a site on a machine that is as told."""
    patient = patient_of(site.config, Sound(**otherwise), network=network)
    return Told([finding for check, finding in examine(patient) if check.name == name])


@pytest.fixture
def sound(site: Site, receiver: Receiver) -> Site:
    """Give a site that lacks nothing: its store is there, and somebody hears of its alarms."""
    site.write(f"json://{receiver.host}/hook", '[alarms]\nchannels = ["desk"]\n')
    site.database.touch(0o640)
    site.config.chmod(0o640)
    return site


def archive(site: Site, after: str = "archive") -> None:
    """Let the site's inbox be emptied."""
    text = site.config.read_text()
    site.config.write_text(text.replace('settle = "10ms"', f'settle = "10ms"\nafter = "{after}"'))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_sound_machine_is_well(sound: Site, check: Any) -> None:
    """Each check says something of a machine on which all is well, and nothing is to be done."""
    told = ask(sound, check.name)
    assert told.findings
    assert told.verdict is Verdict.WELL, told.text
    assert not any(one.remedy for one in told.findings)


DISEASES: list[tuple[str, dict[str, Any], Verdict, str]] = [
    ("watching", {"folders": 200_000}, Verdict.FAULT, "200,000 are needed"),
    ("watching", {"folders": 60_000}, Verdict.WARNING, "fs.inotify.max_user_watches=240000"),
    ("watching", {"max_user_instances": 0}, Verdict.FAULT, "max_user_instances"),
    ("watching", {"max_user_watches": None}, Verdict.WARNING, "is not told"),
    ("watching", {"max_queued_events": 100}, Verdict.WARNING, "bursts overflow"),
    ("inboxes", {"shut": {"inbox": os.R_OK}}, Verdict.FAULT, "may not be read"),
    ("inboxes", {"shut": {"story.txt": os.R_OK}}, Verdict.WARNING, "'story.txt'"),
    ("file-systems", {"kinds": {"inbox": "nfs4"}}, Verdict.WARNING, "looked at every 1 s"),
    (
        "sqlite",
        {"engine": Engine((3, 40, 1), full_text=True, json=True)},
        Verdict.WELL,
        "WAL-reset",
    ),
    ("sqlite", {"engine": Engine((3, 8, 0), full_text=True, json=True)}, Verdict.FAULT, "too old"),
    ("sqlite", {"engine": Engine((3, 53, 0), full_text=False, json=True)}, Verdict.FAULT, "FTS5"),
    ("sqlite", {"engine": Engine((3, 53, 0), full_text=True, json=False)}, Verdict.FAULT, "JSON"),
    ("disk", {"free": GB // 10}, Verdict.FAULT, "100 MB free, less than alarms.free"),
    ("disk", {"free": GB}, Verdict.WARNING, "1 GB free"),
    ("disk", {"files": 100}, Verdict.WARNING, "only 100 files"),
    ("memory", {"memory": GB}, Verdict.WARNING, "limits.parse_memory"),
    ("limits", {"RLIMIT_NOFILE": 100}, Verdict.WARNING, "LimitNOFILE=8192"),
    ("limits", {"RLIMIT_NOFILE": None}, Verdict.WELL, "any number of files"),
    ("clock", {"now": datetime(1970, 1, 1, tzinfo=UTC)}, Verdict.FAULT, "1970-01-01"),
    ("clock", {"kept": False}, Verdict.WARNING, "nothing keeps it right"),
    ("clock", {"kept": None}, Verdict.WARNING, "does not say"),
    ("clock", {"zones": 0}, Verdict.FAULT, "no time zone"),
    ("extras", {"missing": {"pypdfium2"}}, Verdict.WARNING, "pdf cannot be read"),
    ("daemon", {"holder": None}, Verdict.WARNING, "no daemon runs"),
    ("store", {"shut": {"wirewatch.db": os.W_OK}}, Verdict.FAULT, "another user has made it"),
]


@pytest.mark.parametrize(
    ("name", "otherwise", "verdict", "words"), DISEASES, ids=[d[0] + "-" + d[3] for d in DISEASES]
)
def test_what_is_wrong_is_found(
    sound: Site, name: str, otherwise: dict[str, Any], verdict: Verdict, words: str
) -> None:
    """Each fault of a machine is found by its check, with a remedy, and by no other."""
    (sound.inbox / "story.txt").touch()
    told = ask(sound, name, **otherwise)
    assert told.verdict is verdict, told.text
    assert words in told.text
    assert all(one.remedy for one in told.findings if one.verdict is not Verdict.WELL)
    others = patient_of(sound.config, Sound(**otherwise), network=False)
    found = {check.name for check, one in examine(others) if one.verdict is not Verdict.WELL}
    assert found <= {name}


def test_an_archive_that_may_not_be_written_is_found(sound: Site) -> None:
    """To archive and to delete take the right to write, and the archive's folder too."""
    archive(sound)
    told = ask(sound, "inboxes", shut={"inbox": os.W_OK})
    assert told.verdict is Verdict.FAULT
    assert "to be archived" in told.text
    (sound.folder / "archive" / "wires").mkdir(parents=True)
    told = ask(sound, "inboxes", shut={"wires": os.W_OK})
    assert "archive/wires may not be written" in told.text
    assert ask(sound, "inboxes").verdict is Verdict.WELL
    assert "copied, not renamed" in ask(sound, "file-systems", many_disks=True).text
    assert len(ask(sound, "disk", many_disks=True).findings) == 2


def test_an_inbox_that_is_not_there_is_made_or_missed(sound: Site) -> None:
    """A folder that the daemon can make is well; one that it cannot is a fault."""
    sound.inbox.rmdir()
    assert "made at the start" in ask(sound, "inboxes").text
    told = ask(sound, "inboxes", shut={sound.folder.name: os.W_OK})
    assert told.verdict is Verdict.FAULT
    assert "cannot be made" in told.text


def test_a_network_file_system_is_no_place_for_a_store(sound: Site) -> None:
    """SQLite's log wants a disk of this machine; inotify on a network hears nothing of others."""
    told = ask(sound, "file-systems", kinds={sound.folder.name: "nfs4"})
    assert told.verdict is Verdict.FAULT
    assert "store.path" in told.text
    text = sound.config.read_text()
    sound.config.write_text(text.replace("settle", 'watcher = "inotify"\nsettle'))
    told = ask(sound, "file-systems", kinds={"inbox": "cifs"})
    assert told.verdict is Verdict.FAULT
    assert 'watcher = "auto"' in told.text


def test_a_store_that_strangers_may_read_is_found(sound: Site) -> None:
    """The store is for its group, the seal for its owner alone."""
    sound.database.chmod(0o644)
    sound.database.with_name("wirewatch.db.seal").touch(0o640)
    told = ask(sound, "store")
    assert "everybody may read" in told.text
    assert "chmod 600" in told.text
    assert told.verdict is Verdict.FAULT


def test_a_secret_that_strangers_may_read_is_found(sound: Site, receiver: Receiver) -> None:
    """Files that URLs refer to, credentials, and a configuration with a password in it."""
    secret = sound.folder / "desk.url"
    secret.write_text(f"json://{receiver.host}/hook")
    sound.write("${file:desk.url}")
    sound.folder.chmod(0o755)
    secret.chmod(0o640)
    assert ask(sound, "secrets").verdict is Verdict.WELL
    secret.chmod(0o644)
    told = ask(sound, "secrets")
    assert told.verdict is Verdict.FAULT
    assert f"chmod o-rwx {secret}" in told.text
    sound.folder.chmod(0o750)
    assert ask(sound, "secrets").verdict is Verdict.WELL, "nobody comes as far as the file"
    sound.folder.chmod(0o755)
    secret.chmod(0o600)
    sound.config.chmod(0o644)
    sound.write(f"json://desk:sesame@{receiver.host}/hook")
    told = ask(sound, "secrets")
    assert str(sound.config) in told.text
    assert "sesame" not in told.text


def test_a_faulty_configuration_is_said_whole_and_the_rest_examined(sound: Site) -> None:
    """Each fault is a finding; what needs no configuration is looked at all the same."""
    text = sound.config.read_text()
    sound.config.write_text(text.replace('[[channel]]\nname = "desk"', '[[channel]]\nname = "x"'))
    told = ask(sound, "configuration")
    assert told.verdict is Verdict.FAULT
    assert len(told.findings) == 2, "the rule's channel, and that of the alarms"
    assert ask(sound, "clock").verdict is Verdict.WELL
    assert ask(sound, "disk").findings, "what could be read of it is looked at"
    sound.config.write_text("no toml")
    assert ask(sound, "configuration").verdict is Verdict.FAULT
    assert ask(sound, "disk").findings == []


def test_a_desk_that_tells_nobody_is_found(sound: Site) -> None:
    """Rules without a way to anybody, and alarms without a channel, are warnings."""
    rules = sound.folder / "rules.toml"
    rules.write_text(rules.read_text().replace('channels = ["desk"]', ""))
    assert "1 rules tell nobody: kz-az" in ask(sound, "configuration").text
    text = sound.config.read_text()
    sound.config.write_text(text.replace('channels = ["desk"]', ""))
    assert "nobody hears of the desk's own trouble" in ask(sound, "configuration").text


def test_the_lists_are_looked_for_where_they_are_kept(
    sound: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that is gone or may not be written means a slow start, and is said."""
    assert ask(sound, "lists").verdict is Verdict.WELL
    patient = patient_of(sound.config, Sound(), network=False)
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    [told] = [finding for check, finding in examine(patient) if check.name == "lists"]
    assert told.verdict is Verdict.WARNING
    assert str(tmp_path / "cache") in told.said


def unit(site: Site, **properties: str) -> dict[str, str]:
    """Give what systemd shows of a unit that serves a site."""
    shown = {"ProtectSystem": "strict", "ExecStart": f"wirewatch --config {site.config} run"}
    return shown | properties


def test_a_unit_that_keeps_folders_read_only_is_found(sound: Site) -> None:
    """The store's folder, inboxes that are emptied and archives must be the unit's to write."""
    told = ask(sound, "unit", unit=unit(sound))
    assert f"ReadWritePaths={sound.folder}" in told.text
    assert told.verdict is Verdict.FAULT
    every = f"-{sound.folder}"
    assert ask(sound, "unit", unit=unit(sound, ReadWritePaths=every)).verdict is Verdict.WELL
    archive(sound)
    told = ask(sound, "unit", unit=unit(sound))
    assert len(told.findings) == 3
    assert ask(sound, "unit", unit=unit(sound, ReadWritePaths=every)).verdict is Verdict.WELL
    assert ask(sound, "unit", unit=unit(sound, ProtectSystem="full")).verdict is Verdict.WELL
    stale = unit(sound, ReadWritePaths=every, NeedDaemonReload="yes")
    assert "daemon-reload" in ask(sound, "unit", unit=stale).text


def test_a_unit_of_another_configuration_does_not_count(sound: Site) -> None:
    """What a unit allows matters to the configuration that it serves."""
    other = unit(sound, ExecStart="wirewatch --config /etc/other.toml run")
    told = ask(sound, "unit", unit=other)
    assert told.verdict is Verdict.WELL
    assert "another configuration" in told.text


def test_a_store_of_the_unit_and_an_inbox_in_a_home(sound: Site) -> None:
    """StateDirectory counts as written to; ProtectHome hides inboxes in homes."""
    text = sound.config.read_text()
    text = text.replace('path = "wirewatch.db"', 'path = "/var/lib/wirewatch/wirewatch.db"')
    sound.config.write_text(text.replace('path = "inbox"', 'path = "/home/desk/wires"'))
    told = ask(sound, "unit", unit=unit(sound, StateDirectory="wirewatch", ProtectHome="yes"))
    [finding] = told.findings
    assert "does not see /home/desk/wires" in finding.said
    assert "ProtectHome=no" in finding.remedy


def test_channels_are_tried_by_request_only(sound: Site, receiver: Receiver) -> None:
    """Without consent nobody is called; with it each service is knocked at, and sent nothing."""
    knocked: list[tuple[str, int]] = []
    assert "doctor --network" in ask(sound, "channels", knocked=knocked).text
    assert knocked == []
    host, port = receiver.host.split(":")
    assert ask(sound, "channels", network=True, knocked=knocked).verdict is Verdict.WELL
    assert knocked == [(host, int(port))]
    told = ask(sound, "channels", network=True, in_the_way="Connection refused")
    assert told.verdict is Verdict.FAULT
    assert f"desk: {receiver.host} cannot be reached: Connection refused" in told.text
    assert receiver.got == []


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("json://desk.example.org:8080/hook", ("desk.example.org", 8080)),
        ("jsons://desk.example.org/hook", ("desk.example.org", 443)),
        ("mailto://user:pw@mail.example.org?to=a@example.org", ("mail.example.org", 25)),
        ("tgram://123456789:AAFwX-abcdefghijklmnopqrstuvwxyz/12345/", ("api.telegram.org", 443)),
        ("ntfy://topic", ("ntfy.sh", 443)),
        ("ntfy://user:pw@ntfy.example.org/topic", ("ntfy.example.org", 80)),
        ("gotifys://push.example.org/AbCdEf123456789", ("push.example.org", 443)),
    ],
)
def test_where_a_service_listens(url: str, address: tuple[str, int]) -> None:
    """Host and port are those that the plugin itself would call."""
    assert address_of(url) == address


def test_the_real_machine_answers(sound: Site, receiver: Receiver, closed_port: int) -> None:
    """Each question has an answer of the machine that we are on."""
    machine = Machine()
    host, port = receiver.host.split(":")
    assert machine.reaches(host, int(port)) == ""
    assert machine.reaches("127.0.0.1", closed_port) == "Connection refused"
    assert machine.kind_of(sound.folder / "not" / "there") == machine.kind_of(sound.folder)
    assert machine.device(sound.folder) == sound.folder.stat().st_dev
    assert machine.space(sound.folder).free > 0
    assert machine.is_synchronised() in {True, False, None}
    assert machine.now().tzinfo is UTC
    assert machine.zones() > 100
    assert machine.engine() == engine()
    assert machine.engine().full_text
    assert machine.engine().json
    assert machine.limit("RLIMIT_NOFILE") != 0
    assert machine.number("/proc/sys/fs/inotify/max_user_watches")
    assert machine.number("/proc/nowhere") is None
    assert machine.holder(sound.database) is None
    assert machine.unit("wirewatch-nowhere.service") == {}
    assert machine.listed(sound.inbox / "nowhere") == []
    (sound.inbox / "below").mkdir()
    assert machine.folders(sound.inbox) == 2


def test_the_race_is_known_by_its_versions() -> None:
    """SQLite 3.7.0 to 3.51.2 have the WAL-reset race."""
    versions = {
        (3, 6, 23): False,
        (3, 7, 0): True,
        (3, 40, 1): True,
        (3, 51, 2): True,
        (3, 51, 3): False,
    }
    for version, races in versions.items():
        assert Engine(version, full_text=True, json=True).may_race is races


def test_the_command_says_what_is_wrong_with_its_remedy(sound: Site, wirewatch: Wirewatch) -> None:
    """A fault ends it with 2, in plain text, each with its remedy; --json says the same."""
    sound.database.with_name("wirewatch.db.seal").touch(0o644)
    ran = wirewatch("doctor")
    assert ran.code == 2
    assert re.search(
        r"^FAULT    store  .*seal is a secret that others may read$", ran.out, re.MULTILINE
    )
    assert "→ chmod 600" in ran.out
    assert "\x1b" not in ran.out
    told = json.loads(wirewatch("doctor", "--json").out)
    assert told["verdict"] == "fault"
    assert {row["check"] for row in told["findings"]} == {check.name for check in CHECKS}


def test_the_command_ends_by_the_worst_that_it_found(
    sound: Site, wirewatch: Wirewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 is well, 1 a warning: here that no daemon runs, until one does."""

    class Held(Sound):
        def holder(self, store: Path) -> str | None:
            return StoreLock.holder(store)

    monkeypatch.setattr(machines, "Machine", Held)
    assert wirewatch("doctor").code == 1
    lock = StoreLock(sound.database, "run", lambda: START)
    lock.acquire()
    try:
        ran = wirewatch("doctor")
    finally:
        lock.release()
    assert ran.code == 0, ran.out


def test_root_looks_as_the_services_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are those of the user that the daemon has; root would find none missing."""
    done: list[tuple[str, Any]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda *given, name=name: done.append((name, given)))
    monkeypatch.setenv("HOME", "/root")
    become("nobody", ["daemon", "no-such-group"], needed=False)
    assert [name for name, _ in done] == ["setgroups", "setgid", "setuid"]
    assert grp.getgrnam("daemon").gr_gid in done[0][1][0]
    done.clear()
    become("nobody-of-that-name", needed=False)
    assert done == []
    with pytest.raises(UnknownUserError, match="there is no user"):
        become("nobody-of-that-name", needed=True)


def test_who_is_not_root_stays_who_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root nobody becomes another; asked to, the doctor says that it takes root."""
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert become("nobody", needed=False) == "12345"
    with pytest.raises(UnknownUserError, match="only root"):
        become("nobody", needed=True)


def test_every_check_is_in_the_docs() -> None:
    """docs/operations.md has a row for each check in their order, and for nothing else."""
    documented = table_rows(section(page("operations.md"), "The doctor"))
    names = [row[0].strip("`") for row in documented if row[0].startswith("`")]
    assert names == [check.name for check in CHECKS]


@pytest.mark.parametrize(
    ("count", "text"), [(12, "12 B"), (1500, "1.5 kB"), (20 * 10**6, "20 MB"), (123 * GB, "123 GB")]
)
def test_sizes_are_written_as_people_read_them(count: int, text: str) -> None:
    """Three digits and a unit."""
    assert as_size(count) == text
