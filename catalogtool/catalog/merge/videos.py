"""A chunk's statements on `video`: create the new ones, change what differs and say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.change import change_videos
from catalogtool.catalog.merge.compare import CLAIMS, FIELDS, NEW
from catalogtool.catalog.merge.delta import first_provenance
from catalogtool.catalog.merge.fields import (
    COUNTER_FIELDS,
    SETTLED,
    VIDEO_FIELDS,
    Field,
    Kind,
)
from catalogtool.catalog.merge.settle import settle
from catalogtool.channels.service import ensure_channels

if TYPE_CHECKING:
    from catalogtool.catalog.merge.chunk import Chunk

IN_CHUNK = "t.n BETWEEN :first AND :last"


def create_channels(session: Session, chunk: Chunk) -> None:
    """Make the channels that the chunk's videos name and that nobody has seen yet."""
    staging = chunk.staging
    ensure_channels(
        session,
        f"""SELECT r.channel_display_name AS name, r.channel_id
        FROM {staging.todo} t JOIN {staging.rows} r ON r.ctid = t.tid
        WHERE {IN_CHUNK} AND t.what & {NEW | FIELDS | CLAIMS} <> 0""",
        chunk.parameters,
        provisional=staging.kind is Kind.CLAIMS,
    )


def insert(session: Session, chunk: Chunk) -> None:
    """Create the chunk's new videos with their counters; what an asset knows comes with them."""
    staging = chunk.staging
    fields = {field.name: field for field in VIDEO_FIELDS[staging.kind]}
    settled = {field.name: field for field in SETTLED}
    names = [*fields, *(name for name in settled if name not in fields)]
    values = [_first_value(fields.get(name), settled.get(name)) for name in names]
    came_from = f"FROM {staging.todo} t JOIN {staging.rows} r ON r.ctid = t.tid"
    session.execute(
        text(
            f"""INSERT INTO video (id, video_id, provenance, {", ".join(names)})
            OVERRIDING SYSTEM VALUE
            SELECT t.pk, t.video_id,
                   {first_provenance(fields.values(), "r")} | {_settled_provenance(fields)},
                   {", ".join(values)}
            {came_from} LEFT JOIN asset a ON a.asset_id = r.asset_id
            WHERE {IN_CHUNK} AND t.what = {NEW} ORDER BY t.n"""
        ),
        chunk.parameters,
    )
    counted = COUNTER_FIELDS[staging.kind]
    session.execute(
        text(
            f"""INSERT INTO video_counter (video_pk, facets, provenance, {_names(counted)})
            SELECT v.id, v.facets, {first_provenance(counted, "r")}, {_names(counted, "r.")}
            {came_from} JOIN video v ON v.id = t.pk
            WHERE {IN_CHUNK} AND t.what = {NEW} ORDER BY t.n"""
        ),
        chunk.parameters,
    )


def lock_changed(session: Session, chunk: Chunk) -> None:
    """Lock the rows to be changed before looking at them.

    A user's edit that is under way is waited for here, so that the next statement sees it and
    the note of it in `pending_edit`.
    """
    session.execute(
        text(
            f"""SELECT count(*) FROM (
                SELECT FROM video v JOIN {chunk.staging.todo} t ON t.pk = v.id
                WHERE {IN_CHUNK} AND t.what & {NEW} = 0 AND t.what & {FIELDS | CLAIMS} <> 0
                ORDER BY v.id FOR NO KEY UPDATE OF v
            ) AS locked"""
        ),
        chunk.parameters,
    )


def update(session: Session, chunk: Chunk) -> set[int]:
    """Change the videos that differ, with one audit record each; their keys are returned.

    What changed in their claims is part of the same record. A video that moved to another asset
    takes over that asset's codes.
    """
    staging = chunk.staging
    statement = change_videos(
        VIDEO_FIELDS[staging.kind],
        f"""FROM {staging.todo} t
            JOIN {staging.rows} r ON r.ctid = t.tid
            JOIN video v ON v.id = t.pk
            LEFT JOIN {staging.said} said ON said.pk = t.pk
            WHERE {IN_CHUNK} AND t.what & {NEW} = 0
              AND (t.what & {FIELDS} <> 0 OR said.pk IS NOT NULL)
            ORDER BY t.n""",
        "id, asset_id IS DISTINCT FROM old_asset",
        age=chunk.later.of_video(staging.kind, "v", "v.id"),
        later=chunk.later,
        said="coalesce(said.changes, '{}')",
    )
    rows = session.execute(text(statement), chunk.parameters).all()
    moved = [key for key, to_another_asset in rows if to_another_asset]
    if moved:
        settle(session, chunk.edition.source, "v.id = ANY (:moved)", moved=moved)
    return {key for key, _ in rows}


def _first_value(own: Field | None, settled: Field | None) -> str:
    """A new video's value: the report's own, else its asset's."""
    if own is None:
        assert settled is not None
        return f"a.{settled.name}"
    if settled is None:
        return own.value("r")
    if own.rank < settled.rank:
        return f"coalesce(a.{own.name}, {own.value('r')})"
    return f"coalesce({own.value('r')}, a.{own.name})"


def _settled_provenance(own: dict[str, Field]) -> str:
    """The rank of the values that came from the asset; a better own one keeps its own."""
    terms = ["0"]
    for field in SETTLED:
        if field.slot is None:
            continue
        rival = own.get(field.name)
        from_asset = f"a.{field.name} IS NOT NULL"
        if rival is not None and rival.rank > field.rank:
            from_asset += f" AND {rival.value('r')} IS NULL"
        terms.append(f"CASE WHEN {from_asset} THEN {field.rank << (4 * field.slot)} ELSE 0 END")
    return " | ".join(terms)


def _names(fields: tuple[Field, ...], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{field.source if prefix else field.name}" for field in fields)
