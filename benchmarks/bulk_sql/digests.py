"""Both sides must end with the same rows, or the comparison is worth nothing."""

from __future__ import annotations

from import_sql.equal_rows import require_equal_rows

# Times of writing and keys of our own are left out; a hand takes no note of unconfirmed edits.
_ROWS = {
    "videos": """SELECT to_jsonb(v) - '{updated_at}'::text[] FROM video v""",
    "audit records": """SELECT video_id, channel_display_name, video_title, changes, source, user_id
        FROM metadata_sync WHERE user_id = 1""",
}


def require_equal(ours: str, by_hand: str) -> None:
    """RuntimeError names what is not equal."""
    require_equal_rows(ours, by_hand, _ROWS)
