"""A worker's turn at a report, and everything that is saved about it on the way.

The report's row is the cursor: phase, position and counts are written in the transaction of the
work itself. Each turn raises `attempt`; a worker whose number is no longer the present one has
been replaced, and none of its transactions can commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from catalogtool.core.events import publish
from catalogtool.reports.queries import progress_of

EVENT = "report_status_update"


class LostTurn(Exception):  # noqa: N818 (nothing is wrong)
    """Another worker has taken up this report, or it was ended; this one must stop writing."""


@dataclass(frozen=True)
class Turn:
    """What a worker knows of its report at the start of its turn."""

    report_id: int
    attempt: int
    filename: str
    phase: str
    exclude_shorts: bool
    dry_run: bool
    created_at: datetime
    file_version: str | None


def take_turn(session: Session, report_id: int) -> Turn | None:
    """Start or resume a report; None if it has been finished or cancelled meanwhile."""
    row = session.execute(
        text(
            """UPDATE report SET attempt = attempt + 1, status = 'processing', error_message = NULL,
                file_version = CASE phase WHEN 'queued' THEN NULL ELSE file_version END,
                phase = CASE phase WHEN 'queued' THEN 'staging' ELSE phase END,
                started_at = coalesce(started_at, now())
            WHERE id = :id AND status IN ('pending', 'processing')
            RETURNING *"""
        ),
        {"id": report_id},
    ).one_or_none()
    if row is None:
        return None
    announce(session, row)
    return Turn(
        report_id,
        row.attempt,
        row.filename,
        row.phase,
        row.exclude_shorts,
        row.dry_run,
        row.created_at,
        row.file_version,
    )


def save(session: Session, turn: Turn, quiet: bool = False, **values: Any) -> None:
    """Write columns of the report, in the caller's transaction, and tell every browser.

    Raises LostTurn, which rolls the transaction back, if the turn is over.
    """
    # What is shown never goes back, also when a crash makes a step run again.
    growing = {"percentage", "processed_rows"}
    assigned = ", ".join(
        f"{name} = greatest({name}, :{name})" if name in growing else f"{name} = :{name}"
        for name in values
    )
    row = session.execute(
        text(
            f"""UPDATE report
            SET {assigned or "attempt = attempt"},
                seconds = extract(epoch FROM clock_timestamp() - started_at)
            WHERE id = :id AND attempt = :attempt AND status = 'processing'
            RETURNING *"""
        ),
        {"id": turn.report_id, "attempt": turn.attempt, **values},
    ).one_or_none()
    if row is None:
        raise LostTurn(f"report {turn.report_id} is no longer ours")
    if not quiet:
        announce(session, row)


def announce(session: Session, row: Row[Any]) -> None:
    """Publish a report's state; browsers hear of it when the transaction commits."""
    publish(session, EVENT, status_event(row))


def status_event(report: Any) -> dict[str, Any]:
    """What browsers are told of a report (a row of its table)."""
    return {
        "report_id": report.id,
        "filename": report.filename,
        "status": report.status,
        "progress": progress_of(report),
    }
