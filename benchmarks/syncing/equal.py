"""Both sides must end with the same rows, or their comparison is worth nothing."""

from __future__ import annotations

from import_sql.equal_rows import require_equal_rows

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
    require_equal_rows(ours, by_hand, _ROWS)
