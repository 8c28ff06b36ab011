"""The places of a page's rows and the number of all matches, found in the cheapest way.

Three ways lead to a page. *Walk*: read the sort's index from the page's start and skip what does
not match; good where matches are dense. *Gather*: find all matches by the filters' own indexes and
sort them; good where they are few. The ledger of facets, a sample, or a first attempt at gathering
tells which it is, and the costs below (measured, in microseconds a row) decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ARRAY, BigInteger, ColumnElement, func, literal_column, select

from catalogtool.catalog.models import COUNTED_FACETS, FACET_COUNT, Video
from catalogtool.catalog.search.bounds import bounds_of
from catalogtool.catalog.search.census import count_in_channels, count_passing, open_census
from catalogtool.catalog.search.conditions import (
    Condition,
    by_trigrams,
    conditions_beyond_facets,
    conditions_for_indexes,
    in_hidden_channel,
    is_hidden,
    not_in_hidden_channel,
)
from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.estimate import (
    EXACT_UP_TO,
    Estimate,
    count_up_to,
    estimate_by_planner,
    estimate_by_sample,
)
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.ordering import Ordering
from catalogtool.catalog.search.pages import Slice, gather, gather_along, walk
from catalogtool.catalog.search.positions import Reading
from catalogtool.core.db import Reader

WALK_COST, CHECK_COST, GATHER_COST = 0.15, 1.5, 3.0
# Never gather more than this: what it takes must stay far below a second.
MOST_GATHERED = 500_000
GATHERED_AT_FIRST = 20_000
# A walk may look at so many videos, and at four times as many as are expected, in vain.
LEAST_BUDGET = 10_000
RARE_SHARE = 0.0005
# The planner does not notice words of less than one video in a hundred; in a larger catalogue that
# is too many to be gathered in vain.
GUESSED_UP_TO = 1_500_000
# So few videos are looked at one by one, whatever else is asked of them.
FEW_PASSING = 2_000
_HIDDEN = Video.__table__.alias("of_hidden_channel")
TEXTS = ("search", "video_id", "asset_id", "custom_id", "artist", "label")


@dataclass(frozen=True)
class Total:
    """The number of matches; an estimate above 10,000 where it is not exact."""

    matches: int
    exact: bool


class Question:
    """The filters of a search, split into what the facets can tell and what lies beyond."""

    def __init__(self, session: Reader, filters: Filters) -> None:
        self.session = session
        self.filters = filters
        names, self.test, census = open_census(session, filters)
        self.names = names
        # Hidden channels only take a few videos away, or are all that is asked for.
        self.leaves_out = names.hidden_channels != [] and filters.hidden == "no"
        self.of_channels: list[Condition] = []
        if self.leaves_out and names.hidden_channels is None:
            self.of_channels.append(not_in_hidden_channel(names))
        if filters.hidden == "yes" and names.hidden_channels != []:
            self.of_channels.append(is_hidden(names))
        self.beyond = conditions_beyond_facets(filters, names) + self.of_channels
        self.has_text = any(getattr(filters, name) is not None for name in TEXTS)
        self.by_text: Estimate | None = None
        self.videos, self.passing = census.videos, census.passing
        # More can't pass the facets; None where that has not been asked.
        self.at_most = census.passing

    @property
    def conditions(self) -> list[Condition]:
        """All conditions over `video`."""
        return self._conditions(self.beyond)

    def _for_indexes(self) -> list[Condition]:
        return self._conditions(conditions_for_indexes(self.filters, self.names) + self.of_channels)

    def _conditions(self, beyond: list[Condition]) -> list[Condition]:
        facets: ColumnElement[int] = Video.facets.expression
        return [self.test.condition(facets), *beyond, *self._kept(Video.id.expression)]

    def _on_index(self, order: Ordering) -> list[Condition]:
        """What the index of a sort can tell."""
        return [self.test.condition(order.facets), *self._kept(order.id)]

    def _kept(self, row_id: ColumnElement[int]) -> list[Condition]:
        """The video is of no hidden channel: their few videos are looked up once, in a hash."""
        if not self.leaves_out or not self.names.hidden_channels:
            return []
        of_hidden = select(_HIDDEN.c.id).where(
            _HIDDEN.c.channel_display_name.in_(self.names.hidden_channels)
        )
        return [~row_id.in_(of_hidden)]

    def find(self, reading: Reading, part: Slice, *, exact: bool) -> tuple[Total, list[Position]]:
        """The number of matches and the places of one slice."""
        if self.passing == 0:
            return Total(0, exact=True), []
        estimate = self._estimate()
        rare_text = self.by_text is not None and self.by_text.matches <= FEW_PASSING
        if self.passing is None and not estimate.surely_many and not rare_text:
            self.at_most, is_all = count_passing(self.session, self.test)
            self.passing = self.at_most if is_all else None
        if self.passing is not None and not self.beyond:
            return self._find_by_facets(reading, part)
        least = EXACT_UP_TO + 1
        if not estimate.surely_many:
            found, places = self._gather(reading, part, GATHERED_AT_FIRST)
            if found <= GATHERED_AT_FIRST:
                return Total(found, exact=True), places
            least = max(least, GATHERED_AT_FIRST)
        matches = max(estimate.matches or self._guess(), least)
        return self._find_many(reading, part, matches, exact=exact)

    def _estimate(self) -> Estimate:
        """How many there will be, if that can be told quickly and helps."""
        unknown = Estimate(0, surely_many=False)
        if self.passing is not None and (not self.beyond or self.passing <= EXACT_UP_TO):
            return unknown
        if self._is_rare():
            return unknown
        if self.has_text or self.passing is None:
            both, self.by_text = self._sample()
            return both
        # Along an index, and so without the hidden channels: their videos come on top.
        hidden = self.names.hidden_channels if self.leaves_out else []
        extra = self.videos if hidden is None else count_in_channels(self.session, list(hidden))
        most = EXACT_UP_TO + extra
        passes = self.test.condition(Video.facets.expression)
        some = count_up_to(self.session, [passes, *self.beyond], most)
        return Estimate(0, surely_many=True) if some > most else unknown

    def _sample(self) -> tuple[Estimate, Estimate]:
        only_title = len(self.beyond) == 1 and self.filters.search is not None
        title_part = self.filters.search if only_title else None
        return estimate_by_sample(self.session, self.test, self.beyond, self.videos, title_part)

    def _is_rare(self) -> bool:
        """Whether the planner expects so few videos with the text that a sample would show none.

        Then gathering them is cheap, even where it errs; and its guess costs less than the sample.
        """
        texts = by_trigrams(self.filters)
        if not texts or self.videos > GUESSED_UP_TO:
            return False
        guess = estimate_by_planner(self.session, texts)
        if guess > self.videos * RARE_SHARE:
            return False
        self.by_text = Estimate(guess, surely_many=False)
        return True

    def _guess(self) -> int:
        """The planner knows the columns, the census the facets."""
        if self.has_text:
            return self._sample()[0].matches
        share = 1.0 if self.passing is None else self.passing / max(self.videos, 1)
        return int(estimate_by_planner(self.session, self.beyond) * share)

    def _find_by_facets(self, reading: Reading, part: Slice) -> tuple[Total, list[Position]]:
        """Nothing but facets is asked for, and they have been counted."""
        assert self.passing is not None
        total = Total(self.passing - self._count_left_out(), exact=True)
        if part.start is None and part.offset >= total.matches:
            return total, []
        if self._should_gather(reading, part, total.matches):
            return total, self._gather(reading, part, MOST_GATHERED)[1]
        return total, self._walk(reading, part) or []

    def _find_many(
        self, reading: Reading, part: Slice, matches: int, *, exact: bool
    ) -> tuple[Total, list[Position]]:
        total = Total(self._count(), exact=True) if exact else Total(matches, exact=False)
        walked = None
        if not self._should_gather(reading, part, total.matches):
            # The matches may lie at the list's other end; then it is better to gather after all.
            expected = self._rows_to_check(reading, part, total.matches)
            budget = LEAST_BUDGET + int(4 * expected) if self.beyond else None
            walked = self._walk(reading, part, budget)
        if walked is None and total.matches <= MOST_GATHERED:
            found, places = self._gather(reading, part, MOST_GATHERED)
            if found <= MOST_GATHERED:
                return Total(found, exact=True), places
        return total, self._walk(reading, part) or [] if walked is None else walked

    def _expected_to_pass(self, matches: int) -> int:
        """How many videos pass the facets; where nobody counted, at most."""
        if self.passing is not None:
            return self.passing
        return self.videos if self.beyond else matches

    def _rows_to_check(self, reading: Reading, part: Slice, matches: int) -> float:
        """How many rows that pass the facets a walk is expected to look at."""
        rows = part.offset + part.limit
        expected = rows / max(matches, 1) * self._expected_to_pass(matches)
        return min(expected, rows) if self._bounds(reading) else expected

    def _should_gather(self, reading: Reading, part: Slice, matches: int) -> bool:
        """Whether that costs less than to walk until the slice is full."""
        gather_cost = matches * GATHER_COST
        if self.passing is None:
            gather_cost += self.videos * WALK_COST
        checked = self._rows_to_check(reading, part, matches)
        walk_cost = checked * self.videos / max(self._expected_to_pass(matches), 1) * WALK_COST
        if self.beyond:
            walk_cost += checked * CHECK_COST
        return matches <= MOST_GATHERED and gather_cost < walk_cost

    def _bounds(self, reading: Reading) -> list[Condition]:
        order = reading.ordering
        return bounds_of(order.field, order.value, self.filters, self.names)

    def _gather(self, reading: Reading, part: Slice, most: int) -> tuple[int, list[Position]]:
        if self.at_most is not None and self._facets_are_rarer(self.at_most):
            conditions = [self._has_counted_code(), *self.conditions]
        elif self.beyond:
            conditions = self._for_indexes()
        else:
            on_index = self._on_index(reading.ordering)
            return gather_along(self.session, reading, on_index, part, most)
        return gather(self.session, reading, conditions, part, most)

    def _facets_are_rarer(self, at_most: int) -> bool:
        """Whether to start from the videos with these facets, of which there are so many."""
        if not self.beyond:
            return self.passing is not None or at_most * GATHER_COST < self.videos * WALK_COST
        return at_most <= (FEW_PASSING if self.by_text is None else self.by_text.matches)

    def _has_counted_code(self) -> Condition:
        """The facets are one of those that pass, as the index by facets has them."""
        counted = self.test.counted.condition(FACET_COUNT.c.facets)
        codes = select(FACET_COUNT.c.facets).where(counted)
        listed = func.array(codes.scalar_subquery(), type_=ARRAY(BigInteger))
        return literal_column(f"(video.{COUNTED_FACETS})", BigInteger) == func.any(listed)

    def _walk(
        self, reading: Reading, part: Slice, budget: int | None = None
    ) -> list[Position] | None:
        bounds = self._bounds(reading)
        missing = reading.ordering.field in self.filters.missing
        return walk(
            self.session,
            reading,
            self._on_index(reading.ordering),
            self.beyond,
            part,
            bounds,
            also_without_value=missing or not bounds,
            budget=budget,
        )

    def _count_left_out(self) -> int:
        if not self.leaves_out:
            return 0
        facets: ColumnElement[int] = Video.facets.expression
        out = select(func.count()).select_from(Video)
        out = out.where(in_hidden_channel(self.names), self.test.condition(facets))
        return self.session.execute(out).scalar_one()

    def _count(self) -> int:
        matching = select(func.count()).select_from(Video).where(*self._for_indexes())
        return self.session.execute(matching).scalar_one()
