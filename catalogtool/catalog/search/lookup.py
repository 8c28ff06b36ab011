"""Statements whose best plan is the same for all values: each connection plans them once.

A search asks some of them every time, and to plan one takes longer than to run it. They go to the
driver as they are, without another look at their parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.psycopg import dialect

from catalogtool.core.db import Reader, driver_connection

DIALECT = dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Lookup:
    """A statement and the values that are part of it; `columns` are the names of its result."""

    sql: str
    fixed: Mapping[str, Any]
    columns: tuple[str, ...]

    @classmethod
    def of(cls, query: Select[Any]) -> Lookup:
        """Make it once and keep it; the query's open parameters are bound when it is asked."""
        compiled = query.compile(dialect=DIALECT)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return cls(str(compiled), fixed, tuple(query.selected_columns.keys()))

    def ask(
        self,
        reader: Reader,
        given: Mapping[str, Any],
        *,
        keep_plan: bool = True,
        binary: bool = False,
    ) -> Sequence[tuple[Any, ...]]:
        """The rows for these values, in the driver's own types.

        Without `keep_plan` the plan is made for these values, and only the text is kept. `binary`
        is quicker for large values, and slower for many.
        """
        values = {**self.fixed, **given}
        connection = driver_connection(reader)
        return connection.execute(self.sql, values, prepare=keep_plan, binary=binary).fetchall()
