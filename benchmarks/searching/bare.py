"""Tables without their indexes and foreign keys for as long as they are filled.

Whatever the schema has at that time is read from the catalog of the database and comes back as it
was, so this does not have to know any index by its name. Triggers for each row rest as well; those
for each statement keep derived tables and cost little where a statement fills half a million rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

# Of partitions only the parent: the parts follow it.
CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype = 'f'
FROM pg_constraint
WHERE (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    AND conparentid = 0 AND contype IN ('p', 'u', 'x', 'f')
ORDER BY contype = 'f', contype, conrelid::regclass::text, conname
"""
INDEXES = """
SELECT indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index
WHERE indrelid = ANY(%(tables)s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
ORDER BY 1
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, quote_ident(tgname)
FROM pg_trigger
WHERE tgrelid = ANY(%(tables)s::regclass[]) AND NOT tgisinternal AND tgenabled <> 'D'
    AND tgtype & 1 = 1
"""
MEMORY = """
SELECT set_config('maintenance_work_mem', '1500MB', true),
    set_config('max_parallel_maintenance_workers', '2', true)
"""


@contextmanager
def bare(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Within the transaction of `connection`; prints what took long to come back."""
    names = {"tables": list(tables)}
    constraints = connection.execute(CONSTRAINTS, names).fetchall()
    indexes = connection.execute(INDEXES, names).fetchall()
    triggers = connection.execute(TRIGGERS, names).fetchall()
    for table, name, _, _ in reversed(constraints):
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for table, name in triggers:
        print(f"  trigger {name} of {table} rests; what it keeps is not filled", flush=True)
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    yield
    connection.execute(MEMORY)
    for name, definition in indexes:
        _timed(connection, name, definition)
    for table, name, definition, _ in constraints:
        _timed(connection, name, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for table, name in triggers:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def _timed(connection: Connection, name: str, statement: str) -> None:
    began = time.perf_counter()
    connection.execute(statement)
    took = time.perf_counter() - began
    if took >= 1:
        print(f"  {took:7.1f} s  {name}", flush=True)
