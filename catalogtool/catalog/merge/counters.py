"""A chunk's statements on the counters: the present value in place, the step into the series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.compare import COUNTERS, NEW
from catalogtool.catalog.merge.coverage import NEWER
from catalogtool.catalog.merge.delta import (
    differs,
    may_speak,
    needs_write,
    new_provenance,
)
from catalogtool.catalog.merge.fields import COUNTER_FIELDS

if TYPE_CHECKING:
    from catalogtool.catalog.merge.chunk import Chunk

WHICH = f"t.n BETWEEN :first AND :last AND t.what & {NEW} = 0 AND t.what & {COUNTERS} <> 0"


def merge(session: Session, chunk: Chunk) -> set[int]:
    """Change the counters that differ and keep what they were; the videos' keys are returned."""
    staging = chunk.staging
    fields = COUNTER_FIELDS[staging.kind]
    names = [field.name for field in fields]
    is_old = None if chunk.newest else "(c.video_pk <@ (SELECT ids FROM newer))"
    values = ", ".join(
        f"CASE WHEN {may_speak(f, 'c', 'r', is_old)} THEN r.{f.source} ELSE c.{f.name} END"
        f" AS {f.name}, c.{f.name} AS old_{f.name},"
        f" {differs(f, 'c', 'r', is_old)} AS {f.name}_differs"
        for f in fields
    )
    steps = ", ".join(
        f"CASE WHEN {n}_differs THEN old_{n} END, CASE WHEN {n}_differs THEN {n} END" for n in names
    )
    any_differs = " OR ".join(f"{n}_differs" for n in names)
    rows = session.execute(
        text(
            f"""WITH {"" if chunk.newest else NEWER + ","}
            delta AS MATERIALIZED (
                SELECT c.video_pk, {values},
                       {new_provenance(fields, "c", "r", is_old)} AS provenance
                FROM {staging.todo} t
                JOIN {staging.rows} r ON r.ctid = t.tid
                JOIN video_counter c ON c.video_pk = t.pk
                WHERE {WHICH} AND ({needs_write(fields, "c", "r", is_old)})
                ORDER BY t.n),
            written AS (
                UPDATE video_counter c
                SET {", ".join(f"{n} = delta.{n}" for n in names)}, provenance = delta.provenance,
                    last_synced = CASE WHEN {any_differs} THEN now() ELSE c.last_synced END
                FROM delta WHERE c.video_pk = delta.video_pk),
            kept AS (
                INSERT INTO counter_change (video_pk, recorded_at, report_id,
                    {", ".join(f"old_{n}, {n}" for n in names)})
                SELECT video_pk, now(), :report_id, {steps}
                FROM delta WHERE {any_differs})
            SELECT video_pk FROM delta WHERE {any_differs}"""
        ),
        chunk.parameters,
    )
    return set(rows.scalars())
