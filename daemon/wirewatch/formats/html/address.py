"""Addresses of pages: absolute ones of the web, or none."""

import re
from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

_OF_THE_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_LONGEST = 2_000  # characters


def absolute(address: str, base: str = "") -> str:
    """Give an address as an absolute one of HTTP without its fragment, or nothing."""
    try:
        joined = urldefrag(urljoin(base, address.strip())).url
        host = urlsplit(joined).hostname
    except ValueError:
        return ""
    return joined if host and len(joined) <= _LONGEST and _OF_THE_WEB.fullmatch(joined) else ""


def first_absolute(addresses: Iterable[str], base: str) -> str:
    """Give the first of some addresses that is one, or nothing."""
    return next(filter(None, (absolute(one, base) for one in addresses if one.strip())), "")


def names_a_page(address: str) -> bool:
    """Tell the address of a page from that of a whole site, which careless pages give as theirs."""
    parts = urlsplit(address)
    return bool(parts.path.strip("/") or parts.query)
