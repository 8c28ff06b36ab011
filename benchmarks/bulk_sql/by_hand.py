"""The other side: what a good engineer would type into psql for the edit at hand.

One INSERT for the audit and one UPDATE, in one transaction. No preview, no note of what YouTube
does not know yet, no progress, no way to stop it, no claim to be restarted.
"""

from __future__ import annotations

import time

import psycopg

from bulk_sql.cases import CHOSEN, Case

# What ours grants itself as well.
SAME_SETTINGS = """
SELECT set_config('gin_pending_list_limit', '16MB', true),
       set_config('synchronous_commit', 'off', true)
"""
BATCH = "00000000-0000-0000-0000-000000000001"


def edit(url: str, case: Case) -> float:
    """The seconds of the edit."""
    chosen = f"category = '{CHOSEN}' AND NOT hidden"
    new, field = case.by_hand, case.field
    return _run(
        url,
        f"""INSERT INTO metadata_sync
            (video_id, channel_display_name, video_title, changes, source, user_id, batch_id)
        SELECT video_id, channel_display_name, {new if field == "title" else "title"},
            jsonb_build_object('{field}', jsonb_build_array({field}, {new})), 'user', 1, '{BATCH}'
        FROM video WHERE {chosen} AND {field} IS DISTINCT FROM {new}""",
        f"""UPDATE video SET {field} = {new}, updated_at = now()
        WHERE {chosen} AND {field} IS DISTINCT FROM {new}""",
    )


def roll_back(url: str, case: Case) -> float:
    """The seconds of its rollback, where the present value is still the written one."""
    field = case.field
    pair = f"(m.changes -> '{field}')"
    old = f"{pair} ->> 0"
    if case.is_list:
        old = f"""CASE jsonb_typeof({pair} -> 0) WHEN 'array'
            THEN ARRAY(SELECT jsonb_array_elements_text({pair} -> 0)) END"""
    same = f"""FROM metadata_sync m WHERE m.batch_id = '{BATCH}' AND m.video_id = v.video_id
        AND to_jsonb(v.{field}) = {pair} -> 1"""
    return _run(
        url,
        f"""INSERT INTO metadata_sync
            (video_id, channel_display_name, video_title, changes, source, user_id, batch_id)
        SELECT v.video_id, v.channel_display_name, {old if field == "title" else "v.title"},
            jsonb_build_object('{field}', jsonb_build_array({pair} -> 1, {pair} -> 0)),
            'rollback', 1, gen_random_uuid()
        FROM video v, metadata_sync m WHERE m.batch_id = '{BATCH}' AND m.video_id = v.video_id
            AND to_jsonb(v.{field}) = {pair} -> 1""",
        f"UPDATE video v SET {field} = {old}, updated_at = now() {same}",
        f"UPDATE metadata_sync SET batch_id = NULL WHERE batch_id = '{BATCH}'",
        counted=2,
    )


def _run(url: str, *statements: str, counted: int = 2) -> float:
    """The seconds of the first statements and their commit; the rest only tidies up."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
        connection.commit()
        began = time.perf_counter()
        connection.execute(SAME_SETTINGS)
        for statement in statements[:counted]:
            connection.execute(statement)
        connection.commit()
        seconds = time.perf_counter() - began
        for statement in statements[counted:]:
            connection.execute(statement)
    return seconds
