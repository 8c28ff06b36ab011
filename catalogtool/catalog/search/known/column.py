"""The facets of all videos as one array, so that those of any list of ids are told at once."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from catalogtool.catalog.search.facets import FacetTest
from catalogtool.catalog.search.known.listing import look_at
from catalogtool.catalog.search.known.matches import Matches
from catalogtool.catalog.search.known.state import State
from catalogtool.core.arrays import Int64s, in_pieces, unpacked
from catalogtool.core.db import Reader, driver_connection

# Where ids are sparse, or more than these, there is no column; a few never take much.
MOST_IDS, IDS_PER_VIDEO, FEW_IDS = 40_000_000, 4, 100_000
# Videos that are read, looked up again, and tested at once.
PIECE, LOOKED_UP, TESTED = 500_000, 2_000, 1 << 16
# An array that has become too short gets longer by so much more than is needed.
GROWTH = 8
# Facets are never negative.
NO_VIDEO = -1

_LARGEST = "SELECT coalesce(max(id), -1), coalesce(min(id), 0) FROM video"
# Along an index that holds all of it, in its order: the last id tells where the next piece begins.
_PIECE = """
SELECT string_agg(int8send(id), ''::bytea ORDER BY updated_at, id),
    string_agg(int8send(facets), ''::bytea ORDER BY updated_at, id), max(updated_at)::text
FROM (
    SELECT updated_at, id, facets FROM video
    WHERE (updated_at, id) > (%(at)s::timestamptz, %(id)s::bigint)
    ORDER BY updated_at, id LIMIT %(most)s) AS piece
"""


class FacetColumn:
    """The facets of each video by its id: eight bytes for each id up to the largest.

    As of `sequence`, a number of `State`, or newer: a video that has changed since may be told as
    it is now. For all threads.
    """

    def __init__(self, facets: Int64s, sequence: int) -> None:
        """`facets` has `NO_VIDEO` for an id that no video has."""
        self._facets = facets
        self._lock = Lock()
        self.sequence = sequence

    def of(self, ids: Int64s) -> Matches:
        """Those of these ids, which are in order, that a video has."""
        facets = self._facets
        first, end = np.searchsorted(ids, (0, len(facets)))
        ids = ids[first:end]
        found = facets[ids]
        return Matches(ids, found).only(found != NO_VIDEO)

    def passes(self, ids: Int64s, test: FacetTest) -> NDArray[np.bool_]:
        """Which of these ids, in any order, a video has that passes."""
        facets = self._facets
        if not len(facets):
            return np.zeros(len(ids), np.bool_)
        found = facets.take(ids, mode="clip")
        passing: NDArray[np.bool_] = test.among(found) & (found != NO_VIDEO) & (ids < len(facets))
        return passing

    def passing(self, test: FacetTest) -> Int64s:
        """The ids of all videos that pass, in order."""
        found = [
            first + np.flatnonzero(test.among(some) & (some != NO_VIDEO))
            for first, some in in_pieces(self._facets, TESTED)
        ]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def follow(self, session: Reader, state: State, most: int) -> bool:
        """Take in what has changed up to a state; False if it is unknown, or if more than `most`
        videos have changed, or if there are too many ids now."""
        if state.sequence <= self.sequence:
            return True
        ids = state.changed_since(self.sequence, most)
        if ids is None or (len(ids) and not fits(int(ids[0]), int(ids[-1]), state.videos)):
            return False
        for first in range(0, len(ids), LOOKED_UP):
            # Nobody waits for more than one of these steps.
            with self._lock:
                self._look_up(session, ids[first : first + LOOKED_UP])
        with self._lock:
            self.sequence = max(self.sequence, state.sequence)
        return True

    def _look_up(self, session: Reader, ids: Int64s) -> None:
        """What is read within the lock is never older than what was written there before."""
        now = look_at(session, ids)
        if ids[-1] >= len(self._facets):
            # Readers keep the one they have, which is as of their state as well.
            longer = _nothing(int(ids[-1]) + 1 + len(self._facets) // GROWTH)
            longer[: len(self._facets)] = self._facets
            self._facets = longer
        gone = np.setdiff1d(ids, now.ids, assume_unique=True)
        self._facets[gone] = NO_VIDEO
        self._facets[now.ids] = now.facets


def load_column(session: Reader, state: State) -> FacetColumn | None:
    """Read the facets of all videos; None if their ids are too many, or too few of them in use.

    What changes while the pieces are read has changed since the state, and is looked up later.
    """
    largest, smallest = driver_connection(session).execute(_LARGEST).fetchone() or (-1, 0)
    if not fits(smallest, largest, state.videos):
        return None
    facets = _nothing(largest + 1)
    for ids, some in _read(session):
        # What is newer than the largest id has changed since, too.
        known = (ids >= 0) & (ids <= largest)
        facets[ids[known]] = some[known]
    return FacetColumn(facets, state.sequence)


def fits(smallest: int, largest: int, videos: int) -> bool:
    """Whether a column with these ids is of a reasonable size for so many videos."""
    return smallest >= 0 and largest < min(MOST_IDS, max(IDS_PER_VIDEO * videos, FEW_IDS))


def _read(session: Reader) -> Iterator[tuple[Int64s, Int64s]]:
    connection = driver_connection(session)
    piece: dict[str, object] = {"at": "-infinity", "id": 0, "most": PIECE}
    number = PIECE
    # What comes behind a last piece has changed meanwhile: nobody runs after that.
    while number == PIECE:
        *columns, at = connection.execute(_PIECE, piece, binary=True).fetchall()[0]
        ids, facets = map(unpacked, columns)
        yield ids, facets
        number = len(ids)
        if number:
            piece |= {"at": at, "id": int(ids[-1])}


def _nothing(size: int) -> Int64s:
    return np.full(size, NO_VIDEO, np.int64)
