"""The other side: what a good engineer would write into psql for a clean report of version a4.

COPY the file as text, then one typed, deduplicated INSERT per table, or for a report of the next
day the differences, the audit and the updates. One transaction, no checks, no rejects, no
progress, no counts, no claim to be restarted.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

import psycopg

from import_sql.by_hand_changes import CHANGES, RULE

MIB = 1024 * 1024

# What our import grants itself as well.
SAME_MEMORY = """
SELECT set_config('work_mem', '256MB', true), set_config('gin_pending_list_limit', '16MB', true)
"""

CHANNELS = """
INSERT INTO channel (name, channel_id)
SELECT channel_display_name, min(channel_id) FROM raw
WHERE channel_display_name IS NOT NULL GROUP BY 1 ORDER BY 1
"""

VIDEOS = f"""
INSERT INTO video (video_id, title, channel_id, channel_display_name, asset_id, custom_id, isrc,
    video_length, time_published, claimed_status, privacy_status, claimed_by_another_owner,
    other_owners_claiming, effective_policy, category, upload_source, is_live_stream,
    embedding_allowed, ratings_allowed, comments_allowed, third_party_ads_enabled,
    display_ads_enabled, sponsored_cards_enabled, overlay_ads_enabled,
    nonskippable_video_ads_enabled, long_nonskippable_video_ads_enabled,
    skippable_video_ads_enabled, prerolls_enabled, midrolls_enabled, postrolls_enabled)
SELECT DISTINCT ON (video_id) video_id, btrim(video_title), channel_id, channel_display_name,
    asset_id, custom_id, isrc, video_length::integer, time_published::timestamptz,
    CASE WHEN claim_id IS NOT NULL OR claimed_by_this_owner = 'Yes' THEN 'claimed'
         WHEN claimed_by_this_owner = 'No' THEN 'unclaimed' END,
    lower(video_privacy_status),
    CASE WHEN other_owners_claiming IS NULL THEN 'No' ELSE 'Yes' END,
    other_owners_claiming, effective_policy, category, upload_source,
    upload_source LIKE '%LIVE%',
    embedding_allowed, ratings_allowed, comments_allowed, third_party_ads_enabled,
    display_ads_enabled, sponsored_cards_enabled, overlay_ads_enabled,
    nonskippable_video_ads_enabled, long_nonskippable_video_ads_enabled,
    skippable_video_ads_enabled, prerolls_enabled, midrolls_enabled, postrolls_enabled
FROM raw ORDER BY video_id, {RULE}
"""

COUNTERS = f"""
INSERT INTO video_counter (video_pk, views, engaged_views, comments)
SELECT v.id, r.views::bigint, r.engaged_views::bigint, r.comments::bigint
FROM (SELECT DISTINCT ON (video_id) video_id, views, engaged_views, comments
      FROM raw ORDER BY video_id, {RULE}) AS r
JOIN video v ON v.video_id = r.video_id
ORDER BY v.id
"""

CLAIMS = """
INSERT INTO claim (video_id, claim_id, asset_id, custom_id, effective_policy, claim_origin)
SELECT DISTINCT ON (video_id, claim_id, asset_id, custom_id)
    video_id, claim_id, asset_id, custom_id, effective_policy, claim_origin
FROM raw WHERE num_nonnulls(claim_id, asset_id, custom_id) > 0
ORDER BY video_id, claim_id, asset_id, custom_id
"""

FIRST = (CHANNELS, VIDEOS, COUNTERS, CLAIMS)


def first_import(url: str, file: Path) -> list[tuple[str, float]]:
    """Fill the empty tables; the seconds of each step."""
    return _run(url, file, FIRST)


def next_import(url: str, file: Path) -> list[tuple[str, float]]:
    """Bring a later report into the filled tables; the seconds of each step."""
    return _run(url, file, CHANGES)


def _run(url: str, file: Path, statements: tuple[str, ...]) -> list[tuple[str, float]]:
    steps = []
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
        connection.commit()
        began = time.perf_counter()

        def took(what: str) -> None:
            nonlocal began
            steps.append((what, time.perf_counter() - began))
            began = time.perf_counter()

        connection.execute(SAME_MEMORY)
        _copy(connection, file)
        took("COPY")
        for statement in statements:
            connection.execute(statement)
            took(" ".join(statement.split()[:4]))
        connection.execute("DROP TABLE raw")
        connection.commit()
        took("COMMIT")
    return steps


def _copy(connection: psycopg.Connection[tuple[object, ...]], file: Path) -> None:
    with open(file, encoding="utf-8", newline="") as text:
        columns = ", ".join(f"{name} text" for name in next(csv.reader(text)))
    connection.execute(f"CREATE UNLOGGED TABLE raw ({columns})")
    with (
        open(file, "rb") as stream,
        connection.cursor().copy("COPY raw FROM STDIN (FORMAT csv, HEADER)") as copy,
    ):
        while data := stream.read(MIB):
            copy.write(data)
