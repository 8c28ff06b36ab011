"""What a test of the process's memory does beside it: writing, and a look at the memory itself."""

from __future__ import annotations

from sqlalchemy import text

from catalogtool.catalog.search.known.memory import Memory, memory_of
from catalogtool.core.db import reading, unit_of_work


def execute(statement: str) -> None:
    """Run this in a transaction of its own."""
    with unit_of_work() as session:
        session.execute(text(statement))


def the_memory() -> Memory:
    """What this process remembers of the database that it reads."""
    with reading() as connection:
        return memory_of(connection)
