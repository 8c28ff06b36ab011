"""How workers hear at once that there is something to do, or that they must pause."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "sync_tasks"

_NOTIFY = text("SELECT pg_notify(:channel, '')")


def wake(session: Session) -> None:
    """Let every worker look at the queue when this transaction commits."""
    session.execute(_NOTIFY, {"channel": CHANNEL})
