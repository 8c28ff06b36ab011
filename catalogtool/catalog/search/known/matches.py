"""The videos that a filter was found to match lately, so that a page of them is at hand.

A person who looks for a word turns pages, sorts and adds facets: all of it is about the same
videos. They are kept until too many have changed; the few that did are looked at again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from catalogtool.core.arrays import Int64s, are_listed

# 16 bytes each.
MOST_IDS, LONGEST = 2_000_000, 500_000
# With more changed videos than this, to look at them costs as much as to search again.
MOST_CHANGED = 2_000


@dataclass(frozen=True)
class Matches:
    """All videos that match, in the order of their ids, and their facets."""

    ids: Int64s
    facets: Int64s

    @classmethod
    def of(cls, ids: Int64s, facets: Int64s) -> Matches:
        """Of videos in any order."""
        order = np.argsort(ids)
        return cls(ids[order], facets[order])

    @classmethod
    def none(cls) -> Matches:
        """No video."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, kept: NDArray[np.bool_]) -> Matches:
        """Those for which `kept` is true."""
        return self if kept.all() else Matches(self.ids[kept], self.facets[kept])

    def without(self, ids: Int64s) -> Matches:
        """Those that are not among these ids."""
        return self.only(~are_listed(self.ids, ids)) if len(ids) else self

    def among(self, others: Matches) -> Matches:
        """Those that are among the others as well."""
        return self.only(are_listed(self.ids, others.ids))

    def plus(self, others: Matches) -> Matches:
        """These and the others."""
        return Matches.of(
            np.concatenate((self.ids, others.ids)), np.concatenate((self.facets, others.facets))
        )


# None stands for more videos than are ever listed.
Found = Matches | None


class Shelf:
    """The matches found last, up to a number of ids; each with the state it was found in."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[int, Found]] = OrderedDict()
        self._ids = 0

    def take(self, key: Hashable) -> tuple[int, Found] | None:
        """What was put there last under this key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, sequence: int, found: Found) -> None:
        """Keep this unless it is very long, and as many of the others as there is room for."""
        with self._lock:
            self._drop(key)
            if _size(found) > LONGEST:
                return
            self._kept[key] = (sequence, found)
            self._ids += _size(found)
            while self._ids > MOST_IDS:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._ids = 0

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._ids -= _size(self._kept.pop(key)[1])


def _size(found: Found) -> int:
    """At least the size of a key."""
    return 100 + (0 if found is None else len(found))
