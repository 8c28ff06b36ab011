"""How far along its sort a slice lies, and what it takes to read until there (microseconds)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np

from catalogtool.catalog.search.bounds import bounds_of, bounds_of_lengths
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.depth import Depth, depth_of, standing
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.slices import MOST_UNKNOWN
from catalogtool.catalog.search.lists import WALK_COST
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.question import Candidates, Question
from catalogtool.catalog.search.sifted import is_sifted

# To look whether a video matches, and what to look at candidates in the order of the list takes at
# least.
CHECK_COST, SIFT_LEAST = 1.5, 1_000


@dataclass(frozen=True)
class Reach:
    """A slice of the matches of a question, in the order of reading.

    Its methods are given the number of all matches.
    """

    question: Question
    reading: Reading
    part: Slice

    @property
    def end(self) -> int:
        """So many matches are passed until the slice is full."""
        return self.part.offset + self.part.limit

    @cached_property
    def bounds(self) -> list[Condition]:
        """What the filters say of the sort's own value."""
        order, question = self.reading.ordering, self.question
        return bounds_of(order.field, order.value, question.filters, question.names)

    @cached_property
    def limits(self) -> list[Condition]:
        """The bounds, and those that follow from the facets: no short video takes an hour."""
        order, asked = self.reading.ordering, self.question.filters
        telling = asked.is_short is not None or asked.is_live_stream is not None
        if order.field != "video_length" or not telling or self.bounds:
            return self.bounds
        return bounds_of_lengths(order.value, self.question.lengths)

    @property
    def may_lack_value(self) -> bool:
        """Whether a match may have no value to be sorted by."""
        return not self.bounds or self.reading.ordering.field in self.question.filters.missing

    @cached_property
    def ranks(self) -> Ranks | None:
        """The order of all videos; None where it is not at hand, but soon it will be."""
        return self.question.ranks(self.reading.ordering.field)

    def rows_to_read(self, matches: int) -> float:
        """About how many entries of the sort's index lie before the slice's end, if the matches lie
        evenly."""
        share = self.end / max(matches, 1) * self.question.videos
        return min(share, self.end if self.bounds else self.question.videos)

    def rows_to_check(self, matches: int) -> float:
        """How many of these pass the facets."""
        expected = self.end / max(matches, 1) * max(self.question.at_most, matches)
        return min(expected, self.end) if self.bounds else expected

    def walking_evenly(self, matches: int) -> float:
        """To read along the sort's index, and look at what passes the facets, if the matches lie
        evenly."""
        return self._cost_of_reading(*self._even(matches))

    def walking(self, matches: int) -> float:
        """The same, wherever they lie."""
        depth = self._deepest(matches)
        return self._cost_of_reading(depth.read, depth.passing)

    def checked(self, matches: int) -> float:
        """How many videos that pass the facets are looked at then."""
        return self._deepest(matches).passing

    def sifting(self, candidates: Candidates, matches: int, left: float | None = None) -> float:
        """To list candidates, and look at some in the order of the list; infinite if they are too
        many. So many are `left` once they are listed; before, a guess has to do."""
        if candidates.cost == inf or self._is_unsteady(candidates):
            return inf
        looks = self.looks(candidates, matches, candidates.left if left is None else left)
        if not is_sifted(looks):
            return inf
        return candidates.cost + SIFT_LEAST + looks * self._check_cost

    def looks(self, candidates: Candidates, matches: int, left: float) -> float:
        """How many of the candidates that are left are looked at until the slice is full."""
        looks = self.end * left / max(matches, 1)
        if candidates.phrase is not None or self._depth is None:
            return looks
        share = min(1.0, left / max(self.question.expected_passing, 1.0))
        return max(looks, self._depth.passing * share)

    def _is_unsteady(self, candidates: Candidates) -> bool:
        """Whether too many of those that pass the facets have no rank, because they changed."""
        if candidates.phrase is not None or self.ranks is None:
            return False
        share = self.question.expected_passing / max(self.question.videos, 1)
        return self.ranks.unknown * share > MOST_UNKNOWN

    def _even(self, matches: int) -> tuple[float, float]:
        """Videos that are read, and looked at, if the matches lie evenly."""
        checked = self.rows_to_check(matches)
        most = max(self.question.at_most, matches, 1)
        return checked * self.question.videos / most, checked

    def _deepest(self, matches: int) -> Depth:
        read, checked = self._even(matches)
        if self._depth is None:
            return Depth(read, checked)
        return Depth(max(read, self._depth.read), max(checked, self._depth.passing))

    def _cost_of_reading(self, read: float, checked: float) -> float:
        beyond = self.question.beyond_value(self.reading.ordering.field)
        return read * WALK_COST + (checked * self._check_cost if beyond else 0.0)

    @property
    def _check_cost(self) -> float:
        return CHECK_COST * self.question.farness

    @cached_property
    def _depth(self) -> Depth | None:
        """How far a walk goes, where the matches do not lie evenly."""
        by_length = self.reading.ordering.field == "video_length"
        asks_for_all = self.question.asks_for_nearly_all or not self.end
        if asks_for_all or (self.bounds and not by_length) or self.ranks is None:
            return None
        start = -1
        if self.part.start is not None:
            ids = np.array([self.part.start.id], np.int64)
            places = self.ranks.places(ids, self.reading)
            start = int(standing(places, ids, forward=self.reading.forward)[0])
            if start < 0:
                return None
        sampled = self.question.sampled(self.reading, self.ranks, limited=bool(self.limits))
        return None if sampled is None else depth_of(sampled, start, self.end)
