"""Both sides must end with the same rows, or the comparison is worth nothing."""

from __future__ import annotations

import psycopg

# Times of writing and keys of our own are left out; a hand takes no note of unconfirmed edits.
_ROWS = {
    "videos": """SELECT to_jsonb(v) - '{updated_at}'::text[] FROM video v""",
    "audit records": """SELECT video_id, channel_display_name, video_title, changes, source, user_id
        FROM metadata_sync WHERE user_id = 1""",
}


def require_equal(ours: str, by_hand: str) -> None:
    """RuntimeError names what is not equal, row by row."""
    unequal = [
        f"{name}: {mine} / {theirs}"
        for name, rows in _ROWS.items()
        if (mine := _digest(ours, rows)) != (theirs := _digest(by_hand, rows))
    ]
    if unequal:
        raise RuntimeError(f"the two databases do not hold the same {'; '.join(unequal)}")


def _digest(url: str, rows: str) -> tuple[object, ...]:
    """How many rows, and a sum of their hashes."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            f"SELECT count(*), sum(hashtextextended(x::text, 0))::text FROM ({rows}) AS x"
        ).fetchone()
    assert found is not None
    return found
