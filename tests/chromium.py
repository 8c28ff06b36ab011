"""Finds a browser on the machine; the tests that need one are left out where there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACINTOSH = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
DOWNLOADED = Path.home() / ".cache" / "ms-playwright"


def find_chromium() -> str | None:
    """The path in CHROMIUM, else one on the PATH, else one that Playwright once downloaded."""
    if named := os.environ.get("CHROMIUM"):
        return named
    on_path = (found for name in NAMES if (found := shutil.which(name)))
    downloaded = (str(path) for path in DOWNLOADED.glob("chromium-*/chrome-linux*/chrome"))
    return next(on_path, None) or next(downloaded, str(MACINTOSH) if MACINTOSH.exists() else None)
