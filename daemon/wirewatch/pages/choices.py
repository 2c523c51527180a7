"""What a visitor has chosen: the language and the light, kept by the browser in two cookies."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from wirewatch.pages.wording import LANGUAGES, Wording, preferred

LIGHTS = ("auto", "light", "dark")
"""As the system has it, or always one."""
_LANGUAGE, _LIGHT = "wirewatch-language", "wirewatch-light"
_YEAR = 365 * 86_400  # seconds
NAME = "wirewatch-name"
"""The cookie that keeps the name by which somebody takes alerts on."""
ADDRESS = "/choose"


class Choices(NamedTuple):
    """How a visitor wants pages."""

    words: Wording
    light: str


def choices(query: Mapping[str, str], cookies: Mapping[str, str], accepted: str) -> Choices:
    """Read what a visitor has chosen: by the address, before, or by what the browser accepts."""
    language = query.get("lang") or cookies.get(_LANGUAGE, "")
    light = cookies.get(_LIGHT, "")
    return Choices(preferred(language, accepted), light if light in LIGHTS else LIGHTS[0])


def chosen(query: Mapping[str, str]) -> dict[str, str]:
    """Give the cookies, name and value, that keep what is chosen now; nothing else is kept."""
    language, light = query.get("lang", ""), query.get("light", "")
    kept = {_LANGUAGE: language} if language in LANGUAGES else {}
    return kept | ({_LIGHT: light} if light in LIGHTS else {})


def cookie(name: str, value: str) -> str:
    """Write a cookie that lasts for a year."""
    return f"{name}={value}; Path=/; Max-Age={_YEAR}; SameSite=Lax"


def back(query: Mapping[str, str]) -> str:
    """Give where to go back to: an address of ours, never one of elsewhere."""
    address = query.get("back", "/")
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours and address.isprintable() and address.isascii() else "/"


def chooser(address: str) -> Callable[..., str]:
    """Give what makes links by which something is chosen, from a page."""
    behind = urlencode({"back": address})
    return lambda **what: f"{ADDRESS}?{urlencode(what)}&{behind}"
