"""A look's values on their way into SQL: temporary tables, emptied by every commit.

One COPY is the quickest way for some hundred rows, and every statement of the same transaction can
join them. The tables belong to the connection, which keeps them for the next look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.db import driver_connection

# The tables have no statistics; few rows meet large tables, so that indexes are always right.
_SETTINGS = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
           set_config('gin_pending_list_limit', '16MB', true)
"""


@dataclass(frozen=True)
class Staged:
    """A temporary table: its name, and its columns with their types."""

    name: str
    columns: Mapping[str, str]


def stage(session: Session, table: Staged, rows: Iterable[Mapping[str, object]]) -> None:
    """Fill the table with these rows alone; a column that a row leaves out is unknown."""
    session.execute(text(_SETTINGS))
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    session.execute(
        text(f"CREATE TEMP TABLE IF NOT EXISTS {table.name} ({columns}) ON COMMIT DELETE ROWS")
    )
    session.execute(text(f"TRUNCATE pg_temp.{table.name}"))
    statement = f"COPY pg_temp.{table.name} ({', '.join(table.columns)}) FROM STDIN"
    with driver_connection(session).cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row([row.get(name) for name in table.columns])
