"""The other side: what a good engineer would write who has YouTube's answers already.

Batches of 50 in transactions of their own: one INSERT for the audit and one UPDATE for the videos,
the same for their counters. No queue, no requests, no leases, nobody else to be careful of.
"""

from __future__ import annotations

import json
import time
from typing import Any

import psycopg
from psycopg.rows import dict_row

BATCH = 50
FIELDS = {
    "title": "text", "channel_id": "text", "channel_display_name": "text", "category": "text",
    "privacy_status": "text", "embedding_allowed": "text", "video_length": "integer",
    "time_published": "timestamptz", "is_live_stream": "boolean", "is_short": "boolean",
}  # fmt: skip
COUNTERS = ("views", "comments", "likes")

_ANSWERS = f"""SELECT v.video_id, v.id AS pk, {", ".join(f"v.{name}" for name in FIELDS)},
    {", ".join(f"c.{name}" for name in COUNTERS)}, l.missing_since IS NOT NULL AS missing
    FROM video v JOIN video_counter c ON c.video_pk = v.id JOIN video_look l ON l.video_pk = v.id
    ORDER BY v.id"""
_COLUMNS = ", ".join(
    ["pk bigint", "video_id text", "missing boolean"]
    + [f"{name} {kind}" for name, kind in FIELDS.items()]
    + [f"{name} bigint" for name in COUNTERS]
)
_GIVEN = f"jsonb_to_recordset(%(rows)s::jsonb) AS r({_COLUMNS})"
_DIFFER = {
    name: f"(v.{name} IS DISTINCT FROM r.{name} AND r.{name} IS NOT NULL)" for name in FIELDS
}
_COUNT = {n: f"(c.{n} IS DISTINCT FROM r.{n} AND r.{n} IS NOT NULL)" for n in COUNTERS}


def _json(table: str, name: str) -> str:
    if name != "time_published":
        return f"{table}.{name}"
    return f"""to_char({table}.{name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


_CHANGES = ", ".join(
    f"'{n}', CASE WHEN {d} THEN jsonb_build_array({_json('v', n)}, {_json('r', n)}) END"
    for n, d in _DIFFER.items()
)
AUDIT = f"""
INSERT INTO metadata_sync (video_id, channel_display_name, video_title, changes, source)
SELECT v.video_id, coalesce(r.channel_display_name, v.channel_display_name),
    coalesce(r.title, v.title), jsonb_strip_nulls(jsonb_build_object({_CHANGES}, 'availability',
        CASE WHEN missing THEN '["found", "not found"]'::jsonb END)), 'youtube'
FROM {_GIVEN} JOIN video v ON v.id = r.pk WHERE missing OR {" OR ".join(_DIFFER.values())}
"""
UPDATE = f"""
UPDATE video v SET {", ".join(f"{n} = coalesce(r.{n}, v.{n})" for n in FIELDS)}, updated_at = now()
FROM {_GIVEN} WHERE v.id = r.pk AND (missing OR {" OR ".join(_DIFFER.values())})
"""
_STEPS = ", ".join(
    f"CASE WHEN {d} THEN c.{n} END, CASE WHEN {d} THEN r.{n} END" for n, d in _COUNT.items()
)
KEEP = f"""
INSERT INTO counter_change (video_pk, recorded_at, {", ".join(f"old_{n}, {n}" for n in COUNTERS)})
SELECT c.video_pk, now(), {_STEPS} FROM {_GIVEN} JOIN video_counter c ON c.video_pk = r.pk
WHERE {" OR ".join(_COUNT.values())}
"""
COUNT = f"""
UPDATE video_counter c SET {", ".join(f"{n} = coalesce(r.{n}, c.{n})" for n in COUNTERS)},
    last_synced = now()
FROM {_GIVEN} WHERE c.video_pk = r.pk AND ({" OR ".join(_COUNT.values())})
"""
LOOK = f"""
INSERT INTO video_look (video_pk, metadata_at, missing_since)
SELECT r.pk, now(), CASE WHEN missing THEN now() END FROM {_GIVEN}
ON CONFLICT (video_pk) DO UPDATE SET metadata_at = excluded.metadata_at
"""
SHORTS = f"""
INSERT INTO youtube_shorts (video_id, source) SELECT video_id, 'youtube_api' FROM {_GIVEN}
WHERE is_short ON CONFLICT DO NOTHING
"""
STATEMENTS = (AUDIT, UPDATE, KEEP, COUNT, LOOK, SHORTS)


def answers_of(url: str) -> list[str]:
    """The values of a database that holds them already, as JSON for each batch."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        rows: list[dict[str, Any]] = connection.execute(_ANSWERS).fetchall()
    starts = range(0, len(rows), BATCH)
    return [json.dumps(rows[start : start + BATCH], default=str) for start in starts]


def apply(url: str, answers: list[str]) -> float:
    """The seconds that it takes to apply and audit all batches."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
        connection.commit()
        began = time.perf_counter()
        for rows in answers:
            for statement in STATEMENTS:
                connection.execute(statement, {"rows": rows})
            connection.commit()
        return time.perf_counter() - began
