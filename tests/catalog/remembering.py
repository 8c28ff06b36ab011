"""What a test of the process's memory does beside it: writing, and a look at the memory itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

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


def in_threads(write: Callable[[int], None], ask: Callable[[], int], over: Event) -> list[int]:
    """What four answer who ask until two have written all, which `over` tells them."""
    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for one in [pool.submit(write, number) for number in range(2)]:
                one.result(timeout=100)
        finally:
            over.set()
        return [one.result(timeout=60) for one in asking]
