"""Taking back: one record, a batch, or what a report changed; each is a batch of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import MetadataSync
from catalogtool.catalog.edits.batches import get_batch, new_batch
from catalogtool.catalog.edits.bulk import start
from catalogtool.catalog.edits.fields import COMPANIONS, STORED
from catalogtool.catalog.edits.models import OPEN, EditBatch
from catalogtool.catalog.edits.preview import CHOOSING_SECONDS, be_patient
from catalogtool.catalog.edits.progress import carry_out, complete, fields_of_records
from catalogtool.catalog.models import Video
from catalogtool.core.errors import ConcurrencyError, NotFoundError, ReportNotFoundError

# Stands for whatever a record speaks of that is no column of a video.
OTHER = ""
KNOWN = sorted({*STORED, *COMPANIONS})

_SPAN_OF_REPORT = text(
    """SELECT CASE WHEN field = ANY (:known) THEN field ELSE '' END AS field,
              min(sync_time) AS since, max(sync_time) AS until
    FROM metadata_sync, jsonb_object_keys(changes) AS field
    WHERE report_id = :report_id GROUP BY 1"""
)


def roll_back_record(session: Session, user: User, record_id: int) -> dict[str, Any]:
    """Put the old values of one record back; what was put back, and what was not and why."""
    row = session.execute(
        select(MetadataSync.sync_time, MetadataSync.changes, Video.id)
        .join(Video, Video.video_id == MetadataSync.video_id)
        .where(MetadataSync.id == record_id)
    ).first()
    if row is None:
        raise NotFoundError("No such change in the history.", {"id": record_id})
    batch = new_batch(
        session,
        user,
        "rollback",
        undoes_record_id=record_id,
        since=row.sync_time,
        until=row.sync_time,
        fields=_fields(list(row.changes)),
        matched=1,
    )
    outcome = carry_out(session, batch, [row.id])
    complete(session, batch)
    if not outcome.updated:
        session.delete(batch)
    return {
        "restored": {name: new for name, (_, new) in outcome.changes.items()},
        "skipped": outcome.said[0][1] if outcome.said else [],
        "record_id": outcome.record_id,
    }


def roll_back_batch(session: Session, user: User, batch_id: UUID) -> EditBatch:
    """Take back all records of a batch, whether it was an edit or a rollback itself.

    ConcurrencyError for a batch that has not ended.
    """
    undone = get_batch(session, batch_id)
    if undone.status in OPEN:
        raise ConcurrencyError(
            f"The batch cannot be rolled back yet: it is {undone.status}.",
            {"batch_id": str(batch_id), "status": undone.status},
        )
    batch = new_batch(
        session,
        user,
        "rollback",
        undoes_batch_id=batch_id,
        since=undone.created_at,
        until=undone.finished_at,
        fields=[name for name in undone.fields if name != OTHER],
    )
    be_patient(session, CHOOSING_SECONDS)
    start(session, batch, _videos(batch, MetadataSync.batch_id == batch_id))
    return batch


def roll_back_report(session: Session, user: User, report_id: int) -> EditBatch:
    """Take back what a report changed in videos that were there before it.

    ReportNotFoundError if nobody knows it; ConcurrencyError while it is being imported.
    """
    be_patient(session, CHOOSING_SECONDS)
    status = session.scalar(text("SELECT status FROM report WHERE id = :id"), {"id": report_id})
    if status in OPEN:
        raise ConcurrencyError(
            f"Report {report_id} cannot be rolled back yet: it is {status}.",
            {"report_id": report_id, "status": status},
        )
    rows = session.execute(_SPAN_OF_REPORT, {"report_id": report_id, "known": KNOWN}).all()
    if status is None and not rows:
        raise ReportNotFoundError(details={"report_id": report_id})
    batch = new_batch(
        session,
        user,
        "rollback",
        undoes_report_id=report_id,
        since=min((row.since for row in rows), default=None),
        until=max((row.until for row in rows), default=None),
        fields=_fields([row.field for row in rows]),
    )
    start(session, batch, _videos(batch, MetadataSync.report_id == report_id).distinct())
    return batch


def _videos(batch: EditBatch, which: Any) -> Select[Any]:
    """The keys of the videos that have such a record."""
    return (
        select(Video.id)
        .join(MetadataSync, MetadataSync.video_id == Video.video_id)
        .where(which, MetadataSync.sync_time.between(batch.since, batch.until))
    )


def _fields(names: list[str]) -> list[str]:
    """What the rollback has to look at, and whether there is anything else."""
    known = fields_of_records(names)
    return [*known, OTHER] if set(names) - set(known) else known
