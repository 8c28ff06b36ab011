"""Roughly how many videos match, before anything is read: by a sample, or by the planner.

The planner's guess about a part of a title can be wrong by orders of magnitude. The sample is a
partial index over one video in 128 in a random order; of a large catalogue only its beginning is
read, always some thousand videos. What it shows is live, and correlations are in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from sqlalchemy import Executable, Select, func, literal, select, text, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement

from catalogtool.catalog.models import SAMPLE_RANK, Video
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.facets import FacetTest
from catalogtool.catalog.search.names import like
from catalogtool.core.db import Reader

EXACT_UP_TO = 10_000
# As the index has them.
RANKS, KEPT_RANKS = 8192, 64
SAMPLE_SIZE = 8_000
# Where each video has to be fetched, so many are enough to see that nearly none or very many match.
FIRST_LOOK = 1_000
# So many standard deviations above what 10,000 matches would show are no chance (1 in 3 million).
CERTAIN = 5


@dataclass(frozen=True)
class Estimate:
    """The expected number of matches; `surely_many` if there must be more than 10,000."""

    matches: int
    surely_many: bool


def estimate_by_sample(
    session: Reader,
    test: FacetTest,
    conditions: Sequence[Condition],
    videos: int,
    title_part: str | None = None,
) -> tuple[Estimate, Estimate]:
    """Judge by the sample of a catalogue of so many videos.

    Returns the estimate of all that meet the test of facets and the conditions, and of those that
    meet the conditions alone. A part of the title, where it is the only condition, is looked for
    in the sample's index itself; for anything else the videos are fetched, at first only some.
    """
    if title_part is None and conditions:
        few = _look_at(session, test, conditions, _ranks(FIRST_LOOK, videos), None)
        if few[1].matches == 0 or few[0].surely_many:
            return few
    return _look_at(session, test, conditions, _ranks(SAMPLE_SIZE, videos), title_part)


def _ranks(size: int, videos: int) -> int:
    """How many of the sample's ranks hold about so many videos."""
    return max(1, min(KEPT_RANKS, round(size * RANKS / max(videos, 1))))


def _look_at(
    session: Reader,
    test: FacetTest,
    conditions: Sequence[Condition],
    ranks: int,
    title_part: str | None,
) -> tuple[Estimate, Estimate]:
    sampled = text(f"({SAMPLE_RANK}) < {ranks}")
    if title_part is not None or not conditions:
        passes = test.condition(Video.facets.expression)
        query = select(func.count().filter(passes), func.count()).select_from(Video)
        query = query.where(sampled)
        if title_part is not None:
            # Not quite the column: no other index may seem to serve it.
            query = query.where(Video.title.concat("").ilike(like(title_part)))
    else:
        ids = select(Video.id).where(sampled).offset(literal(0)).subquery("sampled")
        met = select(Video.facets).where(Video.id == ids.c.id, *conditions)
        seen = met.correlate(ids).offset(literal(0)).lateral("seen")
        passes = test.condition(seen.c.facets)
        query = select(func.count().filter(passes), func.count())
        query = query.select_from(ids.join(seen, true()))
    both, alone = session.execute(query).one()
    share = ranks / RANKS
    return _judge(both, share), _judge(alone, share)


def _judge(hits: int, share: float) -> Estimate:
    expected = EXACT_UP_TO * share
    return Estimate(round(hits / share), hits > expected + CERTAIN * (sqrt(expected) + 1))


def count_up_to(session: Reader, conditions: Sequence[Condition], most: int) -> int:
    """The number of matches, or `most + 1` if there are more."""
    some = select(literal(1)).select_from(Video).where(*conditions).limit(most + 1).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one()


def estimate_by_planner(session: Reader, conditions: Sequence[Condition]) -> int:
    """How many matches the planner expects."""
    plan = session.execute(Explain(select(Video.id).where(*conditions))).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


class Explain(Executable, ClauseElement):
    """The plan of a query instead of its rows."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explain, "postgresql")
def _explain(element: Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **options)}"
