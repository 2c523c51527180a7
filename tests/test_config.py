"""The configuration: what it may say, where it is found, and every fault of it at once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from wirewatch.config import Config, find_config, load_config
from wirewatch.errors import ConfigError, Fault
from wirewatch.rhythm import quiet_of
from wirewatch.states import After, Severity, Watching

Write = Callable[[str], Path]

STORE = '[store]\npath = "../var/wirewatch.db"\n'
DURATION_REMEDY = "write it as '300ms', '2s', '5m', '1h' or '3d'"
INBOX = '[[inbox]]\nname = "wires"\npath = "../var/inbox"\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "config" / "wirewatch.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    for fault in caught.value.faults:
        assert fault.place.startswith(str(path))
        assert fault.remedy
    return caught.value.faults


def inbox(name: str, path: str, extra: str = "") -> str:
    return f"[[inbox]]\nname = {name!r}\npath = {path!r}\n{extra}\n"


def test_what_is_left_out_has_a_default(write: Write, tmp_path: Path) -> None:
    """A store and one inbox are enough, and nothing happens to files unless it is asked for."""
    config = load_config(write(STORE + INBOX))
    (only,) = config.inboxes
    assert (only.name, only.recursive, only.after) == ("wires", True, After.LEAVE)
    assert (only.include, only.exclude, only.watcher) == (("**",), (), Watching.AUTO)
    assert only.archive == tmp_path / "var" / "archive" / "wires"
    assert (config.rule_files, config.gazetteer_files, config.channels) == ((), (), ())
    assert config.intake.rescan == timedelta(minutes=5)
    assert config.delivery.give_up_after == timedelta(days=3)


def test_each_key_is_read(write: Write) -> None:
    """Every key of the configuration ends where it belongs."""
    extra = """after = "archive"
    archive = "../kept"
    recursive = false
    include = ["**/*.txt"]
    exclude = ["old/**"]
    settle = "300ms"
    watcher = "polling"
    poll = "2s"
    [limits]
    file_size = "1MB"
    line_length = 500
    [intake]
    rescan = "1h"
    [delivery]
    give_up_after = "1d"
    first_retry = "1.5s"
    slowest_retry = "10m"
    [[channel]]
    name = "desk"
    url = "json://127.0.0.1/x"
    timeout = "4s"
    """
    path = write(STORE + INBOX + extra)
    config = load_config(path)
    (box,), (channel,) = config.inboxes, config.channels
    assert (box.after, box.archive) == (After.ARCHIVE, path.parent.parent / "kept")
    assert (box.recursive, box.include, box.exclude) == (False, ("**/*.txt",), ("old/**",))
    assert (box.settle, box.poll) == (timedelta(seconds=0.3), timedelta(seconds=2))
    assert box.watcher is Watching.POLLING
    assert (config.limits.file_size, config.limits.line_length) == (1_000_000, 500)
    assert config.intake.rescan == timedelta(hours=1)
    assert config.delivery.give_up_after == timedelta(days=1)
    assert config.delivery.first_retry == timedelta(seconds=1.5)
    assert config.delivery.slowest_retry == timedelta(minutes=10)
    assert (channel.name, channel.timeout) == ("desk", timedelta(seconds=4))
    assert channel.url.get_secret_value() == "json://127.0.0.1/x"


@pytest.mark.parametrize(
    "value",
    ["5", '"5"', '"five"', '"-1s"', '"1w"', '"1h30m"', '""', "true", '"1e3s"', "[]",
     '"99999999999999d"', '"4000000d"', '"36525.1d"'],
)  # fmt: skip
def test_a_bad_duration_is_a_fault(write: Write, value: str) -> None:
    """A duration needs a number and a unit, and is a hundred years at most; else it is refused."""
    path = write(STORE + INBOX + f"settle = {value}\n")
    (fault,) = faults_of(path)
    assert fault.place == f"{path}: inbox[1].settle"
    assert "no duration" in fault.problem
    assert "'5m'" in fault.remedy


def test_the_longest_duration(write: Write) -> None:
    """A hundred years are a duration."""
    config = load_config(write(STORE + INBOX + 'settle = "36525d"\n'))
    assert config.inboxes[0].settle == timedelta(days=36_525)


@pytest.mark.parametrize(
    ("value", "size"),
    [("200", 200), ('"200"', 200), ('"200B"', 200), ('"5 kB"', 5000), ('"1.5MB"', 1_500_000),
     ('"2GB"', 2 * 10**9)],
)  # fmt: skip
def test_sizes(write: Write, value: str, size: int) -> None:
    """A size is a number of bytes, or a number with a unit."""
    config = load_config(write(STORE + INBOX + f"[limits]\nfile_size = {value}\n"))
    assert config.limits.file_size == size


@pytest.mark.parametrize(
    "value", ["0", "-1", '"0"', '"0MB"', '"20 MiB"', '"-1MB"', "1.5", "true", '""']
)
def test_a_bad_size_is_a_fault(write: Write, value: str) -> None:
    """A size that is none, or that nothing could meet, is refused."""
    path = write(STORE + INBOX + f"[limits]\nline_length = {value}\n")
    (fault,) = faults_of(path)
    assert fault.place == f"{path}: limits.line_length"
    assert "no size" in fault.problem
    assert "'20MB'" in fault.remedy


@pytest.mark.parametrize("value", ["mq1", "mq1:", "amqp://mq1:5671", ""])
def test_what_is_no_address_of_a_broker_is_a_fault(write: Write, value: str) -> None:
    """Each node of a broker needs a host and a port."""
    path = write(STORE + INBOX + f'[cluster]\naddresses = ["mq0:5671", "{value}"]\n')
    (fault,) = faults_of(path)
    assert fault.place == f"{path}: cluster.addresses[2]"
    assert "is no address of a node" in fault.problem
    assert "'mq1:5671'" in fault.remedy


def test_five_faults_are_five_lines(write: Write) -> None:
    """A file with five faults gives five lines, each with its place and what to do."""
    text = """
    [store]
    pth = "x.db"
    [[inbox]]
    name = "wires"
    path = "in"
    after = "delet"
    settle = "soon"
    [limits]
    file_size = "huge"
    """
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert sorted(str(caught.value).split("\n")) == [
        f"{path}: inbox[1].after: must be one of 'leave', 'archive' or 'delete'; choose one",
        f"{path}: inbox[1].settle: 'soon' is no duration; {DURATION_REMEDY}",
        f"{path}: limits.file_size: 'huge' is no size; write it as '200kB', '20MB' or '1GB'",
        f"{path}: store.path: this key is needed; add it",
        f"{path}: store.pth: unknown key; did you mean 'path'?",
    ]


def test_faults_of_form_hide_no_others(write: Write) -> None:
    """Misspelt keys and wrong values are told together with taken names, secrets and paths."""
    text = f"""{STORE}
    {inbox("a", "../in")}
    {inbox("a", "../in2")}
    colour = "red"
    [rules]
    paths = ["missing.toml"]
    [[channel]]
    name = "desk"
    url = "${{env:WIREWATCH_TEST_UNSET}}"
    [intake]
    rescan = "often"
    """
    places = [fault.place.partition(": ")[2] for fault in faults_of(write(text))]
    assert sorted(places) == [
        "channel[1].url", "inbox[2].colour", "inbox[2].name", "intake.rescan", "rules.paths[1]"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "problem", "remedy"),
    [
        (INBOX, "store", "needed", "add it"),
        (STORE, "inbox", "needed", "add it"),
        ("inbox = []\n" + STORE, "inbox", "at least 1", "docs"),
        (STORE + '[inbox]\nname = "x"\n', "inbox", "", "[[inbox]]"),
        (STORE + INBOX + "[chanel]\n", "chanel", "unknown key", "'channel'"),
        (STORE + INBOX + "[[channel]]\nname = 'x'\nulr = 'y'\nurl = 'z'\n", "channel[1].ulr",
         "unknown key", "'url'"),
        (STORE + INBOX + "[[channel]]\nname = 'a b'\nurl = 'z'\n", "channel[1].name", "pattern",
         "docs"),
        ("[store]\npath = ''\n" + INBOX, "store.path", "empty", "name a file"),
        ("[store]\npath = 'x'\n[store]\n" + INBOX, "", "line 3", "toml.io"),
        (STORE + inbox("a", "in") + inbox("a", "in2"), "inbox[2].name", "'a' is taken", "rename"),
        (STORE + INBOX + "[[channel]]\nname = 'x'\nurl = 'y'\n" * 2, "channel[2].name",
         "'x' is taken", "rename"),
        (STORE + INBOX + "[rules]\npaths = ['*.toml', 'no.toml']\n", "rules.paths[2]",
         "does not exist", "check"),
        (STORE + INBOX + "[gazetteers]\npaths = ['no.toml']\n", "gazetteers.paths[1]",
         "does not exist", "check"),
        (STORE + INBOX + "[rules]\npaths = ['no-folder/*.toml']\n", "rules.paths[1]",
         "does not exist", "check"),
    ],
)  # fmt: skip
def test_a_fault_has_place_and_remedy(
    write: Write, text: str, place: str, problem: str, remedy: str
) -> None:
    """Each kind of fault is one line that says where it stands and what to do."""
    path = write(text)
    (fault,) = faults_of(path)
    assert fault.place == (f"{path}: {place}" if place else str(path))
    assert problem in fault.problem
    assert remedy in fault.remedy


@pytest.mark.parametrize("name", ["missing.toml", ".", "latin.toml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    """A configuration that is missing, a folder, or no UTF-8 is refused by its name."""
    (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
    (fault,) = faults_of(tmp_path / name)
    assert fault.problem


def only_these_exist(monkeypatch: pytest.MonkeyPatch, *files: Path) -> None:
    monkeypatch.setattr(Path, "is_file", lambda path: path in files)


def test_find_config_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given wins, then ./config, then the XDG place, then /etc; else all are named."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/xdg")
    places = [Path("config"), Path("/xdg/wirewatch"), Path("/etc/wirewatch")]
    files = [place / "wirewatch.toml" for place in places]
    for number, expected in enumerate(files):
        only_these_exist(monkeypatch, *files[number:])
        assert find_config(None) == expected
        assert find_config(Path("given.toml")) == Path("given.toml")
    only_these_exist(monkeypatch)
    with pytest.raises(ConfigError, match="wirewatch init") as caught:
        find_config(None)
    assert all(str(file) in str(caught.value) for file in files)


@pytest.mark.parametrize("xdg", ["", None])
def test_find_config_without_xdg(monkeypatch: pytest.MonkeyPatch, xdg: str | None) -> None:
    """Without XDG_CONFIG_HOME, or with an empty one, the place is ~/.config."""
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if xdg is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", xdg)
    monkeypatch.setenv("HOME", "/home/someone")
    place = Path("/home/someone/.config/wirewatch/wirewatch.toml")
    only_these_exist(monkeypatch, place)
    assert find_config(None) == place


def test_a_configuration_does_not_change(write: Write) -> None:
    """A configuration once read is frozen."""
    config: Config = load_config(write(STORE + INBOX))
    with pytest.raises(ValueError, match="frozen"):
        config.store = Path("elsewhere")


CHANNEL = '[[channel]]\nname = "desk"\nurl = "json://127.0.0.1:9/"\n'


def test_what_a_channel_wants_to_hear_and_when(write: Write) -> None:
    """Digests, quiet hours, a rate, their zone and what breaks them, as people write them."""
    config = load_config(
        write(
            STORE
            + INBOX
            + CHANNEL
            + 'zone = "Asia/Almaty"\ndigest = ["daily 08:00", "0 18 * * 5"]\n'
            'quiet = ["22:00-07:00"]\nrate = "10/h"\nbreaks = "high"\n'
        )
    )
    (channel,) = config.channels
    assert channel.digest == ("0 8 * * *", "0 18 * * 5")
    assert channel.quiet == (quiet_of("22:00-07:00"),)
    assert (str(channel.zone), channel.breaks) == ("Asia/Almaty", Severity.HIGH)
    assert channel.rate == (10, timedelta(hours=1))


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ('zone = "Almaty"', "'Europe/London'"),
        ('digest = ["daily 25:00"]', "'daily 08:00'"),
        ('digest = "daily 08:00"', "list"),
        ('quiet = ["night"]', "'22:00-07:00'"),
        ('rate = "0/h"', "'10/h'"),
        ('rate = "10"', "'10/h'"),
        ('breaks = "loud"', "never"),
    ],
)
def test_a_policy_that_cannot_be_read(write: Write, line: str, remedy: str) -> None:
    """What a channel cannot want is a fault, with what to write instead."""
    (fault,) = faults_of(write(STORE + INBOX + CHANNEL + line + "\n"))
    assert "channel[1]" in fault.place
    assert remedy in f"{fault.problem} {fault.remedy}"
