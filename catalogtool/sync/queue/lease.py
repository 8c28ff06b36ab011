"""Leases: whose tasks these are, for how long, and what becomes of them when nobody renews.

The lease is the fence. Whoever ends tasks locks its row first, in the same transaction; a worker
whose lease was taken back finds none and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.queue.claim import LEASE_SECONDS
from catalogtool.sync.queue.put_back import PutBack, put_back
from catalogtool.sync.queue.waking import wake

MOST_AT_ONCE = 20

_HOLD = text("SELECT id FROM sync_lease WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
# Those that are held now are being ended just now.
_RENEW = text(
    """
    WITH mine AS MATERIALIZED (
        SELECT id FROM sync_lease WHERE id = ANY(:ids) FOR UPDATE SKIP LOCKED
    )
    UPDATE sync_lease SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = ANY(ARRAY(SELECT id FROM mine))
    """
)
# While the server was down nobody could renew anything: it must be up long enough first.
_EXPIRED = """
    SELECT id FROM sync_lease
    WHERE expires_at < clock_timestamp()
      AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :seconds)
"""
_TAKE_EXPIRED = text(f"{_EXPIRED} ORDER BY id LIMIT {MOST_AT_ONCE} FOR UPDATE SKIP LOCKED")
_DROP = text("DELETE FROM sync_lease WHERE id = ANY(:ids)")
_TASKS = text("SELECT id FROM processing_queue WHERE lease_id = ANY(:ids) ORDER BY id")


def hold(session: Session, lease_ids: Collection[int]) -> set[int]:
    """Those of these leases that still exist; they stay as they are until the transaction ends."""
    return set(session.scalars(_HOLD, {"ids": sorted(lease_ids)}))


def renew(session: Session, lease_ids: Collection[int], seconds: float = LEASE_SECONDS) -> None:
    """Keep these leases for so many seconds from now."""
    session.execute(_RENEW, {"ids": sorted(lease_ids), "seconds": seconds})


def give_back(session: Session, lease_ids: Collection[int]) -> int:
    """End leases and let their tasks wait again at once; how many tasks there were."""
    held = sorted(hold(session, lease_ids))
    tasks = list(session.scalars(_TASKS, {"ids": held}))
    put_back(session, held, tasks, PutBack())
    session.execute(_DROP, {"ids": held})
    wake(session)
    return len(tasks)


def take_back_expired(session: Session, seconds: float = LEASE_SECONDS) -> int:
    """Let the tasks of workers that gave no sign of life wait again; how many there were."""
    expired = list(session.scalars(_TAKE_EXPIRED, {"seconds": seconds}))
    return give_back(session, expired) if expired else 0
