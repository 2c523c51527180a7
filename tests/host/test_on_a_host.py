"""The service on a Debian host: installed, started in its sandbox, reloaded, revived, stopped."""

import json

from conftest import STORY, Receiver
from host.conftest import ARCHIVE, INBOX, STORE, UNIT, Service
from host.machine import stop_process

RETRY = "/etc/systemd/system/wirewatch-retry.timer"


def files(service: Service) -> dict[str, int]:
    """Give how many files are in each state, as `wirewatch status` has it."""
    told = json.loads(service.ask("status", "--json"))
    return {state: told[state] for state in ("stored", "pending", "quarantined", "ignored")}


def await_told(service: Service, receiver: Receiver, name: str, text: str = STORY) -> None:
    """Deliver a story, and wait until the channel has been told of it."""
    before = len(receiver.at("/hook"))
    service.deliver(name, text.encode())
    receiver.wait_for("/hook", before + 1)


def test_a_file_becomes_an_alert_under_the_real_unit(service: Service, receiver: Receiver) -> None:
    """What is dropped into the inbox is stored, archived and told, by a user without any right."""
    service.start()
    await_told(service, receiver, "story.txt")
    host = service.host
    host.run("systemctl", "stop", UNIT)
    assert host.shows(UNIT, "Result") == "success", host.journal()
    assert not list(host.file(INBOX).iterdir())
    [kept] = [path for path in host.file(ARCHIVE).rglob("*") if path.is_file()]
    assert kept.read_text(encoding="utf-8") == STORY
    assert host.file(STORE).stat().st_mode & 0o777 == 0o640
    assert host.file(STORE).stat().st_uid != 0
    assert "Traceback" not in host.journal()


def test_every_format_is_read_in_the_sandbox(service: Service, seeds: dict[str, bytes]) -> None:
    """No parser needs what the unit forbids, not even the worker process with its own limits."""
    service.start()
    for name, content in seeds.items():
        service.deliver(name, content)
    states = files(service)
    while states["stored"] + states["quarantined"] + states["ignored"] < len(seeds):
        states = files(service)
    journal = service.host.journal()
    assert states == {"stored": len(seeds), "pending": 0, "quarantined": 0, "ignored": 0}, journal
    assert "Traceback" not in journal


