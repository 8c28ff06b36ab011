"""Limits of the search, made so small that a few hundred videos reach them."""

from __future__ import annotations

import pytest

from catalogtool.catalog.search import parts, question, window
from catalogtool.catalog.search.known import listing, memory


def list_at_most(monkeypatch: pytest.MonkeyPatch, videos: int) -> None:
    """So many matches, and videos of hidden channels, are listed; none with -1."""
    for module in (listing, memory, question, window):
        monkeypatch.setattr(module, "MOST_LISTED", videos)
    monkeypatch.setattr(parts, "MOST_HIDDEN", videos)
