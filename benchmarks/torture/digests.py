"""What must be equal after every import, however often it was interrupted.

A table is compared as a set of JSON rows without surrogate keys and times of writing, by number
and by the sum of two hashes, so that no order matters. Where a digest differs, the rows themselves
are fetched from both databases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import psycopg

TIMES = ("id", "created_at", "updated_at")
_LEFT_OUT_OF_REPORT = (
    *("id", "created_at", "processed_at", "started_at", "seconds", "attempt", "cursor"),
    *("filename", "file_time", "file_version", "created_by"),
)


def _rows(table: str, *left_out: str, more: str = "'{}'::jsonb", of: str = "") -> str:
    names = ", ".join(left_out)
    return f"SELECT to_jsonb(t) - '{{{names}}}'::text[] || {more} AS row FROM {table} t {of}"


_OF_VIDEO = "JOIN video v ON v.id = t.video_pk"
_VIDEO_ID = "jsonb_build_object('video_id', v.video_id)"
_COUNTED = "jsonb_build_object('video_id', v.video_id, 'synced', t.last_synced IS NOT NULL)"


def _ledger(table: str, key: str) -> str:
    """What a ledger sums up to; how it is divided into rows says nothing."""
    return f"""SELECT jsonb_build_array({key}, sum(videos)) AS row FROM {table}
        GROUP BY {key} HAVING sum(videos) <> 0"""


TABLES = {
    "video": _rows("video", *TIMES),
    "channel": _rows("channel", *TIMES),
    "claim": _rows("claim", *TIMES),
    "asset": _rows("asset", *TIMES),
    "youtube_shorts": _rows("youtube_shorts", *TIMES),
    "video_counter": _rows("video_counter", "video_pk", "last_synced", more=_COUNTED, of=_OF_VIDEO),
    "facet_count": _ledger("facet_count", "facets"),
    "known_count": _ledger("known_count", "facets"),
    "channel_count": _ledger("channel_count", "channel_display_name"),
    "metadata_sync": _rows("metadata_sync", "id", "sync_time"),
    "counter_change": _rows(
        "counter_change", "video_pk", "recorded_at", more=_VIDEO_ID, of=_OF_VIDEO
    ),
    "report_error": _rows("report_error"),
    "report_coverage": """SELECT jsonb_build_array(t.report_id, v.video_id) AS row
        FROM report_coverage t CROSS JOIN LATERAL unnest(t.ids) AS span
        JOIN video v ON v.id >= lower(span) AND v.id < upper(span)""",
    "report": _rows("report", *_LEFT_OUT_OF_REPORT),
    "staging": "SELECT to_jsonb(tablename) AS row FROM pg_tables WHERE schemaname = 'staging'",
    "open jobs": """SELECT to_jsonb(status) AS row FROM procrastinate_jobs
        WHERE task_name = 'import_report' AND status IN ('todo', 'doing')""",
}

Digest = tuple[int, str, str]


def digests(url: str) -> dict[str, Digest]:
    """Table → number of rows and two sums of hashes."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        return {name: _digest(connection, rows) for name, rows in TABLES.items()}


def _digest(connection: psycopg.Connection, rows: str) -> Digest:
    found = connection.execute(
        f"""SELECT count(*), coalesce(sum(hashtextextended(row::text, 0)), 0)::text,
            coalesce(sum(hashtextextended(row::text, 1)), 0)::text FROM ({rows}) AS rows"""
    ).fetchone()
    assert found is not None
    return found


def compare(expected: dict[str, Digest], url: str, reference: str, but: Iterable[str] = ()) -> str:
    """Nothing, or what differs between this database and the undisturbed one, in detail."""
    present = digests(url)
    wrong = [name for name in expected if present[name] != expected[name] and name not in but]
    return "\n".join(_difference(name, url, reference) for name in wrong)


def _difference(name: str, url: str, reference: str) -> str:
    ours, theirs = (Counter(_all(name, where)) for where in (url, reference))
    missing, surplus = list((theirs - ours).elements()), list((ours - theirs).elements())
    lines = [f"  {name}: {len(missing)} rows are missing, {len(surplus)} are too many"]
    lines += [f"    - {row[:1500]}" for row in sorted(missing)[:5]]
    lines += [f"    + {row[:1500]}" for row in sorted(surplus)[:5]]
    return "\n".join(lines)


def _all(name: str, url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        return [row[0] for row in connection.execute(f"SELECT row::text FROM ({TABLES[name]}) r")]
