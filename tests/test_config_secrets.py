"""Secrets: fetched from the environment, a file or a credential, and never shown."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from wirewatch.config import load_config
from wirewatch.errors import ConfigError

Write = Callable[[str], Path]

BASE = '[store]\npath = "x.db"\n[[inbox]]\nname = "wires"\npath = "in"\n'
HIDDEN = "hunter2-sesame"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Give a writer of configurations, with secrets in all three places."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "desk").write_text(f"json://{HIDDEN}@host\n")
    (tmp_path / "desk.url").write_text(f"json://{HIDDEN}@host\r\n")
    (tmp_path / "latin").write_bytes(b"json://\xe9" + HIDDEN.encode())
    monkeypatch.setenv("WIREWATCH_TEST_URL", f"json://{HIDDEN}@host")
    monkeypatch.setenv("WIREWATCH_TEST_PASSWORD", HIDDEN)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    monkeypatch.delenv("WIREWATCH_TEST_UNSET", raising=False)

    def written(text: str) -> Path:
        path = tmp_path / "wirewatch.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def channel(url: str, extra: str = "") -> str:
    return f"[[channel]]\nname = 'desk'\nurl = '{url}'\n{extra}\n"


@pytest.mark.parametrize(
    "url",
    [
        f"json://{HIDDEN}@host",
        "${env:WIREWATCH_TEST_URL}",
        "json://${env:WIREWATCH_TEST_PASSWORD}@host",
        "${file:desk.url}",
        "${file:../{tmp}/desk.url}",
        "${file:{path}/desk.url}",
        "${credential:desk}",
    ],
)
def test_references_are_replaced_by_secrets(write: Write, tmp_path: Path, url: str) -> None:
    """A URL, or part of it, may stand in the environment, in a file, or in a credential."""
    url = url.replace("{tmp}", tmp_path.name).replace("{path}", str(tmp_path))
    (given,) = load_config(write(BASE + channel(url))).channels
    assert given.url.get_secret_value() == f"json://{HIDDEN}@host"


def test_a_credential_cannot_leave_its_folder(write: Write) -> None:
    """The name of a credential is a name, and leads to no other folder."""
    (given,) = load_config(write(BASE + channel("${credential:../../x/desk}"))).channels
    assert given.url.get_secret_value() == f"json://{HIDDEN}@host"


@pytest.mark.parametrize(
    ("reference", "problem", "remedy"),
    [
        ("${env:WIREWATCH_TEST_UNSET}", "WIREWATCH_TEST_UNSET is not set", "set it"),
        ("${file:missing}", "missing: No such file", "check the file"),
        ("${file:.}", "Is a directory", "check the file"),
        ("${file:latin}", "not UTF-8", "check the file"),
        ("${credential:other}", "No such file", "check the file"),
        ("${vault:desk}", "${vault:…} is no known reference", "${credential:NAME}"),
    ],
)
def test_a_secret_that_is_not_there_is_a_fault(
    write: Write, reference: str, problem: str, remedy: str
) -> None:
    """A reference that leads nowhere is told with the channel, the reason and a remedy."""
    path = write(BASE + channel(f"json://{HIDDEN}@{reference}"))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    (fault,) = caught.value.faults
    assert fault.place == f"{path}: channel[1].url"
    assert problem in fault.problem
    assert remedy in fault.remedy
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))


def test_credentials_may_be_loaded_as_a_folder(write: Write, tmp_path: Path) -> None:
    """What the unit loads as the folder `wirewatch` goes by the file's own name."""
    (tmp_path / "credentials" / "wirewatch_night").write_text("json://night")
    (given,) = load_config(write(BASE + channel("${credential:night}"))).channels
    assert given.url.get_secret_value() == "json://night"


def test_a_command_by_hand_finds_what_the_unit_loads(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside systemd a credential is read from `credentials` beside the configuration."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    (given,) = load_config(write(BASE + channel("${credential:desk}"))).channels
    assert given.url.get_secret_value() == f"json://{HIDDEN}@host"
    with pytest.raises(ConfigError, match=r"credentials/night: No such file"):
        load_config(write(BASE + channel("${credential:night}")))


def test_credentials_need_systemd(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With neither systemd nor that folder, a credential is a fault that says what the unit needs."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    (tmp_path / "credentials").rename(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="LoadCredential=desk:"):
        load_config(write(BASE + channel("${credential:desk}")))


def test_what_sends_nothing_needs_no_secret(write: Write) -> None:
    """A configuration may be read with its references as they are: whoever only reads has no keys."""
    reference = "json://${credential:night}"
    path = write(BASE + channel(reference) + '[metrics]\ntoken = "${credential:other}"\n')
    config = load_config(path, secrets=False)
    assert config.channels[0].url.get_secret_value() == reference
    with pytest.raises(ConfigError):
        load_config(path)


def test_a_secret_is_not_read_for_references(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a secret holds is taken as it is, even if it looks like a reference."""
    monkeypatch.setenv("WIREWATCH_TEST_URL", "json://a${env:HOME}@host")
    (given,) = load_config(write(BASE + channel("${env:WIREWATCH_TEST_URL}"))).channels
    assert given.url.get_secret_value() == "json://a${env:HOME}@host"


def test_secrets_are_not_shown(write: Write) -> None:
    """A configuration printed, dumped or written as JSON shows no secret."""
    config = load_config(write(BASE + channel("${env:WIREWATCH_TEST_URL}")))
    shown = [repr(config), str(config), repr(config.channels), str(config.channels[0].url)]
    shown += [config.model_dump_json(), repr(config.model_dump())]
    assert HIDDEN not in "".join(shown)


@pytest.mark.parametrize(
    "table",
    [
        channel(f"json://{HIDDEN}@host", "colour = 'red'"),
        channel(f"json://{HIDDEN}@host", f"ulr = 'json://{HIDDEN}@host'"),
        channel(f"json://{HIDDEN}@host", "timeout = 'long'"),
        channel(f"json://{HIDDEN}@host") * 2,
        f"[[channel]]\nname = 'desk'\nurl = ['json://{HIDDEN}@host']\n",
        f"[[channel]]\nname = 'desk'\nurl = {{env = '{HIDDEN}'}}\n",
        f"[[channel]]\nname = 'desk'\nulr = 'json://{HIDDEN}@host'\n",
        f"[channel]\nname = 'desk'\nurl = 'json://{HIDDEN}@host'\n",
        f"[[channel]]\nname = 'desk'\nurl = 'json://{HIDDEN}@host\n",
        f"[[channel]]\nname = 'desk'\nurl = \"json://{HIDDEN}\\q@host\"\n",
        f"[[channel]]\nname = 'desk'\nurl = json://{HIDDEN}@host\n",
    ],
)
def test_errors_show_no_secret(write: Write, table: str) -> None:
    """No fault of any kind, nor its traceback, shows the secret that stands beside it."""
    with pytest.raises(ConfigError) as caught:
        load_config(write(BASE + table))
    assert caught.value.faults
    assert HIDDEN not in repr(caught.value)
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))
