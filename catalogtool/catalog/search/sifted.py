"""A slice of very many matches that are among candidates: these are looked at in the order of the
list, and only until the slice is full. If nothing is left to look for, the candidates match."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.known.listing import look_at
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.ranked import slice_by_ranks
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import Reader, one_snapshot

# So much more than expected is looked at first, and so much more each time that it was too little.
LEAST, MORE, GROWTH = 20, 1.2, 3
# Then something else is quicker.
MOST_SIFTED = 30_000


def is_sifted(looks: float) -> bool:
    """Whether so few looks are expected that `sift` begins at all."""
    return looks * MORE + LEAST <= MOST_SIFTED


def sift(
    session: Reader,
    ranks: Ranks,
    reading: Reading,
    candidates: Int64s,
    conditions: Sequence[Condition],
    part: Slice,
    looks: float,
) -> list[Position] | None:
    """The slice of the candidates that meet the conditions; about so many looks are expected.

    None if it takes far more, or if the order is not known well enough.
    """
    if not conditions:
        return slice_by_ranks(session, ranks, reading, candidates, part)
    wanted = part.offset + part.limit
    found: list[Position] = []
    start, size, looked_at = part.start, int(looks * MORE) + LEAST, 0
    # Or what moves between two statements would be met twice, or not at all.
    with one_snapshot(session):
        while len(found) < wanted:
            if looked_at + size > MOST_SIFTED:
                return None
            rows = slice_by_ranks(session, ranks, reading, candidates, Slice(start, 0, size))
            if rows is None:
                return None
            found += _meeting(session, rows, conditions)
            if len(rows) < size:
                break
            looked_at += size
            start, size = rows[-1], GROWTH * size
    return found[part.offset : wanted]


def _meeting(
    session: Reader, rows: Sequence[Position], conditions: Sequence[Condition]
) -> list[Position]:
    ids = np.array([row.id for row in rows], np.int64)
    kept = set(look_at(session, ids, conditions).ids.tolist())
    return [row for row in rows if row.id in kept]
