"""What a process remembers of the catalogue, and how it keeps up with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

import numpy as np
import psycopg
from psycopg.errors import QueryCanceled
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.facets import COUNTED_MASK, KNOWN_MASK, FacetTest
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.changes import (
    MOST_FOLLOWED,
    TAIL,
    Change,
    first_running,
    read_changes,
    since,
)
from catalogtool.catalog.search.known.counts import Counts
from catalogtool.catalog.search.known.listing import MOST_LISTED, list_videos, look_again
from catalogtool.catalog.search.known.matches import MOST_CHANGED, Found, Shelf
from catalogtool.catalog.search.known.sample import Sample, load_sample
from catalogtool.catalog.search.names import Names, find_names, look_up
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import Reader, driver_connection, reading

# A sample is taken anew when this share of the videos has changed since, but not more often than
# that: an import changes many again and again.
STALE_SHARE, REST_SECONDS = 0.02, 20.0
_LEDGERS = """
SELECT pg_current_snapshot()::text,
    (SELECT array_agg(facets) FROM facet_count), (SELECT array_agg(videos) FROM facet_count),
    (SELECT array_agg(facets) FROM known_count), (SELECT array_agg(videos) FROM known_count)
"""
NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class State:
    """The catalogue as of a snapshot.

    `sequence` goes up by one with each change; `changed` are the ids that changed at each of the
    last ones, by their sequence, none left out after `listed_since`. `written` counts the videos
    that were written since the process began.
    """

    snapshot: str
    server: str
    counted: Counts
    known: Counts
    videos: int
    sequence: int = 0
    listed_since: int = 0
    changed: tuple[tuple[int, Int64s], ...] = ()
    written: int = 0

    def count(self, test: FacetTest) -> int | None:
        """How many videos pass, where the counts can tell; a hidden channel is no facet."""
        if not test.bits & ~COUNTED_MASK:
            return self.counted.number(test)
        if not test.bits & ~KNOWN_MASK:
            return self.known.number(test)
        return None

    def count_at_most(self, test: FacetTest) -> int:
        """More videos can't pass."""
        counted = self.counted.number(test.within(COUNTED_MASK))
        return min(counted, self.known.number(test.within(KNOWN_MASK)))

    def changed_since(self, sequence: int) -> Int64s | None:
        """Which videos changed since then; None if that is unknown, or too many did."""
        if sequence < self.listed_since:
            return None
        ids = [ids for number, ids in self.changed if number > sequence]
        if sum(map(len, ids)) > MOST_CHANGED:
            return None
        return np.unique(np.concatenate(ids)) if ids else NONE

    def after(self, change: Change) -> State:
        """The state with one change more."""
        assert change.counted is not None
        assert change.known is not None
        number = self.sequence + 1
        recent = () if change.ids is None else (*self.changed, (number, change.ids))
        while sum(len(ids) for _, ids in recent) > MOST_CHANGED or len(recent) > MOST_CHANGED:
            recent = recent[1:]
        return replace(
            self,
            counted=self.counted.plus(*change.counted),
            known=self.known.plus(*change.known),
            videos=self.videos + int(change.counted[1].sum()),
            sequence=number,
            listed_since=recent[0][0] - 1 if recent else number,
            changed=recent,
            written=self.written + change.videos,
        )


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


# Put for the indexes that lead there, and as a test of any video.
Conditions = tuple[Sequence[Condition], Sequence[Condition]]


@dataclass(frozen=True)
class Wanted:
    """Videos that may be listed: their `key` on the shelf, and how to say which they are.

    The conditions speak of nothing but the video's own row (and of its channel's name, which the
    row follows); they are made when they are needed.
    """

    key: Hashable
    make: Callable[[], Conditions]
    # More are not listed; None for the usual number.
    most: int | None = None

    @cached_property
    def _conditions(self) -> Conditions:
        return self.make()

    @property
    def indexed(self) -> Sequence[Condition]:
        """What they meet, put for the indexes."""
        return self._conditions[0]

    @property
    def plain(self) -> Sequence[Condition]:
        """What they meet, as a test of any video."""
        return self._conditions[1]


class Memory:
    """The state that a process knows, its sample and its shelf; for all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: State | None = None
        self._taken: Taken | None = None
        self._sampling = Lock()
        self._not_before = 0.0
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

    def listed(self, session: Reader, state: State, wanted: Wanted) -> Found:
        """The videos that are wanted; None if they are more than 10,000, and too many to list."""
        changed, found = self._kept(state, wanted)
        if changed is None:
            found = list_videos(session, wanted.indexed, wanted.most)
        elif found is None or not len(changed):
            return found
        else:
            found = look_again(session, found, changed, wanted.plain)
        self.shelf.put(wanted.key, state.sequence, found)
        return found

    def size(self, state: State, wanted: Wanted) -> int | None:
        """About how many they are, if that is known without a look."""
        changed, found = self._kept(state, wanted)
        if changed is None:
            return None
        return MOST_LISTED + 1 if found is None else len(found)

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

    def _follow(self, session: Reader) -> State:
        """Take in what has changed; by one thread at a time, so that each change counts once."""
        with self._lock:
            state = self._state
            if state is not None:
                snapshot, changes = read_changes(session, state.snapshot)
                few = len(changes) <= MOST_FOLLOWED
                if few and all(_is_told(change, state) for change in changes):
                    for change in changes:
                        state = state if change.pruned is not None else state.after(change)
                    self._state = replace(state, snapshot=snapshot)
                    return self._state
        return self._renew(session)

    def _renew(self, session: Reader) -> State:
        with self._lock:
            earlier = self._state
            state = _load(session)
            if earlier is not None:
                number = earlier.sequence + 1
                state = replace(
                    state,
                    sequence=number,
                    listed_since=number,
                    written=earlier.written + max(earlier.videos, state.videos),
                )
            self._state = state
            # Nothing on it is known to be of use any more.
            self.shelf.clear()
            return state


def _is_told(change: Change, state: State) -> bool:
    """Whether the change says all; not so if changes before it are no longer listed."""
    if change.pruned is not None:
        return change.pruned < first_running(state.snapshot)
    return change.counted is not None


def _load(session: Reader) -> State:
    row = driver_connection(session).execute(_LEDGERS, binary=True).fetchone()
    assert row is not None
    snapshot, *arrays = row
    facets, videos, known, known_videos = (NONE if a is None else a for a in arrays)
    _, (_, server, _) = look_up(session, Filters(hidden="all"), TAIL, since(snapshot))
    return State(
        snapshot=snapshot,
        server=server,
        counted=Counts.of(facets, videos),
        known=Counts.of(known, known_videos),
        videos=int(videos.sum()),
    )


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
