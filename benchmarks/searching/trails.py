"""The SQL of what hangs on the videos: counters, their changes, audit records, pending edits."""

from __future__ import annotations

from searching.draws import Draws
from searching.values import MOMENTS, moment

# As old as a catalogue of half a year: an empty partition costs a search something as well.
PAST_MONTHS = 6
PARTITION = """
CREATE TABLE {parent}_{suffix} PARTITION OF {parent} FOR VALUES FROM ('{first}') TO ('{after}')
"""
MONTHS = """
SELECT to_char(month, '"y"YYYY"m"MM'), month::date || ' 00:00Z',
    (month + interval '1 month')::date || ' 00:00Z'
FROM generate_series(date_trunc('month', %(now)s::timestamptz) - %(past)s * interval '1 month',
    date_trunc('month', now()) - interval '1 month', interval '1 month') AS month
"""


def reports() -> str:
    """INSERT of the imports, the last one with the number 1."""
    when = moment("n")
    return f"""
INSERT INTO report (id, filename, status, phase, kind, created_at, processed_at, as_of, percentage)
OVERRIDING USER VALUE
SELECT n, 'reports/video_report_' || n || '.csv', 'completed', 'done', 'video', {when}, {when},
    {when}, 100
FROM generate_series(0, {MOMENTS - 1}) AS n ORDER BY n
"""


def counters(seed: int) -> str:
    """INSERT of the counters of all videos: many zeros, and a long tail of views.

    `last_synced` is complete at once: rows that are changed again in the transaction that makes
    their indexes would keep other sessions from using these.
    """
    draws = Draws(seed, "id")
    views = f"least(floor(8 * power(1 - {draws.share('views')}, -1.15)), 9e9)::bigint"
    known = draws.share("viewed")
    return f"""
INSERT INTO video_counter (video_pk, views, engaged_views, comments, likes, facets, last_synced)
SELECT id, views, views * 3 / 5, views / 900, CASE WHEN id %% 3 > 0 THEN views / 60 END, facets,
    greatest(CASE WHEN {_has_changed(seed, "id")} THEN {_changed_at("id")} END,
        CASE WHEN {_is_audited(seed)} THEN updated_at END)
FROM (SELECT id, facets, updated_at,
          CASE WHEN {known} < 0.30 THEN 0 WHEN {known} < 0.92 THEN {views} END
      AS views FROM video WHERE id BETWEEN %(first)s AND %(last)s OFFSET 0) AS counted
"""


def counter_changes(seed: int) -> str:
    """INSERT of what the last import changed: the views of most videos that have any."""
    return f"""
INSERT INTO counter_change (video_pk, recorded_at, report_id, old_views, views)
SELECT video_pk, {_changed_at("video_pk")}, 1, views * 9 / 10, views
FROM video_counter
WHERE {_has_changed(seed, "video_pk")} AND video_pk BETWEEN %(first)s AND %(last)s
"""


def _has_changed(seed: int, row: str) -> str:
    return f"(views IS NOT NULL AND {Draws(seed, row).share('changed')} < 0.65)"


def _is_audited(seed: int) -> str:
    return f"({Draws(seed, 'id').share('audited')} < 0.1)"


def _changed_at(row: str) -> str:
    """Chunk by chunk, as an import commits."""
    return f"{moment('0')} + {row} / 20000 * interval '0.4 s'"


def audit(seed: int) -> str:
    """INSERT of a record for a tenth of the videos, at the time of their last change."""
    draws = Draws(seed, "id")
    return f"""
INSERT INTO metadata_sync (sync_time, video_id, channel_display_name, video_title, changes, source,
    report_id)
SELECT updated_at, video_id, channel_display_name, title,
    CASE id %% 3
        WHEN 0 THEN jsonb_build_object('title', jsonb_build_array('Untitled', title))
        WHEN 1 THEN jsonb_build_object('privacy_status',
            jsonb_build_array('unlisted', privacy_status))
        ELSE jsonb_build_object('claimed_status', jsonb_build_array(null, claimed_status),
            'asset_id', jsonb_build_array(null, asset_id)) END,
    CASE WHEN {draws.share("edited")} < 0.05 THEN 'user' ELSE 'report' END,
    CASE WHEN {draws.share("edited")} >= 0.05 THEN 1 + {draws.tailed("moment", MOMENTS, 2)} END
FROM video
WHERE {_is_audited(seed)} AND id BETWEEN %(first)s AND %(last)s
"""


def pending(seed: int) -> str:
    """INSERT of an unconfirmed edit for one video of two thousand."""
    return f"""
INSERT INTO pending_edit (video_id, field, value)
SELECT video_id, 'title', to_jsonb(title || ' (edited)') FROM video
WHERE {Draws(seed, "id").share("pending")} < 0.0005 AND id BETWEEN %(first)s AND %(last)s
"""
