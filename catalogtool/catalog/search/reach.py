"""How far along its sort a slice lies, and what it takes to read until there (microseconds)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

from catalogtool.catalog.search.bounds import bounds_of, bounds_of_lengths
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.depth import Depth, depth_of
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.lists import WALK_COST
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.question import Candidates, Question

# To look whether a video matches, and what to look at candidates in the order of the list takes at
# least.
CHECK_COST, SIFT_LEAST = 1.5, 1_000


@dataclass(frozen=True)
class Reach:
    """The slice of a question's matches while reading; `matches` is always their number."""

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

    def walking(self, matches: int) -> float:
        """To read along the sort's index, and look at what passes the facets."""
        question = self.question
        checked = self.rows_to_check(matches)
        read = checked * question.videos / max(question.at_most, matches, 1)
        if self._depth is not None:
            read, checked = max(read, self._depth.read), max(checked, self._depth.passing)
        beyond = question.beyond_value(self.reading.ordering.field)
        return read * WALK_COST + (checked * self._check_cost if beyond else 0.0)

    def sifting(self, candidates: Candidates, matches: int, left: float | None = None) -> float:
        """To list candidates, and look at them in the order of the list: at what it takes of the
        `left`, or of those of which it is known beforehand."""
        if candidates.cost == inf:
            return inf
        looks = self.looks(candidates, matches, candidates.left if left is None else left)
        return candidates.cost + SIFT_LEAST + looks * self._check_cost

    def looks(self, candidates: Candidates, matches: int, left: float) -> float:
        """At how many candidates of those that are left this looks."""
        looks = self.end * left / max(matches, 1)
        if left and candidates.phrase is None and self._depth is not None:
            return max(looks, self._depth.passing)
        return looks

    @property
    def _check_cost(self) -> float:
        return CHECK_COST * self.question.farness

    @cached_property
    def _depth(self) -> Depth | None:
        """How far a walk goes, where the matches do not lie evenly."""
        by_length = self.reading.ordering.field == "video_length"
        if self.question.asks_for_nearly_all or (self.bounds and not by_length):
            return None
        if self.ranks is None:
            return None
        place = -1
        if self.part.start is not None:
            place = self.ranks.place(self.part.start.id, self.reading)
            if place < 0:
                return None
        sampled = self.question.sampled(self.reading, self.ranks, limited=bool(self.limits))
        return None if sampled is None else depth_of(sampled, place, self.end)
