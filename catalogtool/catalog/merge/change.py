"""The statements that change videos and counters: for a report's rows and for a look's alike.

Each takes the SQL after FROM that joins the staged row `r` with the stored one, and leaves old and
new values in the history, signed by :source and :report_id.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalogtool.catalog.merge.age import NEWEST, Age, Later
from catalogtool.catalog.merge.delta import (
    as_json,
    changes_object,
    differs,
    may_speak,
    needs_write,
    new_provenance,
    not_pending,
)
from catalogtool.catalog.merge.fields import Field

NOTHING = "'{}'::jsonb"


def change_videos(
    fields: Sequence[Field],
    came_from: str,
    told: str,
    *,
    age: Age = NEWEST,
    later: Later | None = None,
    said: str = NOTHING,
) -> str:
    """Change the videos `v` that differ from `r`, with one audit record each.

    `came_from` ends with a condition and an order. `said` is SQL for what else is to be told in the
    record; `told` is what the statement returns of each changed video's `delta`: its `id`,
    `video_id`, `changes`, `old_asset`, and the new values.
    """
    new_values = ", ".join(
        f"CASE WHEN {may_speak(f, 'v', 'r', age)} AND {not_pending(f)}"
        f" THEN {f.value('r')} ELSE v.{f.name} END AS {f.name}"
        for f in fields
    )
    changes = changes_object(
        (
            f.name,
            f"{differs(f, 'v', 'r', age)} AND {not_pending(f)}",
            as_json(f"v.{f.name}", f.type),
            as_json(f.value("r"), f.type),
        )
        for f in fields
    )
    joined, condition = came_from.split("WHERE", 1)
    names = {field.name for field in fields}
    title, channel = (
        f"coalesce({name}, old_{name})" if name in names else f"old_{name}"
        for name in ("title", "channel_display_name")
    )
    return f"""WITH {later.with_newer if later else ""}
        delta AS MATERIALIZED (
            SELECT v.id, v.video_id, v.title AS old_title, v.asset_id AS old_asset,
                   v.channel_display_name AS old_channel_display_name,
                   v.provenance AS old_provenance, {new_values},
                   {new_provenance(fields, "v", "r", age)} AS provenance,
                   {changes} || {said} AS changes
            {joined}
            LEFT JOIN LATERAL (
                SELECT array_agg(p.field) AS fields FROM ({_by_people(names)}) AS p
            ) AS pending ON true
            WHERE {condition}),
        written AS (
            UPDATE video v
            SET {", ".join(f"{f.name} = delta.{f.name}" for f in fields)},
                provenance = delta.provenance,
                updated_at = CASE WHEN delta.changes = '{{}}' THEN v.updated_at ELSE now() END
            FROM delta WHERE v.id = delta.id
              AND (delta.changes <> '{{}}' OR delta.provenance <> delta.old_provenance)),
        audited AS (
            INSERT INTO metadata_sync
                (video_id, channel_display_name, video_title, changes, source, report_id)
            SELECT video_id, {channel}, {title}, changes, :source, cast(:report_id AS bigint)
            FROM delta WHERE changes <> '{{}}')
        SELECT {told} FROM delta WHERE changes <> '{{}}'"""


def change_counters(
    fields: Sequence[Field],
    came_from: str,
    told: str,
    *,
    age: Age = NEWEST,
    later: Later | None = None,
    also: str = "NULL",
) -> str:
    """Change the counters `c` that differ from `r` and keep what they were.

    `came_from` ends with a condition. `told` is what the statement returns of each video with
    another value: its `video_pk`, its `changes`, and `also`, a column of what `came_from` joins.
    """
    names = [field.name for field in fields]
    values = ", ".join(
        f"CASE WHEN {may_speak(f, 'c', 'r', age)} THEN r.{f.source} ELSE c.{f.name} END"
        f" AS {f.name}, c.{f.name} AS old_{f.name},"
        f" {differs(f, 'c', 'r', age)} AS {f.name}_differs"
        for f in fields
    )
    steps = ", ".join(
        f"CASE WHEN {n}_differs THEN old_{n} END, CASE WHEN {n}_differs THEN {n} END" for n in names
    )
    any_differs = " OR ".join(f"{n}_differs" for n in names)
    changes = changes_object((n, f"{n}_differs", f"old_{n}", n) for n in names)
    returned = told.replace("changes", f"{changes} AS changes")
    return f"""WITH {later.with_newer if later else ""}
        delta AS MATERIALIZED (
            SELECT c.video_pk, {also}, {values},
                   {new_provenance(fields, "c", "r", age)} AS provenance
            {came_from} AND ({needs_write(fields, "c", "r", age)})
            ORDER BY c.video_pk),
        written AS (
            UPDATE video_counter c
            SET {", ".join(f"{n} = delta.{n}" for n in names)}, provenance = delta.provenance,
                last_synced = CASE WHEN {any_differs} THEN now() ELSE c.last_synced END
            FROM delta WHERE c.video_pk = delta.video_pk),
        kept AS (
            INSERT INTO counter_change (video_pk, recorded_at, report_id,
                {", ".join(f"old_{n}, {n}" for n in names)})
            SELECT video_pk, now(), cast(:report_id AS bigint), {steps}
            FROM delta WHERE {any_differs})
        SELECT {returned} FROM delta WHERE {any_differs}"""


def _by_people(names: set[str]) -> str:
    """The fields of the video `v` that no source may set: unconfirmed edits, final verdicts."""
    edited = "SELECT field FROM pending_edit WHERE video_id = v.video_id"
    if "is_short" not in names:
        return edited
    return f"""{edited}
        UNION ALL SELECT 'is_short' FROM non_youtube_shorts WHERE video_id = v.video_id
        UNION ALL SELECT 'is_short' FROM youtube_shorts
            WHERE video_id = v.video_id AND source = 'user'"""
