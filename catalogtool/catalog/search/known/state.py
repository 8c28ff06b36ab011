"""The catalogue as of a snapshot: its counts, and which videos changed lately."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np

from catalogtool.catalog.search.facets import COUNTED_MASK, KNOWN_MASK, FacetTest
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.changes import MOST_NAMED, TAIL, Change, first_running, since
from catalogtool.catalog.search.known.counts import Counts
from catalogtool.catalog.search.known.matches import MOST_CHANGED
from catalogtool.catalog.search.names import look_up
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import Reader, driver_connection

# So many ids of changed videos are remembered, of so many statements.
MOST_REMEMBERED, MOST_STATEMENTS = MOST_NAMED, 10_000
_LEDGERS = """
SELECT pg_current_snapshot()::text,
    (SELECT array_agg(facets) FROM facet_count), (SELECT array_agg(videos) FROM facet_count),
    (SELECT array_agg(facets) FROM known_count), (SELECT array_agg(videos) FROM known_count)
"""
NONE = np.empty(0, np.int64)
Changed = tuple[tuple[int, Int64s], ...]


@dataclass(frozen=True)
class State:
    """The catalogue as of a snapshot.

    `sequence` goes up by one with each change; `changed` are the ids that changed at each of the
    last ones (`remembered`, altogether), by their sequence, none left out after `listed_since`.
    `written` counts the videos that were written since the process began.
    """

    snapshot: str
    server: str
    counted: Counts
    known: Counts
    videos: int
    sequence: int = 0
    listed_since: int = 0
    changed: Changed = ()
    remembered: int = 0
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

    def changed_since(self, sequence: int, most: int | None = None) -> Int64s | None:
        """Which videos changed since then; None if that is unknown, or if it is more than `most`
        (`MOST_CHANGED`, if that is not given)."""
        if sequence < self.listed_since:
            return None
        later = bisect_right(self.changed, sequence, key=itemgetter(0))
        ids = [ids for _, ids in self.changed[later:]]
        if sum(map(len, ids)) > (MOST_CHANGED if most is None else most):
            return None
        return np.unique(np.concatenate(ids)) if ids else NONE

    def after(self, change: Change) -> State:
        """The state with one change more."""
        assert change.counted is not None
        assert change.known is not None
        number = self.sequence + 1
        recent: Changed = ()
        remembered = 0
        if change.ids is not None:
            recent = (*self.changed, (number, change.ids))
            recent, remembered = _last(recent, self.remembered + len(change.ids))
        return replace(
            self,
            counted=self.counted.plus(*change.counted),
            known=self.known.plus(*change.known),
            videos=self.videos + int(change.counted[1].sum()),
            sequence=number,
            listed_since=recent[0][0] - 1 if recent else number,
            changed=recent,
            remembered=remembered,
            written=self.written + change.videos,
        )


def load_state(session: Reader) -> State:
    """Count anew."""
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


def is_told(change: Change, state: State) -> bool:
    """Whether the change says all; not so if changes before it are no longer listed."""
    if change.pruned is not None:
        return change.pruned < first_running(state.snapshot)
    return change.counted is not None


def _last(changed: Changed, remembered: int) -> tuple[Changed, int]:
    """The last ones, as far as they are remembered, and how many ids they have."""
    first = 0
    while remembered > MOST_REMEMBERED or len(changed) - first > MOST_STATEMENTS:
        remembered -= len(changed[first][1])
        first += 1
    return changed[first:], remembered
