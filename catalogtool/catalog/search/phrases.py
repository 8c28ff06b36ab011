"""A phrase whose words many titles have: whether to look only at those that other filters leave.

Words tell which titles may hold a phrase (its candidates), not whether they do. To look at all of
them lists the whole phrase, which then serves any other filter beside it; to look only at those
that pass the facets is often a hundredth of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from catalogtool.catalog.search.facets import FacetTest
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.guesses import UNSEEN
from catalogtool.catalog.search.lists import MOST_UNSURE, Lists
from catalogtool.catalog.search.names import Names
from catalogtool.catalog.search.parts import Part

# A phrase that takes no longer than this is listed as a whole; so is one that takes no more than so
# often as long as the matches alone: whoever adds facets, or takes some away, has it at hand then.
CHEAP_COST, REUSED = 4_000, 2


@dataclass(frozen=True)
class FewCandidates:
    """A phrase of which the other filters leave few candidates; and what it takes (microseconds)
    to find these and to look at them."""

    phrase: Part
    cost: float


def few_candidates(
    lists: Lists, names: Names, test: FacetTest, parts: Sequence[Part], filters: Filters
) -> FewCandidates | None:
    """None if there is no phrase, or none that words can tell, or if all of it is as good."""
    for phrase in (part for part in parts if part.text):
        cost = lists.cost_of_candidates(phrase)
        if cost == inf or lists.is_listed(phrase.wanted) or lists.cost(phrase) <= CHEAP_COST:
            continue
        left = _expected(lists, names, test, phrase, replace(filters, search=None))
        if left <= MOST_UNSURE:
            passing = _expected(lists, names, test, phrase, Filters(hidden="all"))
            others = (part for part in parts if part is not phrase)
            narrowing = sum(lists.cost_to_narrow(part, passing) for part in others)
            return FewCandidates(phrase, cost + narrowing + left * lists.unsure_cost)
    return None


def _expected(lists: Lists, names: Names, test: FacetTest, phrase: Part, others: Filters) -> float:
    """About how many candidates pass the facets and meet other filters."""
    sample, asked = lists.guesses.sample, lists.asked(phrase)
    met = None if sample is None else sample.matching(others, names)
    if sample is None or asked is None or met is None:
        return inf
    candidates = sample.having("search", phrase.text)
    candidates = candidates | np.logical_and.reduce(
        [sample.having("search", piece.likely) for piece in asked.pieces]
    )
    met &= candidates
    return max(sample.count(met, test), UNSEEN) / sample.share
