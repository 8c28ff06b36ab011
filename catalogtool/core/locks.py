"""Advisory locks, and the numbers of those that more than one room takes."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# Held by whoever writes to many videos at once, for one short transaction.
MERGE_LOCK = 7_240_002

_HOLD = text("SELECT pg_advisory_xact_lock(:lock)")


_TRY = text("SELECT pg_try_advisory_xact_lock(:lock)")


def try_lock(session: Session, lock: int) -> bool:
    """Take the lock until the transaction ends, if nobody else has it."""
    return bool(session.scalar(_TRY, {"lock": lock}))


def hold_lock(session: Session, lock: int) -> None:
    """Wait for the lock, and hold it until the transaction ends."""
    session.execute(_HOLD, {"lock": lock})
