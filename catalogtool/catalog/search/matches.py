"""How many videos match, and, where they are few, which.

The planner cannot tell whether a filter matches ten videos or a million; counting a little tells
it for certain. Few matches are then sorted as they are, and only a list of many is read along its
sort's index, where many means that the next match is never far away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Select, case, func, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import Condition

EXACT_UP_TO = 10_000
FEW = 2_000
TIMEOUT_MS = 15_000


@dataclass(frozen=True)
class Matches:
    """The number of matches, whether it is exact, and the ids of all of them if they are few."""

    total: int
    exact: bool
    ids: Sequence[int] | None


def prepare(session: Session) -> None:
    """Plan each statement for its own values, and give up on one that takes too long."""
    session.execute(
        text(
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
            " set_config('statement_timeout', :timeout, true)"
        ),
        {"timeout": str(TIMEOUT_MS)},
    )


def count_matches(session: Session, conditions: Sequence[Condition], *, exact: bool) -> Matches:
    """Count: to the end if `exact`, else up to 10,000 and by the planner's estimate above."""
    matching = select(Video.id).where(*conditions)
    some = matching.limit(EXACT_UP_TO + 1).subquery()
    number = func.count()
    ids = case((number <= FEW, func.array_agg(some.c.id)))
    total, found = session.execute(select(number, ids).select_from(some)).one()
    if total <= EXACT_UP_TO:
        return Matches(total, exact=True, ids=(found or []) if total <= FEW else None)
    if exact:
        counted = session.execute(select(func.count()).select_from(matching.subquery()))
        return Matches(counted.scalar_one(), exact=True, ids=None)
    return Matches(max(total, estimate_rows(session, matching)), exact=False, ids=None)


def estimate_rows(session: Session, query: Select[Any]) -> int:
    """How many rows the planner expects."""
    plan = session.execute(Explain(query)).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


class Explain(Executable, ClauseElement):
    """The plan of a query instead of its rows."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explain, "postgresql")
def _explain(element: Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **options)}"
