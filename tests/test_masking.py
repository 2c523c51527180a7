"""What is hidden is starred in every form, and nothing else is."""

import base64
from urllib.parse import quote

import pytest

from wirewatch import masking
from wirewatch.masking import hide, masked


@pytest.fixture(autouse=True)
def _nothing_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_hidden", masking._Hidden())


@pytest.mark.parametrize("secret", ["p@ss/w0rd 9f", "sesame", "a%20b+c%2Fd", "ключ-7"])
def test_a_secret_is_starred_in_every_form(secret: str) -> None:
    """As it is, quoted, unquoted and in Base64, anywhere in a text and more than once."""
    hide(quote(secret, safe=""))
    coded = base64.b64encode(secret.encode()).decode()
    for form in (secret, quote(secret, safe=""), coded):
        assert masked(f"a{form}b {form}") == "a***b ***"


def test_a_whole_url_is_hidden_in_its_parts() -> None:
    """Password and tokens are starred, logins as HTTP and SMTP send them; the host is not."""
    hide("json://desk:s%40same@example.org/tok3n-77e1c2?+Auth=h3ader-0f&format=markdown&rto=15")
    for pair in (b"desk:s@same", b"\0desk\0s@same"):
        assert masked(base64.b64encode(pair).decode()) == "***"
    said = "example.org refused s@same of desk at /tok3n-77e1c2 with h3ader-0f, format markdown"
    assert masked(said) == "example.org refused *** of desk at /*** with ***, format markdown"


@pytest.mark.parametrize(
    "url", ["json://127.0.0.1:8080/hook", "ntfy://host/topic", "tgram://", "mailto://a.b?to=c@d.e"]
)
def test_plain_words_stay(url: str) -> None:
    """What of a URL is no password, and a word like others, is not taken out of every text."""
    hide(url)
    text = "127.0.0.1:8080 hook topic host to json ntfy c@d.e"
    assert masked(text) == text


def test_short_secrets_fill_no_line_with_stars() -> None:
    """A text of three characters is found everywhere, and hides nothing."""
    hide("abc")
    assert masked("abcabc") == "abcabc"


def test_the_longest_is_starred_first() -> None:
    """A secret that holds another leaves nothing of it."""
    hide("sesame")
    hide("open-sesame-street")
    assert masked("open-sesame-street sesame") == "*** ***"
