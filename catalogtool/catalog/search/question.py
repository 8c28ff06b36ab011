"""The filters of a search, and how many videos they leave: known, listed or estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf, prod
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import (
    Condition,
    conditions_for_indexes,
    in_hidden_channel,
    is_hidden,
    not_in_hidden_channel,
)
from catalogtool.catalog.search.depth import Sampled, standing
from catalogtool.catalog.search.estimate import Estimate, judge
from catalogtool.catalog.search.facets import DURATION, FacetTest, facet_test
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.index_walk import Told
from catalogtool.catalog.search.known.listing import (
    MOST_LISTED,
    Conditions,
    Wanted,
    look_at,
)
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.texts import Mask
from catalogtool.catalog.search.lists import FACETS, FIND_COST, MOST_UNSURE, Lists
from catalogtool.catalog.search.parts import (
    MOST_AT_ONCE,
    Part,
    of_hidden_channels,
    parts_of,
    rest_of,
)
from catalogtool.catalog.search.phrases import REUSED, few_candidates
from catalogtool.catalog.search.positions import Reading
from catalogtool.core.arrays import Int64s, are_listed, hashed_not_among, is_among
from catalogtool.core.db import Reader

_HIDDEN = Video.__table__.alias("of_hidden_channel")
# What has no length has none of its classes.
UNKNOWN_LENGTH = 0
# This share of all videos, or more.
NEARLY_ALL = 0.98


@dataclass(frozen=True)
class Candidates:
    """Videos among which all matches are, and what it takes to list them (microseconds; infinite if
    nobody can). About so many of them are left that only a look can tell, if that is known."""

    cost: float
    find: Callable[[], Found]
    phrase: Part | None = None
    left: float = 0.0


class Question:
    """The filters of a search, split into what the facets can tell and what lies beyond."""

    def __init__(self, session: Reader, filters: Filters) -> None:
        self.session = session
        self.filters = filters
        self._memory = memory_of(session)
        self.names, self._state = self._memory.look(session, filters)
        self.test = facet_test(filters, self.names)
        self.videos = self._state.videos
        self._lists = Lists(session, self._memory, self._state, self.names, self.test)
        # How many pass the facets; None where nobody has counted just these together.
        self.passing = self._state.count(self.test)
        self._parts = parts_of(filters, self.names)
        self._rest = list(rest_of(filters, self.names))
        # The videos of hidden channels only take a few away, or are all that is asked for.
        self._leaves_out = filters.hidden == "no" and self.names.hidden_channels != []
        if self._leaves_out and self.names.hidden_channels is None:
            self._rest.append(not_in_hidden_channel(self.names))

    @property
    def only_facets(self) -> bool:
        """Whether the facets, and hidden channels, are all that is asked for."""
        return not self._parts and not self._rest

    @property
    def beyond(self) -> list[Condition]:
        """What lies beyond, as conditions on the video's own row."""
        return self.beyond_value("")

    def told_by(self, sort: str) -> list[Condition]:
        """What lies beyond, but can be told from the value that the list is sorted by."""
        return [c for part in self._parts if part.field == sort for c in part.wanted.plain]

    def beyond_value(self, sort: str) -> list[Condition]:
        """What lies beyond that, too."""
        others = [part for part in self._parts if part.field != sort]
        return [*(c for part in others for c in part.wanted.plain), *self._rest]

    @cached_property
    def at_most(self) -> int:
        """More can't pass the facets."""
        return self._state.count_at_most(self.test) if self.passing is None else self.passing

    @property
    def expected_passing(self) -> float:
        """About how many videos pass the facets."""
        return self._lists.passing

    @property
    def asks_for_nearly_all(self) -> bool:
        """Whether so many videos match that no walk goes far."""
        return self.only_facets and self.at_most > NEARLY_ALL * self.videos

    @cached_property
    def lengths(self) -> set[str]:
        """Which values of `duration` there are among the videos that pass the facets."""
        if self.filters.duration is not None:
            return {self.filters.duration}
        return {
            name
            for name, code in DURATION.items()
            if self._state.count_at_most(self.test.having("duration", code))
        }

    @cached_property
    def estimate(self) -> Estimate:
        """What the sample tells of the number of matches."""
        sample = self._lists.guesses.sample
        if sample is None or self._met is None:
            return Estimate(self.at_most, surely_many=False)
        hits = sample.count(self._met, self.test)
        return judge(hits, sample.share, self._lists.guesses.changed)

    @cached_property
    def _met(self) -> Mask | None:
        """Which videos of the sample match but for the facets; None if nobody knows."""
        sample = self._lists.guesses.sample
        return None if sample is None else sample.matching(self.filters, self.names)

    def sampled(self, reading: Reading, ranks: Ranks, *, limited: bool) -> Sampled | None:
        """The sample in the order of reading; None if there is none.

        If it is `limited`, what has none of the `lengths`, but some other, is not read, and stands
        nowhere.
        """
        sample = self._lists.guesses.sample
        if sample is None or self._met is None:
            return None
        passing = self.test.among(sample.facets)
        known = ranks.places(sample.ids, reading)
        places = standing(known, sample.ids, forward=reading.forward)
        if limited:
            codes = {UNKNOWN_LENGTH, *(DURATION[name] for name in self.lengths)}
            tests = (FacetTest().having("duration", code) for code in codes)
            read = np.logical_or.reduce([test.among(sample.facets) for test in tests])
            places = np.where(read, places, -1)
        return Sampled(places, self._met & passing, passing, sample.share)

    @property
    def farness(self) -> float:
        """How much longer it takes to look at a video because there are so many."""
        return self._lists.farness

    @property
    def told(self) -> Told | None:
        """What any sort's index tells, if that is no more than such a statement asks."""
        test, left_out = self.test, self._left_out
        if test.unlike or test.categories is not None:
            return None
        if left_out is None or len(left_out) > MOST_LISTED:
            return None
        return Told(test.mask, test.value, left_out=left_out.ids if len(left_out) else None)

    @property
    def passes(self) -> Callable[[Int64s], NDArray[np.bool_]] | None:
        """Which videos pass the facets and are of no hidden channel; None if nobody knows."""
        column, left_out = self._lists.column, self._left_out
        if column is None or left_out is None:
            return None
        return lambda ids: column.passes(ids, self.test) & ~are_listed(ids, left_out.ids)

    def ranks(self, field: str) -> Ranks | None:
        """The order of all videos by this field; None where it is not at hand."""
        return self._memory.ranks(self.session, self._state, field)

    def kept(self, row_id: ColumnElement[int]) -> list[Condition]:
        """The video is of no hidden channel, told by its id: theirs are looked up in a hash."""
        if self._left_out is not None and not len(self._left_out):
            return []
        if self._left_out is not None and len(self._left_out) <= MOST_LISTED:
            return [hashed_not_among(row_id, self._left_out.ids)]
        if not self.names.hidden_channels:
            return []
        of_hidden = select(_HIDDEN.c.id).where(
            _HIDDEN.c.channel_display_name.in_(self.names.hidden_channels)
        )
        return [~row_id.in_(of_hidden)]

    def count_left_out(self) -> int:
        """How many pass the facets and are of a hidden channel."""
        if self._left_out is not None:
            return len(self._left_out)
        out = select(func.count()).select_from(Video)
        out = out.where(in_hidden_channel(self.names), self.test.condition(FACETS))
        return self.session.execute(out).scalar_one()

    def conditions(self) -> list[Condition]:
        """All conditions, put for the indexes that lead to the fewest videos."""
        by_parts = min(map(self._lists.expected, self._parts), default=inf) * FIND_COST
        if self._lists.cost_by_code < by_parts:
            beyond = [self._lists.has_code(), *self.beyond]
        else:
            beyond = [
                *conditions_for_indexes(self.filters, self.names),
                *([is_hidden(self.names)] if self._asks_for_hidden else []),
            ]
            if self._leaves_out and self.names.hidden_channels is None:
                beyond.append(not_in_hidden_channel(self.names))
        return [self.test.condition(FACETS), *beyond, *self.kept(Video.id.expression)]

    def find_all(self, patience: Callable[[], float] = lambda: inf) -> Found:
        """All matches, if some filter leaves few enough to be listed; the quickest one is taken.

        None as well if that would take longer than `patience` (microseconds).
        """
        if self._can_be_kept and self._lists.is_listed(self._tested_before):
            return self._without_left_out(self._lists.take(self._tested_before))
        untold = len(self._lists.untold)
        found = self._found_in_best_way(patience)
        if found is None and len(self._lists.untold) > untold:
            # What words could not tell, another way may.
            return self.find_all(patience)
        return found

    def _found_in_best_way(self, patience: Callable[[], float]) -> Found:
        cost, first = min(((self._cost_from(part), part) for part in self._ways), key=itemgetter(0))
        few = few_candidates(self._lists, self.names, self.test, self._parts, self.filters)
        if few is not None and few.cost * REUSED < cost and few.cost <= patience():
            others = [part for part in self._parts if part is not few.phrase]
            return self._narrowed(self._lists.find_candidates(few.phrase), others, few.phrase)
        if cost == inf or (cost > 0 and cost > patience()):
            return None
        others = [part for part in self._parts if part is not first]
        found = self._lists.find_by_facets() if first is None else self._lists.find(first)
        return self._narrowed(found, others)

    @property
    def _ways(self) -> Sequence[Part | None]:
        """What a list can be made from: one of the filters, or the facets (None)."""
        return [*self._parts, None]

    def _cost_from(self, first: Part | None) -> float:
        """What it takes to list the videos of one way, and to narrow these down by all others."""
        lists = self._lists
        cost = lists.cost_of_facets() if first is None else lists.cost(first)
        if cost == inf:
            return inf
        number = lists.passing if first is None else lists.expected(first)
        others = (part for part in self._parts if part is not first)
        narrowing = sum(lists.cost_to_narrow(part, number) for part in others)
        return cost + narrowing + (number * FIND_COST if self._rest else 0.0)

    def cost_of_facets(self) -> float:
        """What it takes to list all that pass the facets; infinite if they are too many."""
        return self._lists.cost_of_facets()

    @cached_property
    def _left_out(self) -> Found:
        """The videos of hidden channels that pass the facets; None if they can't be listed."""
        if not self._leaves_out:
            return Matches.none()
        if self.names.hidden_channels is None:
            return None
        found = self._lists.take(of_hidden_channels(self.names))
        return None if found is None else found.only(self.test.among(found.facets))

    @property
    def _asks_for_hidden(self) -> bool:
        return self.filters.hidden == "yes" and self.names.hidden_channels != []

    def _narrowed(self, found: Found, others: Sequence[Part], phrase: Part | None = None) -> Found:
        """Those that meet all the rest as well; None if they have become too many meanwhile.

        Candidates of a `phrase` are looked at when all others have left some out.
        """
        if found is None:
            return None
        left, conditions = self._narrowed_unseen(found, others, phrase)
        if conditions and len(left) > (MOST_UNSURE if phrase else MOST_LISTED):
            return None
        return self._tested(left, conditions) if conditions and len(left) else left

    def _narrowed_unseen(
        self,
        found: Matches,
        others: Sequence[Part],
        phrase: Part | None,
        looks: Callable[[int], float] = float,
    ) -> tuple[Matches, list[Condition]]:
        """What can be left out without a look at a video; and what has to be looked for then, in so
        many as `looks` tells of the number that is left."""
        found = found.only(self.test.among(found.facets))
        if self._left_out is not None:
            found = found.without(self._left_out.ids)
        conditions = [*self._rest, *self._kept_by_name, *(phrase.wanted.plain if phrase else ())]
        for part in others:
            narrowed = self._lists.narrowed(part, found)
            if narrowed is not None:
                found = narrowed
                continue
            # What the ranks could tell is listed where that is quicker.
            told = self._lists.is_told(part, len(found))
            most = inf if told else looks(len(found)) * FIND_COST
            listed = self._lists.find(part) if self._lists.cost(part) < most else None
            if listed is None:
                conditions += part.wanted.plain
            else:
                found = found.among(listed)
        return found, conditions

    def candidates(self) -> Iterator[Candidates]:
        """Lists that hold all matches and other videos: of a phrase, and of all that the facets
        leave."""
        for phrase in (part for part in self._parts if part.text):
            cost = self._lists.cost_of_candidates(phrase)
            yield Candidates(cost, partial(self._lists.find_candidates, phrase), phrase)
        passing = self._lists.passing
        told = [part for part in self._parts if self._lists.is_told(part, passing)]
        share = prod(min(1.0, self._lists.expected(part) / max(self.videos, 1)) for part in told)
        left = 0.0 if len(told) == len(self._parts) and not self._rest else passing
        cost = self._lists.cost_of_passing()
        yield Candidates(cost, self._lists.find_passing, left=left * share)

    def narrowed(
        self, candidates: Candidates, looks: Callable[[int], float]
    ) -> tuple[Matches, Sequence[Condition]] | None:
        """Those of the candidates that may match, and what the matches among them meet; `looks`
        tells how many of so many will be looked at. None if they can't be told."""
        found = candidates.find()
        if found is None:
            return None
        others = [part for part in self._parts if part is not candidates.phrase]
        return self._narrowed_unseen(found, others, candidates.phrase, looks)

    def _without_left_out(self, found: Found) -> Found:
        if found is None or self._left_out is None:
            return found
        return found.without(self._left_out.ids)

    @property
    def _kept_by_name(self) -> list[Condition]:
        """The video is of none of the hidden channels, where their videos can't be listed."""
        if self._left_out is not None or not self.names.hidden_channels:
            return []
        return [not_in_hidden_channel(self.names)]

    def _tested(self, found: Matches, conditions: Sequence[Condition]) -> Found:
        """Those that meet these conditions, by a look at each."""
        if not self._can_be_kept:
            return look_at(self.session, found.ids, conditions)
        indexed, wanted = [is_among(Video.id, found.ids), *conditions], self._tested_before
        # What another thread has put there meanwhile may have been looked at again.
        kept = self._lists.take(replace(wanted, make=lambda: (indexed, wanted.plain)))
        return self._without_left_out(kept)

    @property
    def _can_be_kept(self) -> bool:
        """Not what another table tells, which may change without a change of the video."""
        unlisted = self.names.hidden_channels is None and self.filters.hidden != "all"
        return not unlisted and "views" not in self.filters.missing

    @property
    def _tested_before(self) -> Wanted:
        """What `_tested` has found."""

        def conditions() -> Conditions:
            passing = [self.test.condition(FACETS), *self.beyond, *self._kept_by_name]
            return self.conditions(), passing

        key = (self.filters, str(self.names), self._left_out is None)
        return Wanted(key, conditions, MOST_AT_ONCE)
