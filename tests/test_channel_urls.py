"""Channel URLs: what Apprise can use for one recipient, and that a fault does not show a secret."""

import pytest

from conftest import START, ManualClock
from wirewatch.notify.send import Channel, Sender, fault_of
from wirewatch.notify.trial import trial_message
from wirewatch.states import DeliveryReason

SECRET = "s3cret-Tok3n"  # noqa: S105 - it opens nothing


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1/hook",
        "json://user:pass@127.0.0.1:8080/hook?format=html",
        "mailto://user:pass@example.org",
        "ntfy://127.0.0.1/topic",
    ],
)
def test_a_good_url_has_no_fault(url: str) -> None:
    """The URL of one recipient of a known service can be used."""
    assert fault_of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"{SECRET}:rest",
        f"tgram//{SECRET}/1",
        f"nosuch://{SECRET}/x",
        "json://",
        f"kavenegar://{SECRET}!/1",
        "twilio://ACaaaaaa:bbbbbbbbb@s3cret%2DTok3n",
        f"https://{SECRET}",
    ],
)
def test_a_bad_url_is_refused_without_being_shown(url: str) -> None:
    """A URL that Apprise cannot use is a fault, told without any part of it that may be secret."""
    fault = fault_of(url)
    assert fault
    assert SECRET not in fault
    attempt = Sender(Channel("desk", url), ManualClock()).send(trial_message("desk", START))
    assert (attempt.ok, attempt.reason) == (False, DeliveryReason.REFUSED_BY_SERVICE)
    assert SECRET not in attempt.error


@pytest.mark.parametrize(
    "url",
    [
        "ntfy://127.0.0.1/one/two",
        "mailto://user:pass@example.org?to=a@example.org,b@example.org",
        "json://127.0.0.1:9/a, json://127.0.0.1:9/b",
        "json://127.0.0.1:9/a json://127.0.0.1:9/b",
    ],
)
def test_several_recipients_are_a_fault(url: str) -> None:
    """One channel is one recipient: else a retry for one would repeat to the others."""
    assert "recipients" in (fault_of(url) or "no fault")
