"""Batches as people see them: begun, listed, cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Select,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from catalogtool.auth.models import User
from catalogtool.catalog.edits.models import OPEN, EditBatch, EditChunk
from catalogtool.core.errors import ConcurrencyError, NotFoundError
from catalogtool.core.times import iso
from catalogtool.jobs.enqueue import defer

JOB = "run_edit_batch"
CHUNK = 5_000


def new_batch(session: Session, user: User, kind: str, **values: Any) -> EditBatch:
    """A batch that waits to be run."""
    batch = EditBatch(id=uuid4(), kind=kind, user_id=user.id, **values)
    session.add(batch)
    session.flush()
    return batch


def choose_videos(session: Session, batch: EditBatch, matching: Select[Any]) -> None:
    """Fix the videos (a query for their keys) that a batch is about, a chunk in a row."""
    pk = matching.subquery().c[0]
    place = func.row_number().over(order_by=pk) - 1
    placed = select(pk.label("pk"), (place // CHUNK + 1).label("n")).subquery()
    session.execute(
        insert(EditChunk).from_select(
            ["batch_id", "n", "video_pks"],
            select(
                literal(batch.id),
                placed.c.n,
                func.array_agg(aggregate_order_by(placed.c.pk, placed.c.pk)),
            ).group_by(placed.c.n),
        )
    )
    size = func.coalesce(func.sum(func.cardinality(EditChunk.video_pks)), 0)
    chosen = session.scalar(select(size).where(EditChunk.batch_id == batch.id))
    batch.matched += int(chosen or 0)
    session.flush()


def enqueue(session: Session, batch_id: UUID) -> None:
    """Let a worker run the batch; never two at once."""
    lock = f"edit batch {batch_id}"
    defer(session, JOB, queue="default", lock=lock, queueing_lock=lock, batch_id=str(batch_id))


def get_batch(session: Session, batch_id: UUID) -> EditBatch:
    """The batch as it is now; NotFoundError if there is none."""
    batch = session.get(EditBatch, batch_id, populate_existing=True)
    if batch is None:
        raise NotFoundError("No such batch of edits.", {"batch_id": str(batch_id)})
    return batch


def request_cancel(session: Session, batch_id: UUID) -> EditBatch:
    """End a waiting batch at once; ask the worker of a running one to stop after its chunk.

    What has been changed stays changed. ConcurrencyError for a batch that has ended.
    """
    ended = update(EditBatch).where(EditBatch.id == batch_id, EditBatch.status == "pending")
    asked = update(EditBatch).where(EditBatch.id == batch_id, EditBatch.status == "processing")
    found = session.execute(
        ended.values(status="cancelled", cancel_requested=True, finished_at=func.now()).returning(
            EditBatch.id
        )
    ).first()
    if found:
        session.execute(text("DELETE FROM edit_chunk WHERE batch_id = :id"), {"id": batch_id})
    else:
        found = session.execute(asked.values(cancel_requested=True).returning(EditBatch.id)).first()
    batch = get_batch(session, batch_id)
    if not found:
        raise ConcurrencyError(
            f"The batch cannot be cancelled: it is {batch.status}.",
            {"batch_id": str(batch_id), "status": batch.status},
        )
    return batch


def revive(session: Session) -> list[UUID]:
    """Enqueue again the open batches that no job works for any more."""
    orphans = session.scalars(
        text(
            """SELECT b.id FROM edit_batch b WHERE b.status = ANY (:open) AND NOT EXISTS (
                SELECT FROM procrastinate_jobs j
                WHERE j.task_name = :job AND j.status IN ('todo', 'doing')
                  AND j.args ->> 'batch_id' = b.id::text)"""
        ),
        {"job": JOB, "open": list(OPEN)},
    ).all()
    for batch_id in orphans:
        enqueue(session, batch_id)
    return list(orphans)


def list_batches(session: Session, page: int, per_page: int) -> dict[str, Any]:
    """A page of the batches, newest first."""
    total = session.scalar(select(func.count()).select_from(EditBatch)) or 0
    rows = session.execute(
        _shown()
        .order_by(EditBatch.created_at.desc(), EditBatch.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return {
        "batches": [_view(*row) for row in rows],
        "total": total,
        "pages": -(-total // per_page),
        "current_page": page,
    }


def describe(session: Session, batch_id: UUID) -> dict[str, Any]:
    """One batch as people see it; NotFoundError if there is none."""
    session.flush()
    row = session.execute(
        _shown().where(EditBatch.id == batch_id).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFoundError("No such batch of edits.", {"batch_id": str(batch_id)})
    return _view(*row)


def _shown() -> Select[Any, Any, Any]:
    """Batches with their person and the latest rollback that took anything of them back."""
    undoing = aliased(EditBatch)
    took_back = undoing.status.in_(OPEN) | (undoing.updated > 0)
    rolled_back_by = (
        select(undoing.id)
        .where(undoing.undoes_batch_id == EditBatch.id, took_back)
        .order_by(undoing.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(EditBatch, User.email, rolled_back_by).outerjoin(
        User, User.id == EditBatch.user_id
    )


def _view(batch: EditBatch, email: str | None, rolled_back_by: UUID | None) -> dict[str, Any]:
    whole = max(batch.matched, 1)
    done = 100.0 if batch.status == "completed" else 100.0 * batch.processed / whole
    return {
        "batch_id": str(batch.id),
        "kind": batch.kind,
        "status": batch.status,
        "matched": batch.matched,
        "processed": batch.processed,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "skipped_count": batch.skipped_count,
        "skipped": batch.skipped,
        "percentage": round(done, 1),
        "user": email,
        "changes": batch.changes,
        "filter": batch.filter,
        "created_at": iso(batch.created_at),
        "finished_at": iso(batch.finished_at),
        "error_message": batch.error_message,
        "rolled_back_by": str(rolled_back_by) if rolled_back_by else None,
        "undoes_batch_id": str(batch.undoes_batch_id) if batch.undoes_batch_id else None,
        "undoes_report_id": batch.undoes_report_id,
        "undoes_record_id": batch.undoes_record_id,
    }
