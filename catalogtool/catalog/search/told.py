"""What the ranks of a sort tell of a filter by its value: which videos meet it, nearly all of them
without a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.listing import look_at
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.catalog.search.known.memory import Memory
from catalogtool.catalog.search.known.rank_tests import (
    ASKED_FOR,
    Ranked,
    RankedTimes,
    RankTest,
)
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.state import State
from catalogtool.catalog.search.names import Names
from catalogtool.catalog.search.parts import MOST_AT_ONCE, Part
from catalogtool.core.arrays import Int64s, are_listed
from catalogtool.core.db import Reader

# Microseconds to look up the ranks of the whole catalogue, at least and for each video; and the one
# of a video of a list.
RANKS_LEAST, RANKS_COST, RANK_COST = 1_000, 0.004, 0.02
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
        if expected > MOST_AT_ONCE or self.of(part) is None:
            return inf
        return RANKS_LEAST + self._state.videos * RANKS_COST + expected * RANK_COST

    def _make(self, part: Part) -> RankFilter | None:
        if part.field not in ASKED_FOR:
            return None
        ranks = self._memory.ranks_as_of(self._session, self._state, part.field)
        if ranks is None:
            return None
        test = _test(ranks.values, part.filters, self._names)
        return None if test is None else RankFilter(ranks, test, part.wanted.plain)


def _test(ranked: Ranked | None, filters: Filters, names: Names) -> RankTest | None:
    """What a filter by days, or by channels, asks of the ranks; None if they can't tell."""
    if isinstance(ranked, RankedTimes):
        return ranked.between(filters.date_from, filters.date_to)
    asked = names.channels if filters.channel is None else [filters.channel]
    return ranked.having(asked) if ranked is not None and asked is not None else None
