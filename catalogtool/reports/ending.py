"""How an import ends that does not reach its end: cancelled, failed, or given back."""

from __future__ import annotations

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from catalogtool.catalog.merge.fields import Kind
from catalogtool.catalog.merge.finish import uncover_pending
from catalogtool.catalog.merge.staging import Staging, drop
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import AppException
from catalogtool.core.log import get_logger
from catalogtool.jobs.retry import Requeue, is_transient
from catalogtool.reports.turn import Turn, announce
from catalogtool.reports.watch import Watcher

MOST_COLLISIONS = 5

log = get_logger(__name__)


def give_up(turn: Turn, watcher: Watcher, error: Exception) -> None:
    """End the report as the cause of the interruption demands, or leave it for another turn."""
    if watcher.reason == "lost":
        log.warning("import_lost_its_turn")
    elif watcher.reason == "cancelled":
        _end(turn, "cancelled", "Cancelled by a user.")
        log.info("import_cancelled")
    elif watcher.reason == "stopping":
        raise Requeue from None
    elif is_transient(error) and not _is_full(error):
        raise error
    elif isinstance(error, IntegrityError) and turn.attempt <= MOST_COLLISIONS:
        # Somebody deleted a video within the chunk; the next look finds the catalogue as it is.
        raise Requeue from error
    else:
        message = _explain(error)
        _end(turn, "error", message)
        log.warning("import_failed", reason=message, exc_info=not isinstance(error, AppException))


def _end(turn: Turn, status: str, message: str) -> None:
    with unit_of_work() as session:
        row = session.execute(
            text(
                """UPDATE report SET status = :status, error_message = :message,
                    processed_at = now(),
                    seconds = extract(epoch FROM clock_timestamp() - started_at)
                WHERE id = :id AND attempt = :attempt AND status = 'processing' RETURNING *"""
            ),
            {
                "id": turn.report_id,
                "attempt": turn.attempt,
                "status": status,
                "message": message,
            },
        ).one_or_none()
        if row is not None:
            if row.phase == "merging":
                uncover_pending(session, Staging(row.id, Kind(row.kind)), row.cursor)
            for kind in Kind:
                drop(session, Staging(turn.report_id, kind))
            announce(session, row)


def _is_full(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.errors.DiskFull | psycopg.errors.ConfigurationLimitExceeded)


def _explain(error: Exception) -> str:
    """What a user is told; never a statement, a path or a stack."""
    if isinstance(error, AppException):
        return error.message
    if _is_full(error):
        return "The database has no room left. Make room and retry; what has come in stays."
    return f"An unexpected error stopped the import ({type(error).__name__}); the log has details."
