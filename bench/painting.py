"""First paint: pages of the real server in a headless Chromium, until there is something to see."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from deployed import command
from report import Row, Table, percentiles, progress

_TIMES = 20
_FIRST = """() => new Promise((done) =>
  new PerformanceObserver((list) =>
    list.getEntriesByName("first-contentful-paint").forEach((one) => done(one.startTime))
  ).observe({ type: "paint", buffered: true }))"""


def painted(config: Path, sights: Sequence[tuple[str, str]]) -> Table | None:
    """Open pages, each as name and address; None where there is no browser to open them with."""
    chromium = shutil.which("chromium")
    if chromium is None or find_spec("playwright") is None:
        return None
    sync_playwright = import_module("playwright.sync_api").sync_playwright
    table = Table("first paint in Chromium", "")
    with _served(config) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path in sights:
            progress(f"painting {name}")
            taken = []
            for _ in range(_TIMES):
                page = browser.new_page()  # which has seen nothing before
                page.goto(f"{address}{path}")
                taken.append(float(page.evaluate(_FIRST)))
                page.close()
            found = percentiles(taken)
            table.rows.append(Row(f"{name}, p50", "ms", found["p50"]))
            table.rows.append(Row(f"{name}, p95", "ms", found["p95"]))
        browser.close()
    return table


@contextmanager
def _served(config: Path) -> Iterator[str]:
    """Start the server of the pages; give where it is."""
    process = subprocess.Popen(
        command(config, "serve", "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield line.removeprefix("pages at ").strip().rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=10)
