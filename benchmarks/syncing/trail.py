"""Whether the history is exact: replayed on the values before, it gives the values of today."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

# Only columns that a look may change; a record's other entries tell of claims.
_VIDEOS = """SELECT video_id, to_jsonb(v) - '{id,updated_at,provenance,facets}'::text[] AS row
    FROM video v"""
_RECORDS = "SELECT video_id, changes FROM metadata_sync WHERE id > %s ORDER BY id"
_LAST = "SELECT coalesce(max(id), 0) AS id FROM metadata_sync"
_COUNTERS = """SELECT v.video_id, c.views, c.comments, c.likes
    FROM video_counter c JOIN video v ON v.id = c.video_pk"""
_STEPS = """SELECT v.video_id, s.* FROM counter_change s JOIN video v ON v.id = s.video_pk
    WHERE s.recorded_at > %s ORDER BY s.recorded_at"""
_LATEST = "SELECT coalesce(max(recorded_at), '2000-01-01') AS at FROM counter_change"
Row = dict[str, Any]


def broken_trails(before: str, after: str) -> list[str]:
    """A line for each change that the history does not tell, or tells wrongly."""
    with (
        psycopg.connect(before, row_factory=dict_row) as old,
        psycopg.connect(after, row_factory=dict_row) as new,
    ):
        for connection in (old, new):
            connection.execute("SET TIME ZONE 'UTC'")
        return [*_of_fields(old, new), *_of_counters(old, new)]


def _of_fields(old: psycopg.Connection[Row], new: psycopg.Connection[Row]) -> list[str]:
    values = {row["video_id"]: dict(row["row"]) for row in old.execute(_VIDEOS)}
    last = _one(old, _LAST)["id"]
    wrong = []
    for record in new.execute(_RECORDS, [last]):
        held = values[record["video_id"]]
        for name, (from_, to) in record["changes"].items():
            if name not in held:
                continue
            if not _same(held[name], from_):
                wrong.append(f"{record['video_id']}: {name} was {held[name]!r}, not {from_!r}")
            held[name] = to
    for row in new.execute(_VIDEOS):
        held = values[row["video_id"]]
        wrong += [
            f"{row['video_id']}: {name} is {row['row'].get(name)!r}, the history says {value!r}"
            for name, value in held.items()
            if not _same(row["row"].get(name), value)
        ]
    return wrong


def _of_counters(old: psycopg.Connection[Row], new: psycopg.Connection[Row]) -> list[str]:
    names = ("views", "comments", "likes")
    values = {row["video_id"]: dict(row) for row in old.execute(_COUNTERS)}
    latest = _one(old, _LATEST)["at"]
    wrong = []
    for step in new.execute(_STEPS, [latest]):
        held = values[step["video_id"]]
        for name in names:
            if step[name] is None:
                continue
            if held[name] != step[f"old_{name}"]:
                wrong.append(f"{step['video_id']}: {name} was {held[name]}, not {step}")
            held[name] = step[name]
    wrong += [
        f"{row['video_id']}: counters are {row}, not {values[row['video_id']]}"
        for row in new.execute(_COUNTERS)
        if dict(row) != {name: values[row["video_id"]][name] for name in row}
    ]
    return wrong


def _one(connection: psycopg.Connection[Row], statement: str) -> Row:
    row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return dict(row)


def _same(stored: object, told: object) -> bool:
    """Times are told in another spelling than rows are."""
    if isinstance(stored, str) and isinstance(told, str) and stored[:1].isdigit():
        return stored.removesuffix("+00:00") == told.removesuffix("+00:00").removesuffix("Z") or (
            stored == told
        )
    return stored == told
