"""The places of a page's rows and the number of all matches, found in the cheapest way.

Five ways lead to a page. *List*: have the ids of all matches at hand, and look up those that the
order of all videos tells are near; or read the sort's index as far as the page goes, or find each.
*Sift*: have candidates at hand, and look at them in their order. *Walk*: read the sort's index from
the page's start and test each video; good where so many match that nobody would list them.
*Gather*: find all matches by the filters' own indexes and sort them. *Gather along*: the same by
the whole of the sort's index. What the process remembers tells which it is; costs in microseconds a
row, as measured, decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf

from sqlalchemy import func, select

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.estimate import EXACT_UP_TO, Estimate
from catalogtool.catalog.search.id_pieces import FEW, STAMPED, Bounds
from catalogtool.catalog.search.index_walk import Told, sort_listed, walk_index
from catalogtool.catalog.search.known.listing import MOST_LISTED
from catalogtool.catalog.search.known.matches import Matches
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.lists import WALK_COST
from catalogtool.catalog.search.ordering import Ordering
from catalogtool.catalog.search.pages import Slice, gather, gather_along, walk
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.question import Question
from catalogtool.catalog.search.ranked import slice_by_ranks
from catalogtool.catalog.search.reach import Reach
from catalogtool.catalog.search.scan import scan_index
from catalogtool.catalog.search.sifted import sift
from catalogtool.catalog.search.told import RANK_COST
from catalogtool.core.arrays import are_listed
from catalogtool.core.db import Reader

GATHER_COST, KEY_COST = 3.0, 5.0
HASH_COST, SCAN_COST, SCAN_LEAST = 0.3, 0.3, 1_000
# For each video of the catalogue, of which many lie before the first title in another script.
FAR_COST, FIRST_OTHER = 0.015, "\u0250"
# A walk may take so often as long as to sort all matches, at worst.
RISK = 4
# Never gather more than this: what it takes must stay far below a second.
MOST_GATHERED = 500_000
# A walk may look at so many videos, and at four times as many as are expected, in vain.
LEAST_BUDGET = 10_000
# Of so many entries, short ties are quicker sorted than visited value by value.
MANY = 2_000
# So far a page can be asked for by its number; beyond, a cursor reads on at the same speed.
PAGED = 10_000
# But the pages that are told of end where a walk would take so many microseconds.
LONG_WALK, LEAST_PAGED = 25_000, 1_000
# By the ranks of its videos a slice of a list is quicker found than by sorting more than so many.
MANY_LISTED = 100
# To sort all of a list that is at hand may take longer: that is for any page.
LONG_SORT = 64_000


@dataclass(frozen=True)
class Total:
    """The number of matches; an estimate above 10,000 where it is not exact."""

    matches: int
    exact: bool
    # So many matches can be reached by the number of a page.
    paged: int = PAGED


@dataclass(frozen=True)
class Search:
    """A question, and which slice of its matches is asked for."""

    session: Reader
    question: Question
    reading: Reading
    part: Slice

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.question, self.reading, self.part)

    @property
    def _ranks(self) -> Ranks | None:
        return self._reach.ranks

    def find(self, *, exact: bool) -> tuple[Total, list[Position]]:
        """The number of matches and the places of the slice."""
        question = self.question
        if question.at_most == 0:
            return Total(0, exact=True), []
        if question.passing is not None and question.only_facets:
            return self._find_by_facets(question.passing)
        listed = question.find_all(self._patience)
        if listed is not None:
            return self._total_of(listed), self._places(listed)
        return self._find_many(exact=exact)

    def _total_of(self, listed: Matches) -> Total:
        """Their number; and how far pages go that are found soon enough."""
        number = len(listed)
        if number * KEY_COST <= LONG_SORT or self._ranks is not None:
            return Total(number, exact=True)
        one = self.question.videos / number * SCAN_COST
        return Total(number, exact=True, paged=_between(LEAST_PAGED, int(LONG_SORT / one), PAGED))

    def _patience(self) -> float:
        """How long listing all matches may take (microseconds): a walk may be quicker."""
        estimate = self.question.estimate
        if not estimate.surely_many:
            return inf
        matches = max(EXACT_UP_TO + 1, self._expected(estimate))
        walking = self._reach.walking(matches)
        if self._ranks is None:
            return max(walking, self.question.videos * FAR_COST) if self._is_far else walking
        ways = (c for c in self.question.candidates() if c.phrase is None)
        return min(walking, *(self._reach.sifting(way, matches) for way in ways))

    @property
    def _is_far(self) -> bool:
        """Whether a text lies at the other end of the titles: other scripts come after Latin."""
        text = self.question.filters.search
        if not text or self.reading.ordering.field != "title":
            return False
        return (text[0] < FIRST_OTHER) == self.reading.values_descend

    def _expected(self, estimate: Estimate) -> int:
        return min(estimate.matches, self.question.at_most)

    def _find_by_facets(self, passing: int) -> tuple[Total, list[Position]]:
        """Nothing but facets is asked for, and they have been counted."""
        matches = max(0, passing - self.question.count_left_out())
        paged = PAGED if passing <= MOST_LISTED else self._paged(matches)
        total = Total(matches, exact=True, paged=paged)
        if self.part.start is None:
            if self.part.offset >= matches:
                return total, []
            if self.part.offset > matches / 2:
                return total, self._from_the_end(matches)._places_by_facets(passing, matches)[::-1]
        return total, self._places_by_facets(passing, matches)

    def _places_by_facets(self, passing: int, matches: int) -> list[Position]:
        one = KEY_COST if self._ranks is None else RANK_COST
        listing = self.question.cost_of_facets() + passing * one
        if listing < self._reach.walking(matches):
            listed = self.question.find_all()
            if listed is not None:
                return self._places(listed)
        places = self._sifted(matches)
        return (self._walk() or []) if places is None else places

    def _places(self, listed: Matches) -> list[Position]:
        """The slice of matches that are at hand."""
        number = len(listed)
        if number > MANY_LISTED and self._ranks is not None:
            ids, part = listed.ids, self.part
            places = slice_by_ranks(self.session, self._ranks, self.reading, ids, part)
            if places is not None:
                return places
        if self.part.start is None:
            if self.part.offset >= number:
                return []
            if self.part.offset > number / 2:
                return self._from_the_end(number)._places(listed)[::-1]
        rows = self._reach.rows_to_read(number)
        sorting, scanning = number * KEY_COST, SCAN_LEAST + rows * SCAN_COST
        walking = number * HASH_COST + rows * WALK_COST
        # Who walks does so until the slice is full; the matches may lie at the list's other end.
        if self._reach.limits or self.question.videos * WALK_COST > RISK * sorting:
            walking = inf
        if sorting <= min(walking, scanning):
            return sort_listed(self.session, self.reading, listed.ids, self.part)
        if walking < scanning:
            told = Told(listed=listed.ids)
            places = walk_index(self.session, self._reading_for(rows), told, self.part)
            if places is not None:
                return places
        return self._scan(listed, rows)

    def _scan(self, listed: Matches, rows: float) -> list[Position]:
        places = scan_index(
            self.session,
            self._reading_for(rows),
            lambda ids: are_listed(ids, listed.ids),
            self.part,
            rows=rows,
            # No longer than it would take to sort them all.
            most=LEAST_BUDGET + len(listed) * KEY_COST / SCAN_COST,
            bounds=Bounds(self._reach.limits, self._reach.may_lack_value),
        )
        if places is None:
            return sort_listed(self.session, self.reading, listed.ids, self.part)
        return places

    def _from_the_end(self, number: int) -> Search:
        """The same slice of a list of this length, read backwards."""
        rows = min(self.part.limit, number - self.part.offset)
        part = Slice(None, number - self.part.offset - rows, rows)
        return replace(self, reading=self.reading.backwards, part=part)

    def _find_many(self, *, exact: bool) -> tuple[Total, list[Position]]:
        """Too many to be listed at once; but they may be 10,000 at most, which are counted."""
        question, estimate = self.question, self.question.estimate
        expected, least = self._expected(estimate), EXACT_UP_TO + 1
        if not estimate.surely_many:
            most = MOST_GATHERED if self._is_better_gathered(expected) else MOST_LISTED
            found, places = self._gather(most)
            if found <= most:
                return Total(found, exact=True), places
            least = found
        total = Total(max(least, expected), exact=False, paged=self._paged(max(least, expected)))
        if exact:
            total = replace(total, matches=self._count(), exact=True)
        walked = self._sifted(total.matches)
        if walked is None and not self._is_better_gathered(total.matches):
            # The matches may lie at the list's other end; then it is better to find them all.
            checked = self._reach.rows_to_check(total.matches)
            beyond = question.beyond_value(self.reading.ordering.field)
            budget = LEAST_BUDGET + int(4 * checked) if beyond else None
            if budget is None or self._reach.checked(total.matches) <= budget:
                walked = self._walk(budget)
        if walked is not None:
            return total, walked
        listed = question.find_all()
        if listed is not None:
            return self._total_of(listed), self._places(listed)
        if total.matches <= MOST_GATHERED:
            found, places = self._gather(MOST_GATHERED)
            if found <= MOST_GATHERED:
                return Total(found, exact=True), places
        return total, self._walk() or []

    def _sifted(self, matches: int) -> list[Position] | None:
        """The slice, by a look at candidates in its order until it is full; where that takes less
        than to walk."""
        reach, walking = self._reach, self._reach.walking(matches)
        for candidates in self.question.candidates():
            if reach.sifting(candidates, matches) >= walking or reach.ranks is None:
                continue
            looks_of = partial(reach.looks, candidates, matches)
            told = self.question.narrowed(candidates, looks_of)
            if told is None:
                continue
            ids, conditions = told[0].ids, told[1]
            left = len(ids) if conditions else 0
            if reach.sifting(candidates, matches, left) >= walking:
                continue
            looks = looks_of(left)
            places = sift(
                self.session, reach.ranks, self.reading, ids, conditions, self.part, looks
            )
            if places is not None:
                return places
        return None

    def _paged(self, matches: int) -> int:
        """So many rows of the list as a walk reads before it takes long."""
        # Whatever lies before the first match is read once, and with a list at hand nothing is.
        one = replace(self, part=Slice(None, 0, 1))._reach.walking_evenly(matches)
        return _between(LEAST_PAGED, int(LONG_WALK / one), PAGED)

    def _is_better_gathered(self, matches: int) -> bool:
        cost = matches * GATHER_COST
        if self.question.passing is None and self.question.only_facets:
            cost += self.question.videos * WALK_COST
        return matches <= MOST_GATHERED and cost < self._reach.walking(matches)

    def _gather(self, most: int) -> tuple[int, list[Position]]:
        question, reading = self.question, self.reading
        if question.only_facets:
            on_index = self._on_index(reading.ordering)
            return gather_along(self.session, reading, on_index, self.part, most)
        return gather(self.session, reading, question.conditions(), self.part, most)

    def _on_index(self, order: Ordering) -> list[Condition]:
        """What the index of a sort can tell."""
        return [self.question.test.condition(order.facets), *self.question.kept(order.id)]

    def _walk(self, budget: int | None = None) -> list[Position] | None:
        question, order = self.question, self.reading.ordering
        matches = question.estimate.matches if question.beyond else question.at_most
        beyond = question.beyond_value(order.field)
        rows = self._reach.rows_to_read(matches)
        told = question.told if question.only_facets and not self._reach.limits else None
        if told is not None:
            stamped = order.field in STAMPED and MANY <= rows < FEW
            passes = question.passes if stamped else None
            if passes is not None and self.reading.visits_values:
                most = LEAST_BUDGET + 4 * rows
                places = scan_index(
                    self.session, self.reading, passes, self.part, rows, most, Bounds()
                )
                if places is not None:
                    return places
            places = walk_index(self.session, self._reading_for(rows), told, self.part)
            if places is not None:
                return places
        on_index = [*self._on_index(order), *question.told_by(order.field)]
        return self._read_along(on_index, beyond, rows, budget)

    def _reading_for(self, rows: float) -> Reading:
        return self.reading if rows < MANY else self.reading.past_short_ties

    def _read_along(
        self,
        on_index: Sequence[Condition],
        beyond: Sequence[Condition],
        rows: float,
        budget: int | None = None,
    ) -> list[Position] | None:
        return walk(
            self.session,
            self._reading_for(rows),
            on_index,
            beyond,
            self.part,
            self._reach.limits,
            also_without_value=self._reach.may_lack_value,
            budget=budget,
        )

    def _count(self) -> int:
        matching = select(func.count()).select_from(Video).where(*self.question.conditions())
        return int(self.session.execute(matching).scalar_one())


def _between(least: int, number: int, most: int) -> int:
    return max(least, min(number, most))
