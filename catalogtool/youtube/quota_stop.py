"""What follows when YouTube itself says that the quota is used up, whatever our ledger holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
# The time that one probe has before another one may go.
PROBE_TIME = timedelta(minutes=1)
LONGEST_REASON = 200

# Google's quotas begin anew at midnight in California.
_CLOCK = text(
    """
    SELECT now, (date_trunc('day', now AT TIME ZONE 'America/Los_Angeles') + interval '1 day')
        AT TIME ZONE 'America/Los_Angeles' AS midnight
    FROM (SELECT coalesce(CAST(:now AS timestamptz), clock_timestamp()) AS now) AS clock
    """
)
_NOTE = text(
    """
    UPDATE quota_state SET stopped_until = :until, stop_reason = :reason, refusals = refusals + 1
    WHERE id = 1
    """
)
_CLEAR = text(
    """
    UPDATE quota_state SET stopped_until = NULL, stop_reason = NULL, refusals = 0
    WHERE id = 1 AND (stopped_until IS NOT NULL OR refusals > 0)
    """
)


def note_stop(
    session: Session, state: Any, reason: str, *, probe: bool, now: datetime | None
) -> datetime:
    """Stop everybody and return until when; one who is stopped already stays as he is.

    state: the locked row. A probe was let through a stop, so its refusal is a new one.
    """
    clock = session.execute(_CLOCK, {"now": now}).one()
    stopped: datetime | None = state.stopped_until
    if stopped is not None and stopped > clock.now and not probe:
        return stopped
    wait: timedelta = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(state.refusals, 10))
    until: datetime = min(clock.now + wait, clock.midnight)
    session.execute(_NOTE, {"until": until, "reason": reason[:LONGEST_REASON]})
    return until


def clear_stop(session: Session) -> None:
    """Forget the stop and how often it was renewed."""
    session.execute(_CLEAR)
