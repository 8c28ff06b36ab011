"""Who keeps the column of facets at hand, and has it loaded in the background."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from catalogtool.catalog.search.known.background import Background
from catalogtool.catalog.search.known.column import LOOKED_UP, FacetColumn, load_column
from catalogtool.catalog.search.known.state import MOST_REMEMBERED, State

# It takes some seconds to load the column of ten million videos, and an import may change more
# than can be followed again and again.
REST_SECONDS = 20.0


class ColumnKeeper:
    """The column of a process; `look` tells the present state."""

    def __init__(self, look: Callable[[Connection], State]) -> None:
        self._look = look
        self._column: FacetColumn | None = None
        # Whoever loads it or catches up with many changes.
        self._background = Background("facet-column")
        self._not_before = 0.0

    def column(self, session: Connection, state: State) -> FacetColumn | None:
        """The column, not older than the state; None where it is not at hand.

        Then it soon is, if it can be: who asks does not wait for that.
        """
        column = self._column
        if column is not None and column.follow(session, state, LOOKED_UP):
            return column
        if self._is_due(column, state):
            self._background.start(session.engine, self._work)
        return None

    def load(self, session: Connection) -> None:
        """Have it at hand, unless another thread is about it."""
        self._background.do(session, self._refresh)

    def drop(self) -> None:
        """Forget it: nothing is known to be right any more."""
        self._column = None

    def _is_due(self, column: FacetColumn | None, state: State) -> bool:
        return _can_follow(column, state) or monotonic() >= self._not_before

    def _work(self, session: Connection) -> None:
        try:
            self._refresh(session)
        except (SQLAlchemyError, psycopg.Error):
            self.drop()
            self._not_before = monotonic() + REST_SECONDS
            raise

    def _refresh(self, session: Connection) -> None:
        state = self._look(session)
        column = self._column
        if column is not None and column.follow(session, state, MOST_REMEMBERED):
            return
        # Nobody can ever catch up with that one.
        self._column = None
        if monotonic() < self._not_before:
            return
        try:
            self._column = load_column(session, state)
        finally:
            self._not_before = monotonic() + REST_SECONDS


def _can_follow(column: FacetColumn | None, state: State) -> bool:
    """Whether it is known what has changed since; then it need not be loaded anew."""
    if column is None:
        return False
    return state.changed_since(column.sequence, MOST_REMEMBERED) is not None
