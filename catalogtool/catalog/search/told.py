"""What the ranks of a sort tell of a filter by its value, or by the lack of one: which videos meet
it, nearly all of them without a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.listing import look_at
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.catalog.search.known.memory import Memory
from catalogtool.catalog.search.known.order import RANKS
from catalogtool.catalog.search.known.rank_tests import (
    ASKED_FOR,
    Ranked,
    RankedTimes,
    RankTest,
)
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.state import State
from catalogtool.catalog.search.names import Names
from catalogtool.catalog.search.ordering import COUNTED
from catalogtool.catalog.search.parts import MOST_AT_ONCE, Part
from catalogtool.core.arrays import Int64s, are_listed
from catalogtool.core.db import Reader

# Microseconds to look up the ranks of the whole catalogue, at least and for each video; and the one
# of a video of a list; and to look at a video that is not told.
RANKS_LEAST, RANKS_COST, RANK_COST, LOOK_COST = 1_000, 0.004, 0.02, 6.0
# More videos that are not told are never looked at.
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class RankFilter:
    """One filter: what it asks of the ranks, and as conditions on a video's row."""

    ranks: Ranks
    test: RankTest
    plain: Sequence[Condition]

    def listed(self, session: Reader) -> tuple[Int64s, Found]:
        """The ids of all videos that are known to meet it, and those of the others that do, too;
        None if too many have to be looked at."""
        sure, unsure = self.ranks.passing(self.test)
        return sure, self._looked_at(session, unsure)

    def narrowed(self, session: Reader, found: Matches) -> Found:
        """Those of a list that meet it; None if too many have to be looked at."""
        sure, unsure = self.ranks.among(found.ids, self.test)
        looked_at = self._looked_at(session, found.ids[unsure])
        if looked_at is None:
            return None
        return found.only(sure | are_listed(found.ids, looked_at.ids))

    def _looked_at(self, session: Reader, ids: Int64s) -> Found:
        return look_at(session, ids, self.plain) if len(ids) <= MOST_LOOKED_AT else None


class RankFilters:
    """The filters of one search that ranks can tell."""

    def __init__(self, session: Reader, memory: Memory, state: State, names: Names) -> None:
        self._session = session
        self._memory = memory
        self._state = state
        self._names = names
        self._made: dict[Filters, RankFilter | None] = {}

    def of(self, part: Part) -> RankFilter | None:
        """This one; None if the ranks of its own sort can't tell, or are not at hand."""
        if part.filters not in self._made:
            self._made[part.filters] = self._make(part)
        return self._made[part.filters]

    def cost(self, part: Part, expected: float) -> float:
        """What it takes to list the videos of one filter; infinite if the ranks can't tell."""
        made = self.of(part) if expected <= MOST_AT_ONCE else None
        if made is None:
            return inf
        looked_up = RANKS_LEAST + self._state.videos * RANKS_COST + expected * RANK_COST
        return looked_up + _cost_of_looks(self._unsure(made))

    def cost_to_narrow(self, part: Part, number: float) -> float:
        """What it takes to find out which of so many videos meet it; infinite as well."""
        made = self.of(part)
        if made is None:
            return inf
        share = self._unsure(made) / max(self._state.videos, 1)
        return number * RANK_COST + _cost_of_looks(number * share)

    def _unsure(self, made: RankFilter) -> float:
        """About how many videos of the catalogue the ranks can't tell."""
        # A rank of several values has about so many videos, and never twice as many.
        of_one = 1 + self._state.videos / RANKS
        return np.count_nonzero(made.test.unsure) * of_one + made.ranks.unknown

    def _make(self, part: Part) -> RankFilter | None:
        if part.ranked_by is None or not (part.only_views or part.ranked_by in ASKED_FOR):
            return None
        ranks = self._present(part.ranked_by)
        if ranks is None:
            return None
        if part.only_views:
            return RankFilter(ranks, RankTest.only_valueless(), part.wanted.plain)
        test = _test(ranks.values, part.filters, self._names)
        return None if test is None else RankFilter(ranks, test, part.wanted.plain)

    def _present(self, field: str) -> Ranks | None:
        """The ranks by this sort, not older than this search."""
        if field not in COUNTED:
            return self._memory.ranks_as_of(self._session, self._state, field)
        ranks = self._memory.ranks(self._session, self._state, field)
        if ranks is not None:
            # Counters change without a change of a video: the state does not tell of that.
            ranks.follow(self._session)
        return None if ranks is None or ranks.is_lost else ranks


def _cost_of_looks(videos: float) -> float:
    return videos * LOOK_COST if videos <= MOST_LOOKED_AT else inf


def _test(ranked: Ranked | None, filters: Filters, names: Names) -> RankTest | None:
    """What a filter by days, or by channels, asks of the ranks; None if they can't tell."""
    if isinstance(ranked, RankedTimes):
        return ranked.between(filters.date_from, filters.date_to)
    asked = names.channels if filters.channel is None else [filters.channel]
    return ranked.having(asked) if ranked is not None and asked is not None else None
