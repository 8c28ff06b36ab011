"""Where in a list a slice must lie, if each video's place is known but for its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalogtool.catalog.search.cursors import Position
from catalogtool.core.arrays import Int64s

# So many videos of a list may be anywhere; with more, other ways are quicker.
MOST_UNKNOWN = 500


@dataclass(frozen=True)
class Window:
    """The slice is among the videos `ids`: once they are in order, behind `skip` of them.

    With a `start` it begins behind that video, which is one of them.
    """

    ids: Int64s
    skip: int
    limit: int
    start: Position | None = None

    def cut(self, rows: Sequence[Position]) -> list[Position] | None:
        """The slice of these rows, all videos of the window in order.

        None if the video to start from has another value now than the one it is named with.
        """
        first = self.skip
        if self.start is not None:
            if self.start not in rows:
                return None
            first = rows.index(self.start) + 1
        return list(rows[first : first + self.limit])


@dataclass(frozen=True)
class Listed:
    """A list of videos in the order of their ids, each with its place while reading.

    The place is -1 where it is not known; several may have the same one. Where `equal` is true of a
    place, all of its videos have one value, so that they stand in the order of their ids.
    """

    ids: Int64s
    places: NDArray[np.int32]
    equal: NDArray[np.bool_]
    forward: bool

    @property
    def too_many_unknown(self) -> bool:
        """Whether so many may be anywhere that other ways are quicker."""
        return len(self._unknown) > MOST_UNKNOWN

    def from_first(self, offset: int, limit: int) -> Window:
        """So many videos behind so many."""
        # Any unknown one may stand before the slice: by so many less are passed over unseen.
        unknown = len(self._unknown)
        passed = max(0, offset - unknown - 1) if unknown else offset
        lowest = int(np.searchsorted(self._ends, passed, side="right"))
        if lowest == len(self._ends):
            return Window(self._unknown, offset - int(self._ends[-1]), limit)
        before = self._before(lowest)
        first = self._at(lowest)
        if self.equal[lowest]:
            first, before = first[passed - before :], passed
        rest = self._some_after(lowest, offset + limit)
        if self.equal[lowest]:
            first = first[: offset + limit - passed]
        return self._window([first, *rest], offset - before, limit)

    def from_start(self, start: Position, place: int, limit: int) -> Window | None:
        """So many videos behind this one, which has this place; None if it is not known."""
        if place < 0:
            return None
        here = self._at(place)
        wanted = limit
        if self.equal[place]:
            here = here[here > start.id] if self.forward else here[here < start.id]
            here = here[:limit]
            wanted -= len(here)
        rest = self._some_after(place, int(self._ends[place]) + wanted) if wanted else []
        itself = np.array([start.id], np.int64)
        return self._window([here, *rest, itself], 0, limit, start)

    @cached_property
    def _unknown(self) -> Int64s:
        return self.ids[self.places < 0]

    @cached_property
    def _ends(self) -> Int64s:
        """For each place how many of the videos stand there or before."""
        known = self.places[self.places >= 0]
        ends: Int64s = np.cumsum(np.bincount(known, minlength=len(self.equal)))
        return ends

    def _before(self, place: int) -> int:
        return int(self._ends[place - 1]) if place else 0

    def _at(self, place: int) -> Int64s:
        """The videos of one place, in the order of reading if they are equal."""
        found = self.ids[self.places == place]
        return found if self.forward else np.flip(found)

    def _some_after(self, place: int, last: int) -> list[Int64s]:
        """Those beyond a place, up to the one that is `last` in the list, and its neighbours."""
        highest = min(int(np.searchsorted(self._ends, last)), len(self._ends) - 1)
        if highest <= place:
            return []
        final = self._at(highest)
        if self.equal[highest]:
            final = final[: last - self._before(highest)]
        return [self.ids[(self.places > place) & (self.places < highest)], final]

    def _window(
        self, parts: Sequence[Int64s], skip: int, limit: int, start: Position | None = None
    ) -> Window:
        return Window(np.unique(np.concatenate([*parts, self._unknown])), skip, limit, start)
