"""Who keeps the ranks of each sort at hand, and has them read in the background."""

from __future__ import annotations

from threading import Lock
from time import monotonic

from sqlalchemy import Connection

from catalogtool.catalog.search.known.background import Background
from catalogtool.catalog.search.known.order import load_ranks
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.state import State

# An import may change more than can be followed again and again; of the time that it goes on, only
# a small share is spent on reading the order anew.
REST_SECONDS, REST_FACTOR = 20.0, 20.0


class RanksKeeper:
    """The ranks of a process, by the field of the sort."""

    def __init__(self) -> None:
        self._ranks: dict[str, Ranks] = {}
        self._not_before: dict[str, float] = {}
        self._lock = Lock()
        self._background = Background("ranks")
        # What was begun before all was forgotten is not kept.
        self._generation = 0

    def ranks(self, session: Connection, field: str, state: State) -> Ranks | None:
        """The ranks by this sort; None where they are not at hand, or of no use; soon they will be.

        They may be older than the state. There are none where the ids of the videos are too sparse.
        """
        found = self._ranks.get(field)
        due = found is None or found.is_stale
        if due and monotonic() >= self._not_before.get(field, 0.0):
            engine = session.engine
            self._background.start(engine, lambda session: self._load(session, field, state))
        return None if found is None or found.is_lost else found

    def load(self, session: Connection, field: str, state: State) -> None:
        """Have them at hand, unless others are being read."""
        self._background.do(session, lambda session: self._load(session, field, state))

    def drop(self) -> None:
        """Forget everything."""
        with self._lock:
            self._generation += 1
            self._ranks.clear()
            self._not_before.clear()

    def _load(self, session: Connection, field: str, state: State) -> None:
        began, generation = monotonic(), self._generation
        try:
            found = load_ranks(session, field, state)
            with self._lock:
                if found is not None and generation == self._generation:
                    self._ranks[field] = found
        finally:
            ended = monotonic()
            rest = max(REST_SECONDS, REST_FACTOR * (ended - began))
            self._not_before[field] = ended + rest
