"""What may be listed, and what that takes: the videos of one filter, or those that pass the facets.

Each is listed in the quickest of several ways: it is at hand already; the words of all titles tell
it, or the column of facets; it is read along an index that holds all that is asked; or found by any
index that leads there. Costs are microseconds, as measured.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from math import inf, sqrt

from sqlalchemy import ColumnElement

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.facets import COUNTED_MASK, FacetTest, has_counted_code
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.guesses import Guesses
from catalogtool.catalog.search.known.column import FacetColumn
from catalogtool.catalog.search.known.listing import (
    MOST_LISTED,
    Conditions,
    Wanted,
    list_without_views,
    look_at,
)
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.catalog.search.known.memory import Memory
from catalogtool.catalog.search.known.state import State
from catalogtool.catalog.search.names import Names
from catalogtool.catalog.search.parts import MOST_AT_ONCE, Part, led_by_rarest, of_hidden_channels
from catalogtool.catalog.search.told import RankFilter, RankFilters
from catalogtool.catalog.words.find import find_by_words
from catalogtool.catalog.words.pieces import Pieces
from catalogtool.catalog.words.tokens import has_trigram
from catalogtool.core.arrays import merged
from catalogtool.core.db import Reader

# For each video: to read it along an index, and to find it by one.
WALK_COST, FIND_COST = 0.15, 1.2
# To find it by the trigrams of a text, which are those of many other titles as well, or of a name,
# which is put together for a look at it; and for each video of the catalogue; a phrase has more.
TRIGRAM_COST, NAME_COST, TRIGRAMS_COST, PHRASE_COST, LETTERS_COST = 3.0, 8.0, 0.003, 0.03, 0.0005
# To look whether its title holds a text; at most so many are looked at with each search.
UNSURE_COST, MOST_UNSURE = 2.5, 150_000
# The rows of so many videos are near; to look at one of more takes longer.
NEAR = 1_000_000
# To read it along an index that holds all that is asked, to find it by a word, and to test its
# facets in memory; what any of these takes at least; and to look up where a name is in one part.
INDEX_COST, WORD_COST, PASS_COST, LEAST_COST, POSTING_COST = 0.3, 0.04, 0.003, 1_000, 1.0
# For each video of a word that is asked together with others.
READ_COST = 0.015
# To go through a list that is at hand, and to put one together from memory.
LISTED_COST, TAKEN_COST = 0.03, 0.03
# More videos than these have the facets that a walk soon meets.
MOST_BY_FACETS = 100_000
# Of these nobody keeps a list; while one is made, it takes 30 bytes for each.
MOST_PASSING = 3_000_000

FACETS: ColumnElement[int] = Video.facets.expression


class Lists:
    """The lists of one search: `test` is what it asks of the facets."""

    def __init__(
        self, session: Reader, memory: Memory, state: State, names: Names, test: FacetTest
    ) -> None:
        self._session = session
        self._memory = memory
        self._state = state
        self._names = names
        self._test = test
        # How much longer it takes to look at a video because there are so many.
        self.farness = sqrt(max(1.0, state.videos / NEAR))
        # For these filters words were asked in vain.
        self.untold: set[Filters] = set()
        self.guesses = Guesses(session, memory, state, names)
        self.expected = self.guesses.expected
        self._told = RankFilters(session, memory, state, names)

    @property
    def unsure_cost(self) -> float:
        """What it takes to look whether a title holds a text."""
        return UNSURE_COST * self.farness

    @cached_property
    def column(self) -> FacetColumn | None:
        """The facets of all videos; None where they are not at hand."""
        return self._memory.column(self._session, self._state)

    def take(self, wanted: Wanted) -> Found:
        """A list by whatever index leads there; None if it is too long."""
        return self._memory.listed(self._session, self._state, wanted)

    def cost(self, part: Part) -> float:
        """What it takes to list the videos of one filter; infinite if they are too many."""
        if self.is_listed(part.wanted):
            return self._cost_at_hand(part.wanted)
        return min(
            self._cost_by_words(part),
            self._cost_by_index(part),
            self._told.cost(part, self.expected(part)),
        )

    def find(self, part: Part) -> Found:
        """The videos of one filter; None if they are too many, or if words can't tell, which is
        known then."""
        if part.only_views:
            return self._without_views(part)
        if part.only_hidden and self.column is not None:
            hidden = partial(self._hidden, self.column)
            return self._memory.listed(self._session, self._state, part.wanted, hidden)
        by_index = self._cost_by_index(part)
        by_ranks = self._told.of(part)
        if by_ranks is not None and self._told.cost(part, self.expected(part)) < by_index:
            ranked = partial(self._of_ranks, by_ranks)
            found = self._memory.listed(self._session, self._state, part.wanted, ranked)
            if found is not None or by_index == inf:
                return found
        at_hand = part.pieces is not None and self.is_listed(part.wanted)
        if at_hand or self._cost_by_words(part) < by_index:
            by_words = partial(self._by_words, part)
            found = self._memory.listed(self._session, self._state, part.wanted, by_words)
            if found is None:
                self.untold.add(part.filters)
            return found
        if part.wanted.most is not None and self.guesses.sample is None:
            # Nobody knows how many they are.
            few = (part.wanted.key, "few")
            return self.take(replace(part.wanted, key=few, most=None))
        return self.take(led_by_rarest(part, self.guesses.sample))

    def cost_of_candidates(self, phrase: Part) -> float:
        """What it takes to list all videos that may hold a phrase; infinite if words can't tell,
        or tell which do."""
        asked = self.asked(phrase)
        if asked is None or asked.enough or self.column is None:
            return inf
        number = self._memory.size(self._state, phrase.candidates)
        if number is not None:
            return number * LISTED_COST
        if self.guesses.having(asked.pieces) > MOST_AT_ONCE:
            return inf
        read = sum(self.guesses.having([piece]) for piece in asked.pieces)
        return LEAST_COST + read * READ_COST

    def find_candidates(self, phrase: Part) -> Found:
        """All videos that may hold a phrase; None if words can't tell."""
        by_words = partial(self._candidates, phrase)
        found = self._memory.listed(self._session, self._state, phrase.candidates, by_words)
        if found is None:
            self.untold.add(phrase.filters)
        return found

    def is_listed(self, wanted: Wanted) -> bool:
        """Whether they are at hand."""
        return self._cost_at_hand(wanted) < inf

    def is_told(self, part: Part, number: float) -> bool:
        """Whether the ranks tell which of so many videos meet one filter, but for a few."""
        return self._told.cost_to_narrow(part, number) < inf

    def cost_to_narrow(self, part: Part, number: float) -> float:
        """What it takes to find out which of so many videos meet one filter."""
        by_ranks = self._told.cost_to_narrow(part, number)
        return min(by_ranks, self.cost(part), number * FIND_COST)

    def narrowed(self, part: Part, found: Matches) -> Found:
        """Those of a list that meet one filter, if the ranks can tell; None as well if all that
        meet it are listed sooner."""
        by_ranks = self._told.of(part)
        if by_ranks is None or self._told.cost_to_narrow(part, len(found)) > self.cost(part):
            return None
        return by_ranks.narrowed(self._session, found)

    def cost_of_facets(self) -> float:
        """What it takes to list all that pass the facets; infinite if they are too many."""
        if self.is_listed(self._of_facets):
            return self._cost_at_hand(self._of_facets)
        if self.column is not None and self.passing <= MOST_BY_FACETS:
            return LEAST_COST + self._state.videos * PASS_COST
        if self._state.count_at_most(self._test) > MOST_LISTED:
            return inf
        return min(self.cost_by_code, self._state.videos * WALK_COST)

    def find_by_facets(self) -> Found:
        """All videos that pass the facets; None if they are too many."""
        if self.column is None or self.passing > MOST_BY_FACETS:
            return self.take(self._of_facets)
        return self._memory.listed(self._session, self._state, self._of_facets, self.find_passing)

    def cost_of_passing(self) -> float:
        """What it takes to list them, up to half a large catalogue; infinite if they are more, or
        if the column is not there."""
        if self.column is None or self.passing > MOST_PASSING:
            return inf
        return LEAST_COST + self._state.videos * PASS_COST + self.passing * TAKEN_COST

    def find_passing(self) -> Found:
        """All of them, which nobody keeps; None if the column is not there."""
        return None if self.column is None else self.column.of(self.column.passing(self._test))

    @cached_property
    def passing(self) -> float:
        """About how many pass the facets."""
        counted = self._state.count(self._test)
        if counted is not None:
            return counted
        at_most = self._state.count_at_most(self._test)
        if at_most <= MOST_AT_ONCE or self.guesses.sample is None:
            return at_most
        return self.guesses.sample.count(None, self._test) / self.guesses.sample.share

    def has_code(self) -> Condition:
        """The video has one of the counted combinations that pass: an index leads there."""
        return has_counted_code(self._state.counted.passing(self._test.within(COUNTED_MASK)))

    @cached_property
    def cost_by_code(self) -> float:
        """What that takes."""
        return self._state.counted.number(self._test.within(COUNTED_MASK)) * FIND_COST

    @cached_property
    def _of_facets(self) -> Wanted:
        by_code = self.cost_by_code <= self._state.videos * WALK_COST

        def conditions() -> Conditions:
            plain = [self._test.condition(FACETS)]
            return [self.has_code(), *plain] if by_code else plain, plain

        return Wanted(self._test, conditions)

    def _cost_at_hand(self, wanted: Wanted) -> float:
        number = self._memory.size(self._state, wanted)
        return inf if number is None else number * LISTED_COST

    def _cost_by_index(self, part: Part) -> float:
        expected = self.expected(part)
        too_many = self._memory.size(self._state, part.wanted) == inf
        if too_many or expected > (part.wanted.most or MOST_LISTED):
            return inf
        if part.wanted.most is not None:
            return expected * INDEX_COST
        if text := part.text or part.name:
            every = PHRASE_COST if part.words else TRIGRAMS_COST
            if not has_trigram(text):
                every = LETTERS_COST
            each = NAME_COST if part.name else TRIGRAM_COST
            return self._state.videos * every + expected * each
        return expected * FIND_COST

    def _cost_by_words(self, part: Part) -> float:
        asked = self.asked(part)
        if asked is None or self.column is None:
            return inf
        if asked.enough:
            expected = self.expected(part)
            if expected > MOST_AT_ONCE:
                return inf
            return LEAST_COST + expected * WORD_COST + self.guesses.postings(part) * POSTING_COST
        listed = self._memory.size(self._state, part.candidates)
        if listed is None:
            # All matches are among them: a piece may be in more titles than a guess can tell.
            listed = max(self.guesses.having(asked.pieces), self.expected(part))
        return LEAST_COST + listed * self.unsure_cost if listed <= MOST_UNSURE else inf

    def _without_views(self, part: Part) -> Found:
        """The state does not tell when they change, so they are never kept."""
        by_ranks = self._told.of(part)
        sooner = self._told.cost(part, self.expected(part)) < self._cost_by_index(part)
        found = self._of_ranks(by_ranks) if by_ranks is not None and sooner else None
        return list_without_views(self._session, MOST_AT_ONCE) if found is None else found

    def _of_ranks(self, by_ranks: RankFilter) -> Found:
        sure, looked_at = by_ranks.listed(self._session)
        if looked_at is None or self.column is None:
            return None
        return self.column.of(sure).plus(looked_at)

    def asked(self, part: Part) -> Pieces | None:
        """What to look for, where words can tell."""
        if part.filters in self.untold:
            return None
        if part.pieces is None or part.pieces.enough:
            return part.pieces
        return self.guesses.rarest(part.text, part.pieces)

    def _by_words(self, part: Part) -> Found:
        """The videos with a text in their title or names; None if the tokens can't tell."""
        asked = self.asked(part)
        if asked is None or self.column is None:
            return None
        if not asked.enough:
            candidates = self.find_candidates(part)
            if candidates is None or len(candidates) > MOST_UNSURE:
                return None
            return look_at(self._session, candidates.ids, part.wanted.plain)
        hits = find_by_words(self._session, asked)
        if hits is None or len(hits.unsure) > MOST_UNSURE:
            return None
        found = self.column.of(hits.sure)
        if not len(hits.unsure):
            # Its conditions would be put for nothing: some have to read all names.
            return found
        return found.plus(look_at(self._session, hits.unsure, part.wanted.plain))

    def _candidates(self, phrase: Part) -> Found:
        asked = self.asked(phrase)
        hits = None if asked is None else find_by_words(self._session, asked)
        if hits is None or self.column is None:
            return None
        return self.column.of(merged(hits.unsure, hits.sure))

    def _hidden(self, column: FacetColumn) -> Found:
        """The videos that are hidden, and those of hidden channels."""
        of_channels = self.take(of_hidden_channels(self._names))
        if of_channels is None:
            return None
        hidden = column.of(column.passing(FacetTest().having("hidden", 1)))
        return hidden.without(of_channels.ids).plus(of_channels)
