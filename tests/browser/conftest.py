"""Debian's Chromium, headless, and a desk whose pages it opens."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.desk import Desk, desk
from conftest import Receiver

CHROMIUM = shutil.which("chromium")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
Open = Callable[..., Page]
"""Opens an address of the desk: `opened("/health", color_scheme="dark")`."""


@pytest.fixture(scope="session")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Give one desk for all tests: each drops files of its own."""
    receiver = Receiver()
    with desk(tmp_path_factory.mktemp("desk"), receiver) as found:
        yield found
    receiver.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give the browser; the tests are left out, and say so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, at_work: Desk) -> Iterator[Open]:
    """Give what opens pages; no page may have complained by the end of the test."""
    said: list[str] = []
    contexts = []

    def open_page(path: str, **options: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1200, "height": 760}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: said.append(f"{path}: {told.type}: {told.text}"))
        page.on("pageerror", lambda error: said.append(f"{path}: {error}"))
        page.goto(at_work.address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [line for line in said if " log: " not in line] == []


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give where pictures of pages go: docs/images when they are to be made anew."""
    given = os.environ.get("WIREWATCH_IMAGES")
    return Path(given) if given else tmp_path_factory.mktemp("images")
