"""Videos take over the codes of their assets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.age import NEWEST
from catalogtool.catalog.merge.delta import (
    changes_object,
    differs,
    may_speak,
    new_provenance,
    not_pending,
)
from catalogtool.catalog.merge.fields import SETTLED, Field
from catalogtool.catalog.merge.source import Source

Changes = dict[str, list[Any]]


def settle(session: Session, source: Source, which: str, **parameters: object) -> set[int]:
    """Give the videos `v` that the SQL condition `which` names the codes of their assets `a`.

    A user's edit that waits for its confirmation stays. One audit record for each video that
    changes; their keys are returned.
    """
    rows = _settle(session, source, which, "id", parameters)
    return {pk for (pk,) in rows}


def settle_telling(
    session: Session, source: Source, which: str, **parameters: object
) -> dict[str, Changes]:
    """The same; returns what changed, by video id."""
    rows = _settle(session, source, which, "video_id, changes", parameters)
    return {row.video_id: row.changes for row in rows}


def _settle(
    session: Session, source: Source, which: str, told: str, parameters: dict[str, object]
) -> Iterable[Any]:
    fields: tuple[Field, ...] = SETTLED
    if source.is_look:
        # What YouTube says of an asset when it is asked is better than any report of it. The rank
        # stays, so that later reports can go on correcting what they could correct before.
        fields = tuple(replace(field, slot=None) for field in SETTLED)
    differ = {f: f"{differs(f, 'v', 'a', NEWEST)} AND {not_pending(f)}" for f in fields}
    bound = {**source.parameters, **parameters}
    session.execute(text(_lock(fields, which)), bound)
    return session.execute(text(_change(differ, which, told)), bound).all()


def _lock(fields: Iterable[Field], which: str) -> str:
    any_differs = " OR ".join(f"({differs(f, 'v', 'a', NEWEST)})" for f in fields)
    return f"""SELECT count(*) FROM (
        SELECT FROM video v JOIN asset a ON a.asset_id = v.asset_id
        WHERE {which} AND ({any_differs})
        ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""


def _change(differ: dict[Field, str], which: str, told: str) -> str:
    new_values = ", ".join(
        f"CASE WHEN {may_speak(f, 'v', 'a', NEWEST)} AND {not_pending(f)}"
        f" THEN a.{f.name} ELSE v.{f.name} END AS {f.name}"
        for f in differ
    )
    changes = changes_object(
        (f.name, condition, f"v.{f.name}", f"a.{f.name}") for f, condition in differ.items()
    )
    return f"""WITH delta AS MATERIALIZED (
            SELECT v.id, v.video_id, v.title, v.channel_display_name, {new_values},
                   {new_provenance(SETTLED, "v", "a", NEWEST)} AS provenance,
                   {changes} AS changes
            FROM video v JOIN asset a ON a.asset_id = v.asset_id
            LEFT JOIN LATERAL (
                SELECT array_agg(p.field) AS fields FROM pending_edit p
                WHERE p.video_id = v.video_id) AS pending ON true
            WHERE {which} AND ({" OR ".join(f"({term})" for term in differ.values())})
            ORDER BY v.id),
        written AS (
            UPDATE video v
            SET {", ".join(f"{f.name} = delta.{f.name}" for f in differ)},
                provenance = delta.provenance, updated_at = now()
            FROM delta WHERE v.id = delta.id),
        audited AS (
            INSERT INTO metadata_sync
                (video_id, channel_display_name, video_title, changes, source, report_id)
            SELECT video_id, channel_display_name, title, changes, :source,
                   cast(:report_id AS bigint)
            FROM delta)
        SELECT {told} FROM delta"""
