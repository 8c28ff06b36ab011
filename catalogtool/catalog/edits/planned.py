"""How many rows the planner expects: the size of what is too much to be counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement


def planned_rows(session: Session, query: Select[Any]) -> int:
    """The planner's estimate of the rows that this query gives."""
    plan = session.execute(_Explain(query)).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


class _Explain(Executable, ClauseElement):
    """The plan of a query instead of its rows."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(_Explain, "postgresql")
def _explain(element: _Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **options)}"
