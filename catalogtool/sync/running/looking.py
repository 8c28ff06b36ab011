"""The one look of every few seconds: what is due, whom nobody heard of, what must be summed up."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.db import reading
from catalogtool.sync.queue.claim import LEASE_SECONDS
from catalogtool.sync.queue.lease import take_back_expired
from catalogtool.sync.queue.retry import promote_due

LONGEST_LEDGER = 2_000

# One round trip; each part is told by a small index, or by a table of a few rows.
_LOOK = text(
    f"""
    SELECT
        EXISTS (SELECT FROM sync_control WHERE paused) AS paused,
        EXISTS (SELECT FROM sync_lease WHERE expires_at < clock_timestamp()) AS expired,
        (SELECT extract(epoch FROM min(run_at) - clock_timestamp()) FROM processing_queue
            WHERE status = 'pending' AND run_at IS NOT NULL) AS due_in,
        (SELECT count(*) FROM (SELECT FROM queue_count LIMIT {LONGEST_LEDGER + 1}) AS entry)
            > {LONGEST_LEDGER} AS ledger_is_long
    """
)
# Whoever comes second has nothing to do; the queue is not held up by either.
_FOLD = text("SELECT fold_queue_counts()")


class Look(NamedTuple):
    """`due_in`: seconds until the first retry, below 0 if it is due, None if none waits."""

    paused: bool
    expired: bool
    due_in: float | None
    ledger_is_long: bool

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to put in order."""
        due = self.due_in is not None and self.due_in <= 0
        return not (due or self.expired or self.ledger_is_long)


def look() -> Look:
    """How the queue stands now."""
    with reading() as connection:
        row = connection.execute(_LOOK).one()
    due_in = None if row.due_in is None else float(row.due_in)
    return Look(row.paused, row.expired, due_in, row.ledger_is_long)


def put_in_order(session: Session, seen: Look, seconds: float = LEASE_SECONDS) -> int:
    """Do what a look has shown to be due; how many tasks were taken back from dead workers."""
    if seen.due_in is not None and seen.due_in <= 0:
        promote_due(session)
    if seen.ledger_is_long:
        session.execute(_FOLD)
    return take_back_expired(session, seconds) if seen.expired else 0
