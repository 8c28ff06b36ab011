"""What a process remembers of the catalogue, and how it keeps up with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

import psycopg
from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.changes import MOST_FOLLOWED, TAIL, read_changes, since
from catalogtool.catalog.search.known.column import FacetColumn
from catalogtool.catalog.search.known.column_keeper import ColumnKeeper
from catalogtool.catalog.search.known.listing import (
    Wanted,
    list_videos,
    look_again,
)
from catalogtool.catalog.search.known.matches import Found, Shelf
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.ranks_keeper import RanksKeeper
from catalogtool.catalog.search.known.sample import Sample, load_sample
from catalogtool.catalog.search.known.state import State, is_told, load_state
from catalogtool.catalog.search.names import Names, find_names, look_up
from catalogtool.catalog.search.request import DEFAULT_SORT
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import Reader, reading

# A sample is taken anew when this share of the videos has changed since, but not more often than
# that: an import changes many again and again.
STALE_SHARE, REST_SECONDS = 0.02, 20.0


@dataclass(frozen=True)
class Taken:
    """A sample, and when it was taken."""

    sample: Sample
    state: State
    at: float

    def is_stale(self, state: State) -> bool:
        """Whether so much has changed that another one is due."""
        if state.videos > 2 * self.state.videos:
            return True
        changed = abs(state.written - self.state.written)
        return changed > STALE_SHARE * state.videos and monotonic() - self.at > REST_SECONDS


class Memory:
    """The state that a process knows, its sample, shelf, column and ranks; for all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: State | None = None
        self._taken: Taken | None = None
        self._sampling = Lock()
        self._not_before = 0.0
        self._keeper = ColumnKeeper(lambda session: self.look(session, Filters())[1])
        self._ranks = RanksKeeper()
        self.shelf = Shelf()

    def look(self, session: Reader, filters: Filters) -> tuple[Names, State]:
        """The present state, and the names that filters need: mostly one short statement.

        The names are never older than the state: what changed in between would be known already,
        and never looked at again.
        """
        if isinstance(session, Session):
            # What this transaction has written is in its counts, and would be told once more.
            state = self._renew(session)
            return find_names(session, filters), state
        known = self._state or self._renew(session)
        names, (snapshot, server, unseen) = look_up(session, filters, TAIL, since(known.snapshot))
        if unseen or server != known.server:
            same = server == known.server
            state = self._follow(session) if same else self._renew(session)
            return find_names(session, filters), state
        later = replace(known, snapshot=snapshot)
        if self._lock.acquire(blocking=False):
            # If others have been quicker, theirs stays: its sequence may be another.
            if self._state is known:
                self._state = later
            self._lock.release()
        return names, later

    def listed(
        self,
        session: Reader,
        state: State,
        wanted: Wanted,
        find: Callable[[], Found] | None = None,
    ) -> Found:
        """The videos that are wanted; None if they are too many to list.

        `find` finds them in a quicker way, or does not; then nothing is kept.
        """
        changed, found = self._kept(state, wanted)
        if find is not None and (changed is None or found is None):
            found = find()
            if found is None:
                return None
        elif changed is None:
            found = list_videos(session, wanted.indexed, wanted.most)
        elif found is None or not len(changed):
            return found
        else:
            found = look_again(session, found, changed, wanted.plain)
        self.shelf.put(wanted.key, state.sequence, found)
        return found

    def size(self, state: State, wanted: Wanted) -> float | None:
        """About how many they are, if that is known; infinite if they are too many to list."""
        changed, found = self._kept(state, wanted)
        if changed is None:
            return None
        return inf if found is None else len(found)

    def _kept(self, state: State, wanted: Wanted) -> tuple[Int64s | None, Found]:
        """What is on the shelf, and which videos have changed since; None if nothing is of use."""
        kept = self.shelf.take(wanted.key)
        return (None, None) if kept is None else (state.changed_since(kept[0]), kept[1])

    def sample(self, session: Reader, state: State) -> tuple[Sample | None, int]:
        """Some videos, and how many may have changed since they were read.

        None as long as another thread reads the first one, which may take a while.
        """
        kept = self._taken
        due = kept.is_stale(state) if kept else monotonic() > self._not_before
        if due and self._sampling.acquire(blocking=False):
            try:
                kept = self._taken = Taken(load_sample(session, state.videos), state, monotonic())
            except QueryCanceled:
                # A slow disk, and nothing of it in memory: it is done without, or with the old one.
                self._not_before = monotonic() + REST_SECONDS
                if kept is not None:
                    kept = self._taken = replace(kept, at=monotonic())
            finally:
                self._sampling.release()
        if kept is None:
            return None, 0
        return kept.sample, max(0, state.written - kept.state.written)

    def column(self, session: Reader, state: State) -> FacetColumn | None:
        """The facets of all videos, not older than the state; None where they are not at hand.

        Nobody waits for them: they are loaded in the background. Within a transaction, which may
        have changes of its own, there are none; nor are there where they would take far more than
        the eight bytes a video, because most ids are not in use, or more than 320 MB.
        """
        return None if isinstance(session, Session) else self._keeper.column(session, state)

    def load_column(self, session: Connection) -> None:
        """Have them at hand, unless another thread is about it; this may take some seconds."""
        self._keeper.load(session)

    def ranks(self, session: Reader, state: State, field: str) -> Ranks | None:
        """The order of all videos by this field; None where it is not at hand.

        Nobody waits for it, as for the column. It may be older than the state.
        """
        if isinstance(session, Session):
            return None
        return self._ranks.ranks(session, field, state)

    def ranks_as_of(self, session: Reader, state: State, field: str) -> Ranks | None:
        """The same, not older than the state."""
        ranks = self.ranks(session, state, field)
        return ranks if ranks is not None and ranks.keep_up(session, state.sequence) else None

    def load_ranks(self, session: Connection, state: State, field: str) -> None:
        """Have them at hand, unless another thread is reading some."""
        self._ranks.load(session, field, state)

    def _follow(self, session: Reader) -> State:
        """Take in what has changed; by one thread at a time, so that each change counts once."""
        with self._lock:
            state = self._state
            if state is not None:
                snapshot, changes = read_changes(session, state.snapshot)
                few = len(changes) <= MOST_FOLLOWED
                if few and all(is_told(change, state) for change in changes):
                    for change in changes:
                        state = state if change.pruned is not None else state.after(change)
                    self._state = replace(state, snapshot=snapshot)
                    return self._state
        return self._renew(session)

    def _renew(self, session: Reader) -> State:
        with self._lock:
            earlier = self._state
            state = load_state(session)
            if earlier is not None:
                number = earlier.sequence + 1
                state = replace(
                    state,
                    sequence=number,
                    listed_since=number,
                    written=earlier.written + max(earlier.videos, state.videos),
                )
            self._state = state
            # Nothing of them is known to be of use any more.
            self.shelf.clear()
            self._keeper.drop()
            if earlier is None or earlier.server != state.server:
                self._ranks.drop()
            return state


_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()


def memory_of(reader: Reader) -> Memory:
    """What this process remembers of the database that is read.

    Within a transaction, which may have changes that nobody else sees, nothing is remembered.
    """
    if isinstance(reader, Session):
        return Memory()
    known = _memories.get(reader.engine)
    return known if known is not None else _memories.setdefault(reader.engine, Memory())


def warm_up() -> None:
    """Learn before anybody asks; whoever asks meanwhile does not wait for it."""
    with suppress(SQLAlchemyError, psycopg.Error), reading() as connection:
        memory = memory_of(connection)
        _, state = memory.look(connection, Filters())
        memory.sample(connection, state)
        memory.load_column(connection)
        memory.load_ranks(connection, state, DEFAULT_SORT.field)
