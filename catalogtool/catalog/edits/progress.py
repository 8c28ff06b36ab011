"""What a batch has done so far: carried out for some videos, counted, and saved with the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from catalogtool.catalog.edits.assignments import plan_edit
from catalogtool.catalog.edits.changes import parse_changes
from catalogtool.catalog.edits.fields import ADMINISTERED_AT, COMPANIONS, SHORT_VERDICT, STORED
from catalogtool.catalog.edits.models import OPEN, EditBatch
from catalogtool.catalog.edits.plan import Plan
from catalogtool.catalog.edits.putting_back import plan_rollback
from catalogtool.catalog.edits.write import MOST_NAMED, Author, Outcome, change_videos

UNKNOWN = "not in the catalogue"
GONE = "no longer in the catalogue"
SOURCES = {"edit": "user", "rollback": "rollback"}


class LostTurn(Exception):  # noqa: N818 (nothing is wrong)
    """Another worker has taken up this batch, or it has ended; this one must stop writing."""


def carry_out(session: Session, batch: EditBatch, pks: Sequence[int]) -> Outcome:
    """Do for these videos what the batch asks for, and count it in the same transaction.

    LostTurn, if the batch has been taken over meanwhile, rolls the work back.
    """
    author = Author(batch.user_id, SOURCES[batch.kind], batch.id)
    outcome = change_videos(session, pks, plan_of(batch), author)
    save(
        session,
        batch,
        processed=batch.processed + len(pks),
        updated=batch.updated + outcome.updated,
        unchanged=batch.unchanged + outcome.unchanged,
        skipped_count=batch.skipped_count + outcome.skipped + outcome.gone,
        skipped=[*batch.skipped, *_skipped(outcome)][:MOST_NAMED],
    )
    return outcome


def save(session: Session, batch: EditBatch, **values: Any) -> None:
    """Write columns of an open batch, if it is still this worker's."""
    found = session.execute(
        update(EditBatch)
        .where(
            EditBatch.id == batch.id,
            EditBatch.attempt == batch.attempt,
            EditBatch.status.in_(OPEN),
        )
        .values(values)
        .returning(EditBatch)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).first()
    if found is None:
        raise LostTurn(f"batch {batch.id} is no longer ours")


def complete(session: Session, batch: EditBatch) -> None:
    """The batch has reached its end."""
    save(session, batch, status="completed", finished_at=func.now())


def plan_of(batch: EditBatch) -> Plan:
    """What the batch does to a video."""
    if batch.kind == "edit":
        return plan_edit(parse_changes(batch.changes), batch.snapshot)
    undone: dict[str, object] = {"since": batch.since, "until": batch.until}
    for undoes in ("record", "report", "batch"):
        key = getattr(batch, f"undoes_{undoes}_id")
        if key is not None:
            undone[f"undoes_{undoes}_id"] = key
            return plan_rollback(batch.fields, undoes, undone)
    raise ValueError(f"batch {batch.id} does not say what it takes back")


def fields_of_records(names: Sequence[str]) -> list[str]:
    """The fields that the records of a change of these fields can speak of."""
    found = {name for name in names if name in STORED or name in COMPANIONS}
    if "administered" in found:
        found.add(ADMINISTERED_AT)
    if "is_short" in found:
        found.add(SHORT_VERDICT)
    return sorted(found)


def tell(said: Sequence[dict[str, Any]]) -> str:
    """What is said of a video, in one line."""
    return "; ".join(f"{s['field']}: {s['reason']}" if s["field"] else s["reason"] for s in said)


def _skipped(outcome: Outcome) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [
        {"video_id": video_id, "reason": tell(said)} for video_id, said in outcome.said
    ]
    return listed + [{"video_id": None, "reason": GONE}] * outcome.gone
