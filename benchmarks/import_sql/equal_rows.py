"""Both sides must end with the same rows, or their comparison is worth nothing."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg


def require_equal_rows(ours: str, by_hand: str, queries: Mapping[str, str]) -> None:
    """Compare what each query gives in both databases; RuntimeError names what is not equal."""
    unequal = [
        f"{name}: {mine} / {theirs}"
        for name, rows in queries.items()
        if (mine := _digest(ours, rows)) != (theirs := _digest(by_hand, rows))
    ]
    if unequal:
        raise RuntimeError(f"the two databases do not hold the same {'; '.join(unequal)}")


def _digest(url: str, rows: str) -> tuple[object, ...]:
    """How many rows, and a sum of their hashes."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        found = connection.execute(
            f"SELECT count(*), sum(hashtextextended(x::text, 0))::text FROM ({rows}) AS x"
        ).fetchone()
    assert found is not None
    return found
