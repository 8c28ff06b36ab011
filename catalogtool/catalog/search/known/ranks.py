"""The order of all videos by one sort, kept so coarsely that two bytes tell a video's place.

Neighbours in the order, some hundred of them, share a rank; those with the same value always do, be
they ever so many. So a slice of any list lies among the videos of a few ranks, and only these are
looked up and put in order. What has changed since the order was read has no rank: it may be
anywhere, and is looked up with each slice.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from catalogtool.catalog.search.known.rank_tests import Flags, Ranked, RankTest
from catalogtool.catalog.search.known.slices import Listed, Window
from catalogtool.catalog.search.known.writes import Ledger
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.core.arrays import Int64s, in_pieces
from catalogtool.core.db import Reader

# Ids that no video had, videos without a value, and those whose place is not known.
ABSENT, VALUELESS, UNKNOWN = 0xFFFD, 0xFFFE, 0xFFFF
# With more of all videos than this share unknown, the order should be read anew.
STALE_SHARE = 0.01
# Videos that are tested at once.
TESTED = 1 << 16


class Ranks:
    """The rank of each video by its id: two bytes for each id up to the largest.

    They are right as of `ledger`, and tell nothing wrong to who sees no more than that. For all
    threads.
    """

    def __init__(
        self,
        ranks: NDArray[np.uint16],
        equal: NDArray[np.bool_],
        ledger: Ledger,
        sequence: int = 0,
        values: Ranked | None = None,
    ) -> None:
        """`equal` tells of each rank whether all its videos have the same value, and `values` which
        ones they have; `sequence` is that of a `State` no newer than the ledger.
        """
        self._ranks = ranks
        self._equal = equal
        self._sequence = sequence
        self.values = values
        self._lock = Lock()
        self._unknown = 0
        self._is_wanting = False
        self.is_lost = False
        # New videos, of which the order knows nothing.
        self._beyond = np.empty(0, np.int64)
        self.ledger = ledger

    @property
    def is_stale(self) -> bool:
        """Whether so many have changed that the order should be read anew."""
        return self.is_lost or self._is_wanting or self._unknown > STALE_SHARE * len(self._ranks)

    def follow(self, session: Reader) -> None:
        """Take in what has changed; if nobody can tell, there are no windows any more."""
        told = self.ledger.read(session)
        if told is None:
            self.is_lost = True
            return
        ids, ledger = told
        with self._lock:
            within = self._has(ids)
            self._unknown += int(np.count_nonzero(self._ranks[ids[within]] != UNKNOWN))
            self._ranks[ids[within]] = UNKNOWN
            beyond = np.union1d(self._beyond, ids[~within])
            self._unknown += len(beyond) - len(self._beyond)
            self._beyond = beyond
            # Only now: who asks for the ledger first never trusts a rank for too long.
            self.ledger = ledger

    def keep_up(self, session: Reader, sequence: int) -> bool:
        """Be no older than the state of this number; False if that can't be."""
        if sequence > self._sequence:
            self.follow(session)
            self._sequence = max(self._sequence, sequence)
        return not self.is_lost

    def among(self, ids: Int64s, test: RankTest) -> tuple[Flags, Flags]:
        """Which of these videos match, and which ones may."""
        ranks = self._of(ids)
        sure, unsure = _by_rank(test)
        return sure[ranks], unsure[ranks]

    def passing(self, test: RankTest) -> tuple[Int64s, Int64s]:
        """The ids of all videos that match, and of those that may, in order."""
        asked = np.flatnonzero(np.logical_or(*_by_rank(test))[:UNKNOWN])
        first, last = (int(asked[0]), int(asked[-1])) if len(asked) else (UNKNOWN, UNKNOWN)
        ids = [
            at + np.flatnonzero((some >= first) & (some <= last) | (some == UNKNOWN))
            for at, some in in_pieces(self._ranks, TESTED)
        ]
        near = np.concatenate(ids) if ids else np.empty(0, np.int64)
        sure, unsure = self.among(near, test)
        return near[sure], np.concatenate((near[unsure], self._beyond))

    @property
    def unknown(self) -> int:
        """How many videos have changed since the order was read, so that they have no rank."""
        return self._unknown

    def window(self, ids: Int64s, reading: Reading, part: Slice) -> Window | None:
        """Where a slice of the videos with these ids, in order, is; None if that is not known."""
        if self.is_lost:
            return None
        places, equal = self._along(reading)
        listed = Listed(ids, places[self._of(ids)], equal, reading.forward)
        if listed.too_many_unknown:
            self._is_wanting = True
            return None
        if part.start is None:
            return listed.from_first(part.offset, part.limit)
        place = int(places[self._of(np.array([part.start.id], np.int64))[0]])
        return listed.from_start(part.start, place, part.limit) if not part.offset else None

    def places(self, ids: Int64s, reading: Reading) -> NDArray[np.int32]:
        """The place of each of these videos while reading, -1 where it is not known."""
        return self._along(reading)[0][self._of(ids)]

    def _of(self, ids: Int64s) -> NDArray[np.uint16]:
        if not len(self._ranks):
            return np.full(len(ids), UNKNOWN, np.uint16)
        found = self._ranks.take(ids, mode="clip")
        found[~self._has(ids)] = UNKNOWN
        return found

    def _has(self, ids: Int64s) -> Flags:
        """Which of these ids there were when the order was read, or could have been."""
        return (ids >= 0) & (ids < len(self._ranks))

    def _along(self, reading: Reading) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The place of each rank while reading, -1 for the unknown; and `equal` of each place.

        What has no value comes last in the list, so first when it is read backwards.
        """
        number = len(self._equal)
        turned = slice(None, None, -1 if reading.values_descend else 1)
        places = np.full(UNKNOWN + 1, -1, np.int32)
        places[:number] = np.arange(1, number + 1, dtype=np.int32)[turned]
        places[VALUELESS] = number + 1 if reading.forward else 0
        return places, np.concatenate(([True], self._equal[turned], [True]))


def _by_rank(test: RankTest) -> tuple[Flags, Flags]:
    sure, unsure = np.zeros((2, UNKNOWN + 1), np.bool_)
    sure[: len(test.sure)], unsure[: len(test.unsure)] = test.sure, test.unsure
    sure[VALUELESS], unsure[UNKNOWN] = test.valueless, True
    return sure, unsure
