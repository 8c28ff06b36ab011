"""How a worker carries a large batch through: chunk by chunk, each its own transaction.

The videos of each chunk were fixed when the batch was accepted. What a chunk did and how far the
batch is are committed together, so that whoever takes the batch up after a crash goes on behind
the last chunk, with the same counts.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from catalogtool.catalog.edits.batches import get_batch
from catalogtool.catalog.edits.models import OPEN, EditBatch, EditChunk
from catalogtool.catalog.edits.progress import LostTurn, carry_out, save
from catalogtool.catalog.merge.chunk import plan_for_few_rows
from catalogtool.catalog.merge.finish import TEXT_INDEXES
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import AppException
from catalogtool.core.log import bound, get_logger
from catalogtool.jobs.enqueue import defer
from catalogtool.jobs.retry import Requeue, is_transient
from catalogtool.jobs.running import stop_requested

MANY = 10_000

log = get_logger(__name__)


def run_batch(batch_id: UUID) -> None:
    """Bring a batch to its end, from wherever an earlier turn left it.

    Ends with the batch `completed`, `error` or `cancelled`. Raises Requeue when the worker is about
    to stop, and whatever speaks of an absent database, for the job to be run again.
    """
    attempt = _take_turn(batch_id)
    if attempt is None:
        return
    with bound(batch_id=str(batch_id), attempt=attempt):
        try:
            while _one_chunk(batch_id, attempt):
                _give_way()
        except LostTurn:
            log.warning("batch_lost_its_turn")
        except Requeue:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("batch_failed")
            _fail(batch_id, attempt, error)


def _give_way() -> None:
    if stop_requested():
        raise Requeue


def _take_turn(batch_id: UUID) -> int | None:
    """Start or resume the batch; None if it has ended meanwhile."""
    with unit_of_work() as session:
        return session.scalar(
            update(EditBatch)
            .where(EditBatch.id == batch_id, EditBatch.status.in_(OPEN))
            .values(attempt=EditBatch.attempt + 1, status="processing")
            .returning(EditBatch.attempt)
        )


def _one_chunk(batch_id: UUID, attempt: int) -> bool:
    """Do the next chunk; whether there may be another."""
    with unit_of_work() as session:
        batch = get_batch(session, batch_id)
        if batch.attempt != attempt or batch.status != "processing":
            raise LostTurn(f"batch {batch_id} is no longer ours")
        following = batch.cursor + 1
        pks = session.scalar(
            select(EditChunk.video_pks).where(
                EditChunk.batch_id == batch_id, EditChunk.n == following
            )
        )
        if pks is None or batch.cancel_requested:
            _end(session, batch, "completed" if pks is None else "cancelled")
            return False
        # A crash of the server may lose the last chunks, together with the cursor behind them.
        session.execute(text("SET LOCAL synchronous_commit = off"))
        plan_for_few_rows(session)
        carry_out(session, batch, pks)
        save(session, batch, cursor=following)
        return True


def _end(session: Session, batch: EditBatch, status: str) -> None:
    save(session, batch, status=status, finished_at=func.now())
    _forget_chunks(session, batch.id)
    if batch.updated:
        # What the text indexes have put aside would slow every search.
        for index in TEXT_INDEXES:
            session.execute(text("SELECT gin_clean_pending_list(:index)"), {"index": index})
        session.execute(text("SELECT fold_counts()"))
    if batch.updated > MANY:
        defer(session, "refresh_statistics", queue="default")
    log.info("batch_ended", status=status, updated=batch.updated)


def _fail(batch_id: UUID, attempt: int, error: Exception) -> None:
    message = (
        error.message
        if isinstance(error, AppException)
        else f"An unexpected error stopped it ({type(error).__name__}); the log has details."
    )
    with unit_of_work() as session:
        batch = get_batch(session, batch_id)
        if batch.attempt == attempt and batch.status in OPEN:
            save(session, batch, status="error", error_message=message, finished_at=func.now())
            _forget_chunks(session, batch_id)


def _forget_chunks(session: Session, batch_id: UUID) -> None:
    session.execute(text("DELETE FROM edit_chunk WHERE batch_id = :id"), {"id": batch_id})
