"""A whole deployment: settings, gazetteers, rules and channels, checked together."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conftest import GAZETTEER, ManualClock
from wirewatch import deployment
from wirewatch.alerts.alarms import Tolerance
from wirewatch.deployment import Deployment, load_deployment
from wirewatch.errors import ConfigError, Fault
from wirewatch.quantities import Rate
from wirewatch.states import Severity

Write = Callable[..., Path]

CONFIG = Path(__file__).parents[1] / "config" / "wirewatch.toml"
BASE = """
[store]
path = "../var/wirewatch.db"
[[inbox]]
name = "wires"
path = "../var/inbox"
[rules]
paths = ["rules.toml"]
[gazetteers]
paths = ["lists/*.toml"]
"""
GOOD_RULE = '[[rule]]\nname = "r"\nquery = "@parliament"\nchannels = ["desk"]\n'
HIDDEN = "hunter2-sesame"
FEW = {"endings", "interparliamentary"}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Write:
    """Give a writer of a configuration with a channel, its rules and one gazetteer.

    But for tests of what ships, a far smaller gazetteer stands for that, for speed.
    """
    folder = tmp_path / "config"
    (folder / "lists").mkdir(parents=True)
    if "shipped" not in request.node.name:
        (tmp_path / "parliament.toml").write_text(GAZETTEER)
        lists = [tmp_path / "parliament.toml"]
        monkeypatch.setattr(deployment, "shipped_gazetteers", lambda: lists)

    def written(
        url: str = "json://127.0.0.1/hook",
        *,
        extra: str = "",
        rules: str = GOOD_RULE,
        own: str = "",
    ) -> Path:
        channel = f"[[channel]]\nname = 'desk'\nurl = '{url}'\n"
        (folder / "wirewatch.toml").write_text(BASE + channel + extra, encoding="utf-8")
        (folder / "rules.toml").write_text(rules, encoding="utf-8")
        if own:
            (folder / "lists" / "own.toml").write_text(own, encoding="utf-8")
        return folder / "wirewatch.toml"

    return written


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as caught:
        load_deployment(path)
    assert all(fault.remedy for fault in caught.value.faults)
    return caught.value.faults


def places_of(path: Path) -> list[str]:
    """Name the places of all faults, shortly: file and key."""
    return sorted(
        f"{Path(file).name}: {key}"
        for file, _, key in (fault.place.partition(": ") for fault in faults_of(path))
    )


def test_the_shipped_configuration_is_sound() -> None:
    """The configuration that `init` writes can be run as it is, and every rule tells somebody."""
    deployment = load_deployment(CONFIG)
    assert set(deployment.inboxes) == {"wires"}
    assert set(deployment.channels) == {"desk"}
    assert "parliament" in deployment.gazetteers
    rules = {rule.name: rule for rule in deployment.rules}
    assert rules["kz-az"].severity is Severity.HIGH
    assert all(rule.channels == ("desk",) for rule in deployment.rules)
    assert deployment.config.store == CONFIG.parents[1] / "var" / "wirewatch.db"


def test_shipped_gazetteers_need_no_configuration(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`@parliament` works in any rule, and an own list adds to it."""
    few = [path for path in deployment.shipped_gazetteers() if path.stem in FEW]
    monkeypatch.setattr(deployment, "shipped_gazetteers", lambda: few)  # all take long to compile
    own = 'name = "parliament"\n[[entry]]\nid = "xx-diet"\nname = "Diet of Nowhere"\n'
    plain = load_deployment(write()).gazetteers["parliament"]
    rules = GOOD_RULE.replace("@parliament", "@parliament:xx-diet")
    extended = load_deployment(write(rules=rules, own=own)).gazetteers["parliament"]
    added = {entry.id for entry in extended.entries} - {entry.id for entry in plain.entries}
    assert added == {"xx-diet"}


def test_settings_reach_those_who_use_them(write: Write, clock: ManualClock) -> None:
    """Limits, patience, settling and time-outs of the file are what the daemon works with."""
    extra = """timeout = "2s"
    [limits]
    file_size = 1000
    line_length = 100
    [delivery]
    give_up_after = "1h"
    first_retry = "1s"
    slowest_retry = "1m"
    """
    deployment = load_deployment(write(extra=extra))
    patience = deployment.patience
    assert patience.give_up_after == timedelta(hours=1)
    assert (patience.first_retry, patience.slowest_retry) == (
        timedelta(seconds=1),
        timedelta(minutes=1),
    )
    assert deployment.channels["desk"].timeout == 2.0
    assert deployment.inboxes["wires"].quiet == timedelta(seconds=3)
    examiner = deployment.examiner(clock)
    assert (examiner.limits.file_size, examiner.limits.line_length) == (1000, 100)
    assert [rule.name for rule in examiner.matcher.rules] == ["r"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        HIDDEN,
        f"{HIDDEN} json://127.0.0.1",
        f"mailto//user:{HIDDEN}@host",
        f"{HIDDEN}:{HIDDEN}@host",
        f"nosuch://{HIDDEN}",
        f"tgram://{HIDDEN}",
        f"slack://{HIDDEN}/BBBBBBBBB/x",
        f"slack://{HIDDEN.replace('-', '%2D')}/BBBBBBBBB/x",
        f"json://127.0.0.1/?method={HIDDEN}",
        f"mailto://u:{HIDDEN}@example.com?to=a@example.com,b@example.com",
        f"ntfys://{HIDDEN}@127.0.0.1/topic1/topic2",
    ],
)
def test_a_bad_channel_is_found_and_not_shown(write: Write, url: str) -> None:
    """A URL that Apprise cannot use, or with several recipients, is a fault that hides it."""
    path = write(url)
    (fault,) = faults_of(path)
    assert fault.place == f"{path}: channel[1].url"
    assert fault.problem
    assert HIDDEN not in str(fault)


