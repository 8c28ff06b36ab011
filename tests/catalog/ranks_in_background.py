"""What tests of the ranks' keeper do beside it: asking as requests do, and holding threads up."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known import ranks_keeper
from catalogtool.catalog.search.known.column import FacetColumn
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.known.order import load_ranks
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.state import State
from catalogtool.core.db import reading
from tests.catalog.remembering import the_memory

TOO_LONG = 60
NEVER = 1e6


class Loads:
    """Which ranks were loaded; `before` and `after` are what happens meanwhile."""

    def __init__(self) -> None:
        self.fields: list[str] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def load(self, session: Any, field: str, state: State) -> Ranks | None:
        """In place of `load_ranks`."""
        self.fields.append(field)
        self.before()
        found = load_ranks(session, field, state)
        self.after()
        return found


class Gate:
    """Holds a thread up until it is opened."""

    def __init__(self) -> None:
        self.reached, self._open = Event(), Event()

    def pass_through(self) -> None:
        """Tell that somebody is here, and wait."""
        self.reached.set()
        assert self._open.wait(TOO_LONG)

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.set()


def rest(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """So long nothing is read anew, however long it took."""
    monkeypatch.setattr(ranks_keeper, "REST_SECONDS", seconds)
    monkeypatch.setattr(ranks_keeper, "REST_FACTOR", 0.0)


def at_hand(field: str = "title") -> Ranks | None:
    """The ranks as a request gets them, which does not wait."""
    with reading() as connection:
        known = memory_of(connection)
        _, present = known.look(connection, Filters())
        return known.ranks(connection, present, field)


def column_at_hand() -> FacetColumn | None:
    """The same of the facets' column."""
    with reading() as connection:
        known = memory_of(connection)
        _, present = known.look(connection, Filters())
        return known.column(connection, present)


def idle() -> None:
    """Wait until no thread is about the ranks, nor about the column."""
    for keeper in (the_memory()._ranks, the_memory()._keeper):
        busy = keeper._background._busy
        assert busy.acquire(timeout=TOO_LONG)
        busy.release()


def after_a_while(field: str = "title") -> Ranks | None:
    """The ranks as those get them who ask again when they have been read."""
    at_hand(field)
    idle()
    return at_hand(field)
