"""About how many videos meet something, as the sample tells; nobody is asked twice in a search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf

import numpy as np

from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.listing import MOST_LISTED
from catalogtool.catalog.search.known.memory import Memory
from catalogtool.catalog.search.known.sample import Sample
from catalogtool.catalog.search.known.state import State
from catalogtool.catalog.search.names import Names
from catalogtool.catalog.search.parts import Part
from catalogtool.catalog.words.pieces import Piece, Pieces
from catalogtool.catalog.words.tokens import PART_SIZE
from catalogtool.core.db import Reader

# Where the sample shows none, there may still be so many as one in so many of it would stand for.
UNSEEN = 0.3


class Guesses:
    """The guesses of one search."""

    def __init__(self, session: Reader, memory: Memory, state: State, names: Names) -> None:
        self._session = session
        self._memory = memory
        self._state = state
        self._names = names
        self._expected: dict[Filters, float] = {}
        self._places: dict[Filters, float] = {}
        self._rarest: dict[str, Pieces] = {}
        self._titles: dict[tuple[str, ...], float] = {}

    @property
    def sample(self) -> Sample | None:
        """Some videos; None if there is no such knowledge yet."""
        return self._taken[0]

    @property
    def changed(self) -> int:
        """How many videos may have changed since it was taken."""
        return self._taken[1]

    @cached_property
    def _taken(self) -> tuple[Sample | None, int]:
        # Once in a search: another one may be taken meanwhile, of other videos.
        return self._memory.sample(self._session, self._state)

    def expected(self, part: Part) -> float:
        """About how many videos one filter leaves."""
        if part.filters not in self._expected:
            self._expected[part.filters] = self._guess(part)
        return self._expected[part.filters]

    def having(self, pieces: Sequence[Piece]) -> float:
        """About how many titles have all these pieces; infinite if nobody knows."""
        if self.sample is None:
            return inf
        texts = tuple(piece.likely for piece in pieces)
        if texts not in self._titles:
            met = [self.sample.having("search", text) for text in texts]
            self._titles[texts] = float(np.logical_and.reduce(met).sum()) / self.sample.share
        return self._titles[texts]

    def rarest(self, text: str, pieces: Pieces) -> Pieces:
        """The pieces of this text that fewest titles have."""
        if text not in self._rarest:
            self._rarest[text] = pieces.rarest(lambda piece: self.having([piece]))
        return self._rarest[text]

    def postings(self, part: Part) -> float:
        """About in how many places the names with a text are looked up; none for a title."""
        if part.name and self.sample is not None and part.filters not in self._places:
            each = self.sample.having_each("artist" if part.filters.artist else "label", part.name)
            parts = 1 + self._state.videos / PART_SIZE
            self._places[part.filters] = float(np.minimum(each, parts).sum())
        return self._places.get(part.filters, 0.0)

    def _guess(self, part: Part) -> float:
        if self.sample is None:
            return MOST_LISTED
        met = self.sample.matching(part.filters, self._names)
        if met is None:
            return self._state.videos
        return max(int(met.sum()), UNSEEN) / self.sample.share
