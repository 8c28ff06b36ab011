"""How many videos have which facets: a ledger of counts in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from catalogtool.catalog.search.facets import FacetTest
from catalogtool.core.arrays import Int64s

# Added entries are summed up with the others when they are more than this share of all.
MOST_ADDED = 0.25
# Answers that are kept.
MOST_KEPT = 1_000


@dataclass(frozen=True)
class Counts:
    """Parallel arrays: a number of facets, and by how many videos it counts; sums tell.

    The first `summed` entries have each number once.
    """

    facets: Int64s
    videos: Int64s
    summed: int
    _asked: dict[FacetTest, int] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, facets: Int64s, videos: Int64s) -> Counts:
        """Sum up entries in any order."""
        codes, places = np.unique(facets, return_inverse=True)
        sums = np.zeros(len(codes), np.int64)
        np.add.at(sums, places, videos)
        kept = sums != 0
        return cls(codes[kept], sums[kept], int(kept.sum()))

    def plus(self, facets: Int64s, videos: Int64s) -> Counts:
        """The same after a change."""
        if not len(facets):
            return self
        all_facets = np.concatenate((self.facets, facets))
        all_videos = np.concatenate((self.videos, videos))
        if len(all_facets) - self.summed > MOST_ADDED * len(all_facets):
            return Counts.of(all_facets, all_videos)
        return Counts(all_facets, all_videos, self.summed)

    def number(self, test: FacetTest) -> int:
        """How many videos pass."""
        known = self._asked.get(test)
        if known is None:
            known = int(self.videos[test.among(self.facets)].sum())
            if len(self._asked) > MOST_KEPT:
                self._asked.clear()
            self._asked[test] = known
        return known

    def passing(self, test: FacetTest) -> Int64s:
        """The numbers that pass and that a video may have."""
        return np.unique(self.facets[test.among(self.facets)])
