"""How far along a sort a walk has to go, where the matches do not lie evenly among all videos.

Short videos are at the end of a list by falling length, and a new channel's at the start of one by
time. The ranks of the sampled videos tell where in the order the matches among them lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from catalogtool.catalog.search.known.rank_tests import Flags
from catalogtool.core.arrays import Int64s

# So many standard deviations more than evenly spread matches need are no chance.
CERTAIN = 5
# Ids of videos that have ranks are less than 2 to the power of this.
ID_BITS = 32


@dataclass(frozen=True)
class Sampled:
    """The sampled videos in one order: where each stands (see `standing`), which of them match, and
    which pass the facets. `share` is how much of the catalogue they are."""

    places: Int64s
    matching: Flags
    passing: Flags
    share: float


@dataclass(frozen=True)
class Depth:
    """About how many videos a walk reads, and how many of these pass the facets."""

    read: float
    passing: float


def standing(places: NDArray[np.int32], ids: Int64s, *, forward: bool) -> Int64s:
    """Where videos stand: by their places among the ranks, and within one by their ids; -1 where a
    place is not known."""
    behind = ids if forward else (1 << ID_BITS) - 1 - ids
    found: Int64s = np.where(places < 0, -1, (places.astype(np.int64) << ID_BITS) | behind)
    return found


def depth_of(sampled: Sampled, start: int, wanted: int) -> Depth | None:
    """How far it is from where one stands (-1: the beginning) to the last of so many matches.

    None if it is about as far as it would be if they were evenly spread.
    """
    ahead = sampled.places > start
    hits = sampled.places[sampled.matching & ahead]
    if not len(hits):
        return None
    nth = min(int(wanted * sampled.share), len(hits) - 1)
    before = ahead & (sampled.places < np.partition(hits, nth)[nth])
    read = np.count_nonzero(before)
    evenly = (nth + 1) / len(hits) * np.count_nonzero(ahead)
    if read <= evenly * (1 + CERTAIN / sqrt(nth + 1)):
        return None
    return Depth(read / sampled.share, np.count_nonzero(before & sampled.passing) / sampled.share)