def test_the_sandbox_holds(service: Service) -> None:
    """The daemon runs with no capability, a filter on system calls, and no new privileges."""
    service.start()
    pid = service.host.shows(UNIT, "MainPID")
    status = service.host.file(f"/proc/{pid}/status").read_text(encoding="utf-8")
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {told[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (told["NoNewPrivs"], told["Seccomp"]) == ("1", "2")
    assert "0" not in told["Uid"].split()
    mounts = service.host.file(f"/proc/{pid}/mounts").read_text(encoding="utf-8")
    kinds = {line.split()[1]: line.split()[3] for line in mounts.splitlines()}
    assert kinds["/"].startswith("ro")
    assert kinds["/var/lib/wirewatch"].startswith("rw")


def test_a_reload_takes_in_rules_and_is_announced(service: Service, receiver: Receiver) -> None:
    """`systemctl reload` puts changed rules to work; the unit is active again when it is over."""
    service.start()
    service.host.put(
        "/etc/wirewatch/rules/desk.toml",
        '[[rule]]\nname = "met"\nquery = "reloaded"\nchannels = ["desk"]\n',
    )
    service.host.run("systemctl", "reload", UNIT)
    service.host.awaits_said("reloaded rules=1 ")
    service.host.awaits(UNIT, "ActiveState", "active")
    await_told(service, receiver, "story.txt", "ASTANA, March 2. The rules were reloaded.")
    assert service.host.shows(UNIT, "NRestarts") == "0"


def test_a_daemon_that_hangs_is_started_again(service: Service, receiver: Receiver) -> None:
    """One that is held still is ended by the watchdog, says where it stood, and goes on."""
    service.drop_in("[Service]\nWatchdogSec=3\nRestartSec=100ms\n")
    service.start()
    await_told(service, receiver, "first.txt")
    stop_process(service.host, service.host.shows(UNIT, "MainPID"))
    service.host.awaits(UNIT, "NRestarts", "1")
    service.host.awaits(UNIT, "ActiveState", "active")
    await_told(service, receiver, "second.txt", STORY.replace("joint sitting", "common law"))
    journal = service.host.journal()
    assert "Watchdog timeout" in journal
    assert "Fatal Python error: Aborted" in journal
    assert files(service)["stored"] == 2


def test_a_daemon_that_is_killed_goes_on(service: Service, receiver: Receiver) -> None:
    """SIGKILL costs nothing: it starts again and takes in what came meanwhile."""
    service.drop_in("[Service]\nRestartSec=100ms\n")
    service.start()
    service.host.run("kill", "-9", service.host.shows(UNIT, "MainPID"))
    await_told(service, receiver, "story.txt")
    assert service.host.shows(UNIT, "NRestarts") == "1"


def test_a_faulty_configuration_is_not_tried_again_at_once(service: Service) -> None:
    """It fails once, with its reason; the timer that tries again later ends with `systemctl stop`."""
    service.configure(extra='colour = "blue"\n')
    failed = service.host.run("systemctl", "start", UNIT, check=False)
    assert failed.returncode != 0
    assert service.host.shows(UNIT, "NRestarts") == "0"
    assert service.host.shows(UNIT, "ExecMainStatus") == "2"
    assert "colour" in service.host.journal()
    service.host.awaits("wirewatch-retry.timer", "ActiveState", "active")
    service.host.run("systemctl", "stop", UNIT)
    service.host.awaits("wirewatch-retry.timer", "ActiveState", "inactive")


def test_what_keeps_dying_pauses_and_is_tried_again(service: Service, receiver: Receiver) -> None:
    """After the quick tries the timer takes over, again and again, until what is wrong is mended."""
    host = service.host
    limits = "[Unit]\nStartLimitIntervalSec=8\nStartLimitBurst=2\n"
    host.put(f"{RETRY}.d/trial.conf", "[Timer]\nOnActiveSec=\nOnActiveSec=9\n")
    service.drop_in(f"{limits}[Service]\nRestartSec=100ms\n")
    host.put(STORE, "no database at all " * 1000)
    host.run("systemctl", "start", "--no-block", UNIT)
    host.awaits_said("Triggering OnFailure=", times=2)
    assert host.shows(UNIT, "ActiveState") != "active"
    host.run("rm", STORE)
    host.awaits(UNIT, "ActiveState", "active")
    await_told(service, receiver, "story.txt")


def test_an_inbox_of_another_group_is_read_and_cleared(
    service: Service, receiver: Receiver
) -> None:
    """With its group and its path in a drop-in, the sandbox lets an inbox of others be emptied."""
    host = service.host
    host.run("groupadd", "--force", "press")
    host.run("install", "-d", "-g", "press", "-m", "2770", "/srv/wires")
    service.configure(inbox='[[inbox]]\nname = "others"\npath = "/srv/wires"\nafter = "delete"\n')
    service.drop_in("[Service]\nSupplementaryGroups=press\nReadWritePaths=/srv/wires\n")
    service.start()
    part = host.file("/srv/wires/.story.part")
    part.write_text(STORY, encoding="utf-8")
    part.chmod(0o640)
    part.rename(host.file("/srv/wires/story.txt"))
    receiver.wait_for("/hook")
    host.run("systemctl", "stop", UNIT)
    assert not list(host.file("/srv/wires").iterdir())
    assert host.shows(UNIT, "Result") == "success"


def test_the_backup_unit_backs_up(service: Service) -> None:
    """The timer's service runs in its sandbox, beside the running daemon."""
    service.start()
    done = service.host.run("systemctl", "start", "wirewatch-backup.service", check=False)
    assert done.returncode == 0, service.host.journal("wirewatch-backup.service")
    assert len(list(service.host.file("/var/lib/wirewatch/backups").glob("*.db"))) == 1


def test_the_doctor_knows_the_host(service: Service) -> None:
    """As `make install` leaves a host there is no fault; what the sandbox forbids is found."""

    def faults() -> list[dict[str, str]]:
        found = json.loads(service.host.run("wirewatch", "doctor", "--json", check=False).stdout)
        assert found["user"] == "wirewatch"
        return [one for one in found["findings"] if one["verdict"] == "fault"]

    service.start()
    assert faults() == []
    service.host.run("install", "-d", "-o", "wirewatch", "/srv/elsewhere")
    inbox = '[[inbox]]\nname = "others"\npath = "/srv/elsewhere"\nafter = "delete"\n'
    service.configure(inbox=inbox)
    [found] = faults()
    assert found["check"] == "unit"
    assert found["remedy"].endswith("[Service] ReadWritePaths=/srv/elsewhere")
