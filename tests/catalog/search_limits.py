"""Limits of the search, made so small that a few hundred videos reach them."""

from __future__ import annotations

import pytest

from catalogtool.catalog.search import lists, parts, question, window
from catalogtool.catalog.search.known import listing


def list_at_most(monkeypatch: pytest.MonkeyPatch, videos: int) -> None:
    """So many matches, and videos of hidden channels, are listed; none with -1."""
    for module in (listing, lists, question, window):
        monkeypatch.setattr(module, "MOST_LISTED", videos)
    for module in (lists, parts, question):
        monkeypatch.setattr(module, "MOST_AT_ONCE", videos)
    monkeypatch.setattr(lists, "MOST_BY_FACETS", videos)
    monkeypatch.setattr(parts, "MOST_HIDDEN", videos)
