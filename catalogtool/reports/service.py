"""All writes to reports that people ask for: process, cancel, retry."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.errors import ConcurrencyError, ValidationError
from catalogtool.core.storage import Store
from catalogtool.jobs.enqueue import defer
from catalogtool.reports.files import check_report_key
from catalogtool.reports.models import Report
from catalogtool.reports.queries import get_report
from catalogtool.reports.turn import announce

MOST_FILES = 500
JOB = "import_report"
QUEUE = "reports"


def process_reports(
    session: Session,
    store: Store,
    keys: list[str],
    *,
    exclude_shorts: bool = False,
    dry_run: bool = False,
    user_id: int | None = None,
) -> list[Report]:
    """Queue files of the store for import, all or none; the job is part of the transaction.

    Raises ValidationError that names every key that is repeated, unknown or outside of the store.
    """
    _refuse_repeated(keys)
    refused = {}
    for key in keys:
        try:
            check_report_key(store, key)
        except ValidationError as error:
            refused[key[:200]] = error.message
    if refused:
        raise ValidationError(
            "Nothing was queued: " + " ".join(refused.values()),
            {"field": "files", "refused": refused},
        )
    return [
        _queue(
            session,
            Report(
                filename=key, exclude_shorts=exclude_shorts, dry_run=dry_run, created_by=user_id
            ),
        )
        for key in keys
    ]


def _refuse_repeated(keys: list[str]) -> None:
    repeated = sorted(key[:200] for key, times in Counter(keys).items() if times > 1)
    if repeated:
        raise ValidationError(
            f"Nothing was queued: {', '.join(repeated)} is named more than once.",
            {"field": "files", "rule": "distinct", "refused": repeated},
        )


def _queue(session: Session, report: Report) -> Report:
    session.add(report)
    session.flush()
    _enqueue(session, report)
    _announce(session, report.id)
    return report


def _enqueue(session: Session, report: Report) -> None:
    # The lock keeps two workers from the same report, the queueing lock from waiting twice.
    lock = f"report {report.id}"
    defer(session, JOB, queue=QUEUE, lock=lock, queueing_lock=lock, report_id=report.id)


def request_cancel(session: Session, report_id: int) -> Report:
    """Cancel a waiting report at once; ask the worker of a running one to stop.

    Raises ConcurrencyError for a report that has ended.
    """
    row = session.execute(
        text(
            """UPDATE report SET cancel_requested = true,
                status = CASE status WHEN 'pending' THEN 'cancelled' ELSE status END,
                processed_at = CASE status WHEN 'pending' THEN now() ELSE processed_at END,
                error_message = CASE status WHEN 'pending' THEN 'Cancelled by a user.'
                    ELSE error_message END
            WHERE id = :id AND status IN ('pending', 'processing') RETURNING id"""
        ),
        {"id": report_id},
    ).one_or_none()
    report = _as_it_is_now(session, report_id, "cancelled", done=row is not None)
    _announce(session, report_id)
    return report


def retry(session: Session, report_id: int) -> Report:
    """Queue a report again that ended in an error or was cancelled; it starts from the file.

    Raises ConcurrencyError for any other report.
    """
    row = session.execute(
        text(
            """UPDATE report SET status = 'pending', phase = 'queued', cursor = 0, percentage = 0,
                cancel_requested = false, error_message = NULL, started_at = NULL, seconds = 0,
                processed_at = NULL, total_rows = 0, processed_rows = 0, entries = 0,
                videos_created = 0, videos_updated = 0, videos_unchanged = 0, videos_skipped = 0,
                errors = 0, values_cut = 0, values_dropped = 0, kind = NULL,
                attempt = attempt + 1
            WHERE id = :id AND status IN ('error', 'cancelled') RETURNING id"""
        ),
        {"id": report_id},
    ).one_or_none()
    report = _as_it_is_now(session, report_id, "retried", done=row is not None)
    _enqueue(session, report)
    _announce(session, report_id)
    return report


def _as_it_is_now(session: Session, report_id: int, wish: str, *, done: bool) -> Report:
    """The report after a statement on it; ConcurrencyError if that found it in a wrong state."""
    session.expire_all()
    report = get_report(session, report_id)
    if not done:
        raise ConcurrencyError(
            f"Report {report_id} cannot be {wish}: it is {report.status}.",
            {"report_id": report_id, "status": report.status},
        )
    return report


def revive(session: Session) -> list[int]:
    """Enqueue again the reports that are not at their end and that no job works for any more.

    It takes a long absence of the database, or hands in the queue, to lose a job.
    """
    orphans = session.scalars(
        text(
            """SELECT r.id FROM report r WHERE r.status IN ('pending', 'processing')
            AND NOT EXISTS (
                SELECT FROM procrastinate_jobs j
                WHERE j.task_name = :job AND j.status IN ('todo', 'doing')
                  AND j.args ->> 'report_id' = r.id::text)
            ORDER BY r.id"""
        ),
        {"job": JOB},
    ).all()
    for report_id in orphans:
        _enqueue(session, get_report(session, report_id))
    return list(orphans)


def _announce(session: Session, report_id: int) -> None:
    row: Any = session.execute(text("SELECT * FROM report WHERE id = :id"), {"id": report_id}).one()
    announce(session, row)