def test_a_deployment_printed_shows_no_secret(write: Write) -> None:
    """Nothing that a log may print of a deployment shows a channel's URL."""
    deployment: Deployment = load_deployment(write(f"json://user:{HIDDEN}@127.0.0.1"))
    assert deployment.channels["desk"].url == f"json://user:{HIDDEN}@127.0.0.1"
    assert HIDDEN not in f"{deployment!r}{deployment}{deployment.channels}"


def test_a_rule_that_names_what_is_not_there_stops_the_start(write: Write) -> None:
    """A rule with an unknown channel or gazetteer is told with the nearest name there is."""
    rules = '[[rule]]\nname = "r"\nquery = "@parlament"\nchannels = ["dusk"]\n'
    channel, gazetteer = sorted(faults_of(write(rules=rules)), key=lambda fault: fault.place)
    assert (channel.problem, channel.remedy) == ("unknown channel 'dusk'", "did you mean 'desk'?")
    assert gazetteer.problem == "unknown gazetteer @parlament"
    assert gazetteer.remedy == "did you mean 'parliament'?"


BAD_RULES = '[[rule]]\nname = "r"\nquery = "a b"\nchannels = ["dusk"]\n'
BAD_LIST = 'name = "own"\n[[entry]]\nid = "A"\nname = "A"\n[[entry]]\nid = "b"\nname = "B"\n'
BAD_EXTRA = "colour = 'red'\n[limits]\nfile_size = 'huge'\n"


def test_who_hears_of_alarms_must_be_a_channel(write: Write) -> None:
    """A channel of `[alarms]` that is not configured is a fault, with the nearest name."""
    (fault,) = faults_of(write(extra='[alarms]\nchannels = ["dek"]\n'))
    assert fault.place.endswith("wirewatch.toml: alarms.channels")
    assert (fault.problem, fault.remedy) == ("unknown channel 'dek'", "did you mean 'desk'?")


def test_what_is_trouble_is_as_configured(write: Write) -> None:
    """Each key of `[alarms]` ends where it belongs."""
    extra = (
        '[alarms]\nchannels = ["desk"]\nmissed = 7\nzone = "Asia/Almaty"\nquarantined = "3/m"\n'
        'free = "2GB"\nfailing = "1h"\n'
    )
    outlook = load_deployment(write(extra=extra)).outlook
    assert (outlook.listening, outlook.zone) == (("desk",), ZoneInfo("Asia/Almaty"))
    assert outlook.limits == Tolerance(
        7, Rate(3, timedelta(minutes=1)), 2_000_000_000, timedelta(hours=1)
    )
    assert (list(outlook.channels), outlook.inboxes) == (["desk"], ("wires",))


def test_faults_of_rules_and_channels_come_together(write: Write) -> None:
    """A bad URL does not hide a bad rule, nor the other way round."""
    assert places_of(write("nosuch://x", rules=BAD_RULES)) == [
        "rules.toml: rule[1].channels", "rules.toml: rule[1].query", "wirewatch.toml: channel[1].url"
    ]  # fmt: skip


def test_faults_of_gazetteers_hide_no_rules(write: Write) -> None:
    """A bad gazetteer is told together with the rules that cannot be read."""
    assert places_of(write(rules=BAD_RULES, own=BAD_LIST)) == [
        "own.toml: entry[1].id", "rules.toml: rule[1].channels", "rules.toml: rule[1].query"
    ]  # fmt: skip


def test_a_bad_gazetteer_is_not_called_unknown(write: Write) -> None:
    """A rule that uses a gazetteer whose file is at fault is not at fault itself."""
    rules = '[[rule]]\nname = "r"\nquery = "@own OR @own:KZ"\n'
    assert places_of(write(rules=rules, own=BAD_LIST)) == ["own.toml: entry[1].id"]


def test_a_missing_file_is_one_fault(write: Write) -> None:
    """A file of rules that does not exist is told once, where it is named."""
    path = write()
    (path.parent / "rules.toml").unlink()
    assert places_of(path) == ["wirewatch.toml: rules.paths[1]"]


def test_faults_of_settings_hide_nothing(write: Write) -> None:
    """Faults of the settings are told together with those of all the files they name."""
    path = write("nosuch://x", extra=BAD_EXTRA, rules=BAD_RULES, own=BAD_LIST)
    assert places_of(path) == [
        "own.toml: entry[1].id",
        "rules.toml: rule[1].channels",
        "rules.toml: rule[1].query",
        "wirewatch.toml: channel[1].colour",
        "wirewatch.toml: channel[1].url",
        "wirewatch.toml: limits.file_size",
    ]


def test_one_file_has_one_name_in_all_faults(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of one file call it by one name, so that a script can gather them."""
    path = write("nosuch://x", extra="[[channel]]\nname = 'other'\nurl = 'json://a'\n")
    monkeypatch.chdir(path.parent.parent)
    (bad_url,) = faults_of(Path("config/wirewatch.toml"))
    write("${env:WIREWATCH_TEST_UNSET}")
    monkeypatch.delenv("WIREWATCH_TEST_UNSET", raising=False)
    (unset,) = faults_of(Path("config/wirewatch.toml"))
    assert bad_url.place == unset.place
