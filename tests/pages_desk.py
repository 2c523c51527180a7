"""A desk whose pages are looked at: stories of every kind, delivered as files."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from conftest import Site, Wirewatch
from wirewatch.clock import Clock
from wirewatch.deployment import load_deployment
from wirewatch.pages.server import site as pages_of

RIVER = "urn:newsml:agency.example:river"
STORIES: Mapping[str, Mapping[str, Any]] = {
    "river-1": {
        "uri": RIVER, "version": "1", "language": "en",
        "headline": "Majilis and Milli Majlis agree on a river",
        "body_text": "The Majilis met on Monday. The Milli Majlis met on Tuesday. Both agreed.",
    },
    "river-2": {
        "uri": RIVER, "version": "2", "language": "en", "signal": "sig:correction",
        "headline": "Majilis and Milli Majlis agree on two rivers",
        "body_text": "The Majilis met on Monday. The Milli Majlis met on Thursday. Both agreed.",
    },
    "killed": {
        "uri": "urn:newsml:agency.example:killed", "version": "1", "language": "en",
        "pubstatus": "canceled", "headline": "A story that was taken back",
        "body_text": "Nothing of this happened, as the agency says.",
    },
    "secret": {
        "uri": "urn:newsml:agency.example:secret", "version": "1", "language": "de",
        "embargoed": "2036-03-02T12:00:00Z", "headline": "Haushalt unter Sperrfrist",
        "body_text": "Der Haushalt wird am Sonntag vorgestellt, sagt das Ministerium in Bonn.",
    },
    "arabic": {
        "uri": "urn:newsml:agency.example:arabic", "version": "1", "language": "ar",
        "headline": "انعقاد جلسة البرلمان في أستانا",
        "body_text": "عقد البرلمان جلسة يوم الاثنين في العاصمة، وناقش النواب ميزانية السنة القادمة.",
    },
    "hostile": {
        "uri": "urn:newsml:agency.example:hostile", "version": "1", "language": 'en"><b>',
        "headline": '<script>alert(1)</script> & "quotes"',
        "body_text": "<img src=x onerror=alert(2)> said the <b>Majilis</b> {{ 7 * 7 }}.",
    },
}  # fmt: skip


def story(name: str, **more: object) -> str:
    """Write one of the stories as a file."""
    default = {"type": "text", "versioncreated": "2026-03-02T11:00:00Z", "pubstatus": "usable"}
    return json.dumps({**default, **STORIES[name], **more}, ensure_ascii=False)


_filled: list[bytes] = []
"""The store with all stories in it, once it has been made."""


def fill(site: Site, wirewatch: Wirewatch) -> None:
    """Give a site a store with all stories; its inbox stays empty."""
    if not _filled:
        deliver(site, wirewatch)
        _filled.append(site.database.read_bytes())
        for file in site.inbox.iterdir():
            file.unlink()
    site.database.write_bytes(_filled[0])


def deliver(site: Site, wirewatch: Wirewatch) -> None:
    """Let all stories be taken in, in their order."""
    for name in STORIES:
        (site.inbox / f"{name}.json").write_text(story(name), encoding="utf-8")
        assert wirewatch("ingest", site.inbox, "--source", "wires", "--no-deliver").code == 0


@dataclass(frozen=True)
class Pages:
    """The pages of a site, asked without a browser."""

    config: Path
    clock: Clock

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        host: str = "localhost",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Ask once, as a browser on this machine would."""
        return asyncio.run(self._ask(method, f"http://{host}{path}", dict(headers or {}), more))

    async def _ask(
        self, method: str, url: str, headers: dict[str, str], more: dict[str, Any]
    ) -> httpx.Response:
        made = pages_of(load_deployment(self.config), self.clock)
        try:
            transport = httpx.ASGITransport(made.datasette.app(), raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, follow_redirects=more.pop("follow", False)
            ) as client:
                return await client.request(method, url, headers=headers, **more)
        finally:
            made.close()

    def text(self, path: str, **more: Any) -> str:
        """Give the page at an address, which is there."""
        answer = self.ask(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.text
