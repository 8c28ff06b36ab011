"""The ledger of YouTube's own reports: which were noticed, which came too late, which were taken.

Everything is decided by rows that are written once, so that nothing is imported twice, whoever
dies or races in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.youtube.facts import ReportingReport

# Every report is a picture of the whole catalogue; those of periods that began so long before the
# newest one's tell nothing that it does not tell better.
WORTH_FETCHING = timedelta(days=7)

_NOTICE = text(
    """
    INSERT INTO fetched_report
        (youtube_report_id, report_type, start_time, end_time, create_time)
    VALUES (:id, :report_type, :start_time, :end_time, :create_time)
    ON CONFLICT (youtube_report_id) DO NOTHING
    """
)
_PASS_OVER = text(
    """
    UPDATE fetched_report AS old SET fetched_at = now()
    WHERE fetched_at IS NULL AND (
        EXISTS (
            SELECT FROM fetched_report AS other
            WHERE other.report_type = old.report_type AND other.start_time = old.start_time
              AND (other.create_time, other.id) > (old.create_time, old.id))
        OR start_time < (
            SELECT max(start_time) FROM fetched_report AS newest
            WHERE newest.report_type = old.report_type) - CAST(:worth AS interval))
    RETURNING id
    """
)
_WAITING = text(
    """
    SELECT id, youtube_report_id, report_type, start_time, create_time FROM fetched_report
    WHERE fetched_at IS NULL ORDER BY start_time, report_type DESC, id
    """
)
_DONE_UNTIL = text(
    """
    SELECT least(max(create_time), min(create_time) FILTER (WHERE fetched_at IS NULL))
    FROM fetched_report WHERE report_type = :report_type
    """
)
_TAKE = text("SELECT FROM fetched_report WHERE id = :id AND fetched_at IS NULL FOR UPDATE")
_TAKEN = text(
    """
    UPDATE fetched_report SET fetched_at = now(), key = :key, report_id = :report_id
    WHERE id = :id
    """
)


def ledger_id(report: ReportingReport) -> str:
    """What the ledger calls a report; its own id may be another one's in another job."""
    return f"{report.job_id}/{report.report_id}"[:200]


def notice(session: Session, report_type: str, reports: Iterable[ReportingReport]) -> None:
    """Write down the reports that are not in the ledger yet."""
    for report in sorted(reports, key=lambda one: one.create_time):
        session.execute(
            _NOTICE,
            {
                "id": ledger_id(report),
                "report_type": report_type,
                "start_time": report.start_time,
                "end_time": report.end_time,
                "create_time": report.create_time,
            },
        )


def pass_over(session: Session) -> int:
    """Let go of waiting reports that a newer one makes useless; how many."""
    return len(session.execute(_PASS_OVER, {"worth": WORTH_FETCHING}).all())


def done_until(session: Session, report_type: str) -> datetime | None:
    """No report of this kind that is still to be fetched was made before; None without any."""
    found: datetime | None = session.scalar(_DONE_UNTIL, {"report_type": report_type})
    return found


def waiting(session: Session) -> Sequence[Any]:
    """Rows of reports that are to be fetched, earlier periods first."""
    return session.execute(_WAITING).all()


def take(session: Session, row_id: int) -> bool:
    """Whether the report is still to be taken; until the transaction ends nobody else takes it."""
    return session.execute(_TAKE, {"id": row_id}).first() is not None


def note_taken(session: Session, row_id: int, key: str | None, report_id: int | None) -> None:
    """The report is done with: imported from this file, or not to be had at all (no key)."""
    session.execute(_TAKEN, {"id": row_id, "key": key, "report_id": report_id})
