"""Pictures of pages for the docs: small PNGs, of few colours."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

_COLOURS = 96
LARGEST = 150_000  # bytes


def picture(page: Page, path: Path) -> int:
    """Take a picture of what a page shows; give its size in bytes."""
    page.wait_for_load_state()
    taken = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide")))
    few = taken.convert("RGB").quantize(_COLOURS)
    few.save(path, optimize=True)
    return path.stat().st_size
