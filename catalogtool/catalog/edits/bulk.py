"""Many videos at once: a small batch within the request, a larger one by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.catalog.edits.batches import choose_videos, enqueue, new_batch
from catalogtool.catalog.edits.changes import Changes, as_json
from catalogtool.catalog.edits.models import EditBatch
from catalogtool.catalog.edits.preview import CHOOSING_SECONDS, be_patient
from catalogtool.catalog.edits.progress import UNKNOWN, carry_out, complete, fields_of_records
from catalogtool.catalog.edits.selection import Selection
from catalogtool.catalog.edits.write import MOST_NAMED

MOST_AT_ONCE = 1_000


def edit_many(
    session: Session,
    user: User,
    selection: Selection,
    changes: Changes,
    snapshot: str | None = None,
) -> EditBatch:
    """Change all videos of a selection, as one batch that can be taken back as a whole.

    Videos that changed since `snapshot`, the preview's, are skipped. The batch is done, or, above
    1,000 videos, waits for a worker with its videos already chosen.
    """
    be_patient(session, CHOOSING_SECONDS)
    batch = new_batch(
        session,
        user,
        "edit",
        changes=as_json(changes),
        filter=selection.shown(),
        snapshot=snapshot,
        fields=fields_of_records(list(changes)),
    )
    _leave_out(batch, selection.unknown(session))
    start(session, batch, selection.matching(session))
    return batch


def start(session: Session, batch: EditBatch, matching: Select[Any]) -> None:
    """Run the batch for the videos that this query chooses, here or by a worker."""
    few = session.scalars(matching.limit(MOST_AT_ONCE + 1)).all()
    if len(few) > MOST_AT_ONCE:
        choose_videos(session, batch, matching)
        enqueue(session, batch.id)
        return
    batch.matched += len(few)
    session.flush()
    carry_out(session, batch, sorted(few))
    complete(session, batch)


def _leave_out(batch: EditBatch, unknown: Sequence[str]) -> None:
    batch.matched = batch.processed = batch.skipped_count = len(unknown)
    batch.skipped = [{"video_id": one, "reason": UNKNOWN} for one in unknown[:MOST_NAMED]]
