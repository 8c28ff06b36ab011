"""Both sides must end with the same rows, or the comparison is worth nothing."""

from __future__ import annotations

import psycopg

from import_sql.by_hand_changes import VALUES

# Keys of our own, times of writing and the provenance (which the hand does not keep) are left out.
_ROWS = {
    "channels": "SELECT name, channel_id FROM channel",
    "videos": f"SELECT video_id, policy, {', '.join(VALUES)} FROM video",
    "counters": """SELECT v.video_id, c.views, c.engaged_views, c.comments, c.likes
        FROM video_counter c JOIN video v ON v.id = c.video_pk""",
    "claims": """SELECT video_id, claim_id, asset_id, custom_id, effective_policy, claim_origin
        FROM claim""",
    "audit records": """SELECT video_id, channel_display_name, video_title, changes, source
        FROM metadata_sync""",
    "counter changes": """SELECT v.video_id, c.old_views, c.views, c.old_engaged_views,
        c.engaged_views, c.old_comments, c.comments
        FROM counter_change c JOIN video v ON v.id = c.video_pk""",
}

Digests = dict[str, tuple[int, int]]


def digests_of(url: str) -> Digests:
    """Of each set of rows: how many, and a sum of their hashes."""
    with psycopg.connect(url) as connection:
        return {name: _digest(connection, rows) for name, rows in _ROWS.items()}


def require_equal(ours: str, by_hand: str) -> Digests:
    """The digests of both databases; RuntimeError names what is not equal."""
    mine, theirs = digests_of(ours), digests_of(by_hand)
    unequal = [
        f"{name}: {mine[name]} / {theirs[name]}" for name in mine if mine[name] != theirs[name]
    ]
    if unequal:
        raise RuntimeError(f"the two databases do not hold the same {'; '.join(unequal)}")
    return mine


def writes_to_videos(url: str) -> int:
    """How many row versions were ever written to `video`, or removed from it."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables
            WHERE relname = 'video'"""
        ).fetchone()
    assert row is not None
    return int(row[0])


def _digest(connection: psycopg.Connection[tuple[object, ...]], rows: str) -> tuple[int, int]:
    row = connection.execute(
        f"SELECT count(*), coalesce(sum(hash_record_extended(x, 0)), 0)::text FROM ({rows}) AS x"
    ).fetchone()
    assert row is not None
    return int(str(row[0])), int(str(row[1]))
