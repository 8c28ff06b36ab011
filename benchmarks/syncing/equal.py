"""Both sides must end with the same rows, or their comparison is worth nothing."""

from __future__ import annotations

import psycopg

# Times of writing, keys and ranks of our own are left out; a hand does not keep them.
_ROWS = {
    "videos": "SELECT to_jsonb(v) - '{updated_at,provenance}'::text[] FROM video v",
    "counters": "SELECT to_jsonb(c) - '{last_synced,provenance}'::text[] FROM video_counter c",
    "audit records": """SELECT video_id, channel_display_name, video_title, changes
        FROM metadata_sync WHERE source = 'youtube'""",
    "looks": "SELECT video_pk, missing_since IS NULL FROM video_look",
    "Shorts": "SELECT video_id, source FROM youtube_shorts",
    "counter changes": """SELECT to_jsonb(s) - '{recorded_at,report_id}'::text[]
        FROM counter_change s""",
}


def require_equal(ours: str, by_hand: str) -> None:
    """RuntimeError names what is not equal."""
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
        connection.execute("SET TIME ZONE 'UTC'")
        found = connection.execute(
            f"SELECT count(*), sum(hashtextextended(x::text, 0))::text FROM ({rows}) AS x"
        ).fetchone()
    assert found is not None
    return found
