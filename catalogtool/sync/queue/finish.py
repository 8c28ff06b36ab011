"""Tasks end: with what they brought, or with the reason why they could not."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.queue.handler import Result

_END = text(
    """
    UPDATE processing_queue AS task
    SET status = ended.status, result = cast(ended.result AS jsonb), error_message = ended.error,
        completed_at = clock_timestamp(), lease_id = NULL, run_at = NULL
    FROM unnest(cast(:ids AS bigint[]), cast(:statuses AS text[]), cast(:results AS text[]),
        cast(:errors AS text[])) AS ended(id, status, result, error)
    WHERE task.id = ended.id AND task.id = ANY(:ids) AND task.lease_id = ANY(:leases)
    """
)
_DROP_EMPTY = text(
    """
    DELETE FROM sync_lease WHERE id = ANY(:leases)
      AND NOT EXISTS (SELECT FROM processing_queue WHERE lease_id = sync_lease.id)
    RETURNING id
    """
)


def finish(session: Session, lease_ids: Collection[int], results: Sequence[Result]) -> None:
    """End tasks (completed or failed) of leases that this transaction holds."""
    if not results:
        return
    session.execute(
        _END,
        {
            "ids": [result.task_id for result in results],
            "statuses": [result.status for result in results],
            "results": [_json(result) for result in results],
            "errors": [result.error and clean_text(result.error) for result in results],
            "leases": sorted(lease_ids),
        },
    )


def drop_empty(session: Session, lease_ids: Collection[int]) -> set[int]:
    """End those of the leases that have no task left; which ones."""
    return set(session.scalars(_DROP_EMPTY, {"leases": sorted(lease_ids)}))


def _json(result: Result) -> str | None:
    return None if result.result is None else json.dumps(_clean(result.result), default=str)


def _clean(value: object) -> object:
    """The value as PostgreSQL keeps it in JSON: no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(name)): _clean(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value


def clean_text(text_: str) -> str:
    """The text as PostgreSQL keeps it."""
    return text_.replace("\0", "").encode("utf-8", "replace").decode()
