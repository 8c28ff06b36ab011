"""A slice of many matches: the ids of the sort's index are read here, and theirs are kept.

PostgreSQL looks a short list up in a hash while it reads (`index_walk`). A long one would have to
be handed over with each search; to hand over the ids that the index has is quicker, because a list
that is long is soon met. And this reading can stop: the matches may lie at the list's other end.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.id_pieces import Bounds, read_ids
from catalogtool.catalog.search.index_walk import sort_listed
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import Reader, one_snapshot

# So many standard deviations more than expected are read at once, and so many rows at least.
SURE, LEAST = 3, 100


def scan_index(
    session: Reader,
    reading: Reading,
    kept: Callable[[Int64s], NDArray[np.bool_]],
    part: Slice,
    rows: float,
    most: float,
    bounds: Bounds,
) -> list[Position] | None:
    """The slice of the videos that are `kept`, expected among so many rows of the index.

    None if more than `most` of its rows would have to be read.
    """
    if part.limit == 0:
        return []
    # Or what moves between two statements would be met twice, or not at all.
    with one_snapshot(session):
        wanted = part.offset + part.limit
        found: list[Int64s] = []
        number = looked_at = 0
        size = int(rows * (1 + SURE / sqrt(wanted))) + LEAST
        for ids in read_ids(session, reading, part.start, bounds, size):
            found.append(ids[kept(ids)])
            number += len(found[-1])
            looked_at += len(ids)
            if number >= wanted:
                break
            if looked_at >= most:
                return None
        met = np.concatenate(found)[part.offset : wanted] if found else np.empty(0, np.int64)
        if not len(met):
            return []
        return sort_listed(session, reading, met, Slice(None, 0, part.limit))
