"""Why a worker leaves types of tasks alone for a while, and for how long.

The quota is used up, Google gives no token, YouTube is out of order: then asking with the next
batch only harms. After such a rest one batch goes ahead, and the others follow when it has come
back well.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.queue.status import Reason

# So many failures without a success between them are not the fault of single batches.
FAILURES_IN_A_ROW = 4
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
# Longer than this nobody leaves YouTube alone because it asked for it.
LONGEST_BACK_OFF_SECONDS = 60.0
# The quota may have been given more generously meanwhile.
LONGEST_QUOTA_SECONDS = 600.0

_NOTE = text(
    """
    INSERT INTO sync_wait (task_type, reason, until, error, at)
    SELECT unnest(cast(:types AS text[])), :reason, :until, :error, now()
    ON CONFLICT (task_type) DO UPDATE
    SET reason = excluded.reason, until = excluded.until, error = excluded.error, at = excluded.at
    """
)
_CLEAR = text("UPDATE sync_wait SET until = NULL WHERE task_type = :type AND until IS NOT NULL")


class Rests:
    """What rests in this process; used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self._noted: set[str] = set()
        self._failures = 0
        self._rests = 0
        self._probing = False

    @property
    def is_probing(self) -> bool:
        """Whether one batch at a time finds out if it goes on."""
        return self._probing

    def open(self, types: Collection[str]) -> list[str]:
        """Those that do not rest."""
        now = monotonic()
        with self._lock:
            return [name for name in types if self._until.get(name, 0.0) <= now]

    def seconds_to_next(self) -> float | None:
        """How long until the first of them may go on; None if none rests."""
        now = monotonic()
        with self._lock:
            times = [until - now for until in self._until.values() if until > now]
        return min(times) if times else None

    def rest_until(self, session: Session, task_type: str, until: datetime, error: str) -> None:
        """The quota does not allow this type before then."""
        seconds = (until - datetime.now(UTC)).total_seconds() + random.uniform(0.05, 0.3)  # noqa: S311
        with self._lock:
            self._until[task_type] = monotonic() + min(max(seconds, 0.1), LONGEST_QUOTA_SECONDS)
            self._noted.add(task_type)
        _note(session, [task_type], "quota", until, error)

    def note_failure(self) -> bool:
        """One more failure that may not be the batch's own; whether it is time to rest."""
        with self._lock:
            self._failures += 1
            return self._failures >= FAILURES_IN_A_ROW or self._probing

    def rest(self, session: Session, types: Collection[str], reason: Reason, error: str) -> None:
        """Leave these types alone, longer each time until something succeeds."""
        with self._lock:
            now = monotonic()
            if all(self._until.get(name, 0.0) > now for name in types):
                return  # What failed at the same time is one failure.
            self._rests += 1
            self._probing = True
            grown = FIRST_SECONDS * 2.0 ** min(self._rests - 1, 12)
            seconds = min(grown, LONGEST_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311
        self._leave_alone(session, types, reason, error, seconds)

    def back_off(
        self, session: Session, types: Collection[str], error: str, seconds: float
    ) -> None:
        """Leave these types alone for as long as YouTube asked for."""
        self._leave_alone(session, types, "youtube", error, min(seconds, LONGEST_BACK_OFF_SECONDS))

    def _leave_alone(
        self,
        session: Session,
        types: Collection[str],
        reason: Reason,
        error: str,
        seconds: float,
    ) -> None:
        until = monotonic() + seconds
        with self._lock:
            for name in types:
                self._until[name] = max(until, self._until.get(name, 0.0))
                self._noted.add(name)
        _note(session, types, reason, datetime.now(UTC) + timedelta(seconds=seconds), error)

    def note_success(self) -> None:
        """YouTube answered: whatever was wrong is over."""
        with self._lock:
            self._failures = self._rests = 0
            if self._probing:
                self._probing = False
                self._until.clear()

    def clear(self, session: Session, task_type: str) -> None:
        """Say that a type goes on, if this process said that it rests.

        What succeeded may have been sent before the rest began; then it goes on resting.
        """
        with self._lock:
            rests = self._until.get(task_type, 0.0) > monotonic()
        if task_type in self._noted and not rests:
            session.execute(_CLEAR, {"type": task_type})
            self._noted.discard(task_type)


def _note(
    session: Session, types: Collection[str], reason: str, until: datetime, error: str
) -> None:
    given = {"types": sorted(types), "reason": reason, "until": until, "error": error}
    session.execute(_NOTE, given)
