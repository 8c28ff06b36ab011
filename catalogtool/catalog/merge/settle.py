"""Videos take over the codes of their assets."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.coverage import Edition
from catalogtool.catalog.merge.delta import (
    changes_object,
    differs,
    may_speak,
    new_provenance,
    not_pending,
)
from catalogtool.catalog.merge.fields import SETTLED


def settle(session: Session, edition: Edition, which: str, **parameters: object) -> set[int]:
    """Give the videos `v` that the SQL condition `which` names the codes of their assets `a`.

    A user's edit that waits for its confirmation stays. One audit record for each video that
    changes; their keys are returned.
    """
    bound = {**edition.parameters, **parameters}
    differ = {f: f"{differs(f, 'v', 'a', None)} AND {not_pending(f)}" for f in SETTLED}
    any_differs = " OR ".join(f"({differs(f, 'v', 'a', None)})" for f in SETTLED)
    session.execute(
        text(
            f"""SELECT count(*) FROM (
                SELECT FROM video v JOIN asset a ON a.asset_id = v.asset_id
                WHERE {which} AND ({any_differs})
                ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
        ),
        bound,
    )
    new_values = ", ".join(
        f"CASE WHEN {may_speak(f, 'v', 'a', None)} AND {not_pending(f)}"
        f" THEN a.{f.name} ELSE v.{f.name} END AS {f.name}"
        for f in SETTLED
    )
    changes = changes_object((f.name, differ[f], f"v.{f.name}", f"a.{f.name}") for f in SETTLED)
    rows = session.execute(
        text(
            f"""WITH delta AS MATERIALIZED (
                SELECT v.id, v.video_id, v.title, v.channel_display_name, {new_values},
                       {new_provenance(SETTLED, "v", "a", None)} AS provenance,
                       {changes} AS changes
                FROM video v JOIN asset a ON a.asset_id = v.asset_id
                LEFT JOIN LATERAL (
                    SELECT array_agg(p.field) AS fields FROM pending_edit p
                    WHERE p.video_id = v.video_id) AS pending ON true
                WHERE {which} AND ({" OR ".join(f"({term})" for term in differ.values())})
                ORDER BY v.id),
            written AS (
                UPDATE video v
                SET {", ".join(f"{f.name} = delta.{f.name}" for f in SETTLED)},
                    provenance = delta.provenance, updated_at = now()
                FROM delta WHERE v.id = delta.id),
            audited AS (
                INSERT INTO metadata_sync
                    (video_id, channel_display_name, video_title, changes, source, report_id)
                SELECT video_id, channel_display_name, title, changes, 'report', :report_id
                FROM delta)
            SELECT id FROM delta"""
        ),
        bound,
    )
    return set(rows.scalars())
