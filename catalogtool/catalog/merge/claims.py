"""A chunk's statements on `claim`: insert the new ones, change what differs, tell the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.compare import NEW, SAME_CLAIM
from catalogtool.catalog.merge.delta import (
    changes_object,
    differs,
    may_speak,
    needs_write,
)
from catalogtool.catalog.merge.fields import CLAIM_FIELDS, CLAIM_KEY

if TYPE_CHECKING:
    from catalogtool.catalog.merge.chunk import Chunk


def merge(session: Session, chunk: Chunk) -> None:
    """Bring the claims of the chunk's videos up to date; what changed goes into `said`."""
    staging = chunk.staging
    fields = CLAIM_FIELDS[staging.kind]
    names = ", ".join(field.name for field in fields)
    came_from = f"""FROM {staging.todo} t
        JOIN {staging.claims} k ON k.video_id = t.video_id
        JOIN {staging.rows} r ON r.ctid = k.tid"""
    session.execute(
        text(_update(chunk, came_from)),
        chunk.parameters,
    )
    session.execute(
        text(
            f"""WITH made AS (
                INSERT INTO claim (video_id, {", ".join(CLAIM_KEY)}, {names})
                SELECT t.video_id, {", ".join(f"r.{c}" for c in CLAIM_KEY)},
                       {", ".join(f.value("r") for f in fields)}
                {came_from}
                WHERE t.n BETWEEN :first AND :last
                  AND NOT EXISTS (SELECT FROM claim present WHERE {SAME_CLAIM})
                ORDER BY t.n, {", ".join(f"r.{c}" for c in CLAIM_KEY)}
                RETURNING video_id, {", ".join(CLAIM_KEY)})
            INSERT INTO {staging.said} AS said (pk, changes)
            SELECT t.pk, jsonb_object_agg(
                       concat_ws(' ', 'claim', made.claim_id, made.asset_id, made.custom_id),
                       jsonb_build_array(NULL, 'new'))
            FROM made JOIN {staging.todo} t ON t.video_id = made.video_id
            WHERE t.n BETWEEN :first AND :last AND t.what & {NEW} = 0
            GROUP BY t.pk
            ON CONFLICT (pk) DO UPDATE SET changes = said.changes || excluded.changes"""
        ),
        chunk.parameters,
    )


def _update(chunk: Chunk, came_from: str) -> str:
    staging = chunk.staging
    fields = CLAIM_FIELDS[staging.kind]
    age = chunk.later.of_key("t.pk")
    changes = changes_object(
        (
            f.name,
            differs(f, "present", "r", age),
            f"present.{f.name}",
            f.value("r"),
        )
        for f in fields
    )
    new_values = ", ".join(
        f"CASE WHEN {may_speak(f, 'present', 'r', age)}"
        f" THEN {f.value('r')} ELSE present.{f.name} END AS {f.name}"
        for f in fields
    )
    return f"""WITH {chunk.later.with_newer}
        delta AS MATERIALIZED (
            SELECT t.pk, present.id, {new_values}, {changes} AS changes,
                   concat_ws(' ', 'claim', r.claim_id, r.asset_id, r.custom_id) AS name
            {came_from} JOIN claim present ON {SAME_CLAIM}
            WHERE t.n BETWEEN :first AND :last AND t.what & {NEW} = 0
              AND ({needs_write(fields, "present", "r", age)})),
        written AS (
            UPDATE claim c SET {", ".join(f"{f.name} = delta.{f.name}" for f in fields)},
                   updated_at = now()
            FROM delta WHERE c.id = delta.id)
        INSERT INTO {staging.said} (pk, changes)
        SELECT pk, jsonb_object_agg(name || ': ' || each.key, each.value)
        FROM delta, jsonb_each(delta.changes) AS each
        GROUP BY pk"""
