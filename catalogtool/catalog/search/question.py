"""The filters of a search, and how many videos they leave: known, listed or estimated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf

from sqlalchemy import ColumnElement, func, select

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import (
    Condition,
    conditions_for_indexes,
    in_hidden_channel,
    is_hidden,
    not_in_hidden_channel,
)
from catalogtool.catalog.search.estimate import Estimate, judge
from catalogtool.catalog.search.facets import COUNTED_MASK, facet_test, has_counted_code
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.index_walk import Told
from catalogtool.catalog.search.known.listing import MOST_LISTED, list_videos
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.catalog.search.known.memory import Conditions, Wanted, memory_of
from catalogtool.catalog.search.parts import Part, led_by, of_hidden_channels, parts_of, rest_of
from catalogtool.core.arrays import hashed_not_among, is_among
from catalogtool.core.db import Reader

# Microseconds for each video: to read it along an index, and to find it by one.
WALK_COST, FIND_COST = 0.15, 1.2
# A word of so few videos leads to them quicker than all words together.
RARE = 3_000
# Where the sample shows none, there may still be so many as one in so many of it would stand for.
UNSEEN = 0.3
_HIDDEN = Video.__table__.alias("of_hidden_channel")


class Question:
    """The filters of a search, split into what the facets can tell and what lies beyond."""

    def __init__(self, session: Reader, filters: Filters) -> None:
        self.session = session
        self.filters = filters
        self._memory = memory_of(session)
        self.names, self._state = self._memory.look(session, filters)
        self.test = facet_test(filters, self.names)
        self.videos = self._state.videos
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

    @cached_property
    def estimate(self) -> Estimate:
        """What the sample tells of the number of matches."""
        sample, changed = self._memory.sample(self.session, self._state)
        met = None if sample is None else sample.matching(self.filters, self.names)
        if sample is None or met is None:
            return Estimate(self.at_most, surely_many=False)
        return judge(sample.count(met, self.test), sample.share, changed)

    @property
    def told(self) -> Told | None:
        """What any sort's index tells, if that is no more than such a statement asks."""
        test, left_out = self.test, self._left_out
        if test.unlike or test.categories is not None:
            return None
        if left_out is None or len(left_out) > MOST_LISTED:
            return None
        return Told(test.mask, test.value, left_out=left_out.ids if len(left_out) else None)

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
        out = out.where(in_hidden_channel(self.names), self.test.condition(_FACETS))
        return self.session.execute(out).scalar_one()

    def conditions(self) -> list[Condition]:
        """All conditions, put for the indexes that lead to the fewest videos."""
        if self._cost_by_code < self._cost_by_parts:
            beyond = [self._has_code(), *self.beyond]
        else:
            beyond = [
                *conditions_for_indexes(self.filters, self.names),
                *([is_hidden(self.names)] if self._asks_for_hidden else []),
            ]
            if self._leaves_out and self.names.hidden_channels is None:
                beyond.append(not_in_hidden_channel(self.names))
        return [self.test.condition(_FACETS), *beyond, *self.kept(Video.id.expression)]

    def find_all(self) -> Found:
        """All matches, if some filter leaves few enough to be listed; the quickest one is taken."""
        ways = [(self._cost(part), number) for number, part in enumerate(self._parts)]
        cost, best = min(ways, default=(inf, -1))
        by_facets = self.cost_of_facets()
        if min(cost, by_facets) == inf:
            return None
        if min(cost, by_facets) > 0 and self.estimate.surely_many:
            return None
        if by_facets < cost:
            return self._narrowed(self._take(self._by_facets), self._parts)
        part = self._parts[best]
        others = [other for other in self._parts if other is not part]
        wanted = self._by_rarest_word(part) if cost > 0 else part.wanted
        return self._narrowed(self._take(wanted), others)

    def cost_of_facets(self) -> float:
        """What it takes to list all that pass the facets; infinite if they are too many."""
        if self.at_most > MOST_LISTED:
            return inf
        if self._memory.size(self._state, self._by_facets) is not None:
            return 0.0
        return min(self._cost_by_code, self.videos * WALK_COST)

    @cached_property
    def _left_out(self) -> Found:
        """The videos of hidden channels that pass the facets; None if they can't be listed."""
        if not self._leaves_out:
            return Matches.none()
        if self.names.hidden_channels is None:
            return None
        found = self._take(of_hidden_channels(self.names))
        return None if found is None else found.only(self.test.among(found.facets))

    @property
    def _asks_for_hidden(self) -> bool:
        return self.filters.hidden == "yes" and self.names.hidden_channels != []

    @cached_property
    def _by_facets(self) -> Wanted:
        """The videos that pass the facets."""
        by_code = self._cost_by_code <= self.videos * WALK_COST

        def conditions() -> Conditions:
            plain = [self.test.condition(_FACETS)]
            return [self._has_code(), *plain] if by_code else plain, plain

        return Wanted(self.test, conditions)

    def _has_code(self) -> Condition:
        return has_counted_code(self._state.counted.passing(self.test.within(COUNTED_MASK)))

    @cached_property
    def _cost_by_code(self) -> float:
        return self._state.counted.number(self.test.within(COUNTED_MASK)) * FIND_COST

    @cached_property
    def _cost_by_parts(self) -> float:
        return min((self._expected(part) for part in self._parts), default=inf) * FIND_COST

    def _cost(self, part: Part) -> float:
        listed = self._memory.size(self._state, part.wanted)
        if listed is not None:
            return 0.0 if listed <= MOST_LISTED else inf
        expected = self._expected(part)
        return expected * FIND_COST if expected <= MOST_LISTED else inf

    def _by_rarest_word(self, part: Part) -> Wanted:
        if not part.words:
            return part.wanted
        sample, _ = self._memory.sample(self.session, self._state)
        if sample is None:
            return part.wanted
        hits = {word: int(sample.having("search", word).sum()) for word in part.words}
        rarest = min(part.words, key=lambda word: (hits[word], -len(word)))
        rare = hits[rarest] <= sample.share * RARE
        return led_by(part, rarest) if rare else part.wanted

    def _expected(self, part: Part) -> float:
        """About how many videos one filter leaves."""
        sample, _ = self._memory.sample(self.session, self._state)
        if sample is None:
            return MOST_LISTED
        met = sample.matching(part.filters, self.names)
        return self.videos if met is None else max(int(met.sum()), UNSEEN) / sample.share

    def _take(self, wanted: Wanted) -> Found:
        return self._memory.listed(self.session, self._state, wanted)

    def _narrowed(self, found: Found, others: Sequence[Part]) -> Found:
        """Those that meet all the rest as well; None if they have become too many meanwhile."""
        if found is None or len(found) > MOST_LISTED:
            return None
        found = found.only(self.test.among(found.facets))
        conditions = [*self._rest, *self._kept_by_name]
        for part in others:
            size = self._memory.size(self._state, part.wanted)
            listed = self._take(part.wanted) if size is not None else None
            if listed is None:
                conditions += part.wanted.plain
            else:
                found = found.among(listed)
        tested: Found = found
        if conditions and len(found):
            tested = self._tested(found, conditions)
        if tested is None or self._left_out is None:
            return tested
        return tested.without(self._left_out.ids)

    @property
    def _kept_by_name(self) -> list[Condition]:
        """The video is of none of the hidden channels, where their videos can't be listed."""
        if self._left_out is not None or not self.names.hidden_channels:
            return []
        return [not_in_hidden_channel(self.names)]

    def _tested(self, found: Matches, conditions: Sequence[Condition]) -> Found:
        """Those that meet these conditions, by a look at each."""
        indexed = [is_among(Video.id, found.ids), *conditions]
        unlisted = self.names.hidden_channels is None and self.filters.hidden != "all"
        if unlisted or "views" in self.filters.missing:
            # What another table tells may change without a change of the video.
            return list_videos(self.session, indexed)
        passing = [self.test.condition(_FACETS), *self.beyond, *self._kept_by_name]
        key = (self.filters, str(self.names), self._left_out is None)
        return self._take(Wanted(key, lambda: (indexed, passing)))


_FACETS: ColumnElement[int] = Video.facets.expression
