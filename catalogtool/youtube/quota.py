"""The quota of YouTube's APIs: nobody asks without having reserved what the question costs.

All processes together take their turns at one row of the database, so that in any 24 hours they
never reserve a unit more than the limit, and no two requests leave closer than the minimal delay.
The times of starting are handed out in that row; waiting for them is done outside of any
transaction.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.youtube.errors import QuotaExhausted
from catalogtool.youtube.quota_figures import estimate, quota_status, usage_by_hour
from catalogtool.youtube.quota_stop import PROBE_TIME, clear_stop, note_stop
from catalogtool.youtube.quota_window import KEPT, bucket_of, count_units, free_at, write_limit

__all__ = [
    "Kind",
    "RateLimiter",
    "Reservation",
    "estimate",
    "quota_status",
    "usage_by_hour",
]

Kind = Literal["read", "write"]

_LOCK = text("SELECT * FROM quota_state WHERE id = 1 FOR UPDATE")
_CREATE = text("INSERT INTO quota_state (id) VALUES (1) ON CONFLICT DO NOTHING")
_SPEND = text(
    """
    WITH spent AS (
        INSERT INTO quota_usage AS usage (bucket, read_units, write_units, requests)
        VALUES (:bucket, :read, :write, 1)
        ON CONFLICT (bucket) DO UPDATE SET requests = usage.requests + 1,
            read_units = usage.read_units + excluded.read_units,
            write_units = usage.write_units + excluded.write_units
    ), old AS (
        DELETE FROM quota_usage WHERE bucket < :too_old
    )
    UPDATE quota_state SET next_request_at = :next, stopped_until = :stopped_until WHERE id = 1
    """
)
_REFUND = text(
    """
    UPDATE quota_usage SET requests = greatest(0, requests - :requests),
        read_units = greatest(0, read_units - :read),
        write_units = greatest(0, write_units - :write)
    WHERE bucket = :bucket
    """
)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units that are spent, and when the request that they are for may leave.

    due: the same moment as start_at, on this process's monotonic clock. probe: this request is to
    find out whether YouTube, having said that the quota is used up, answers again.
    """

    units: int
    kind: Kind
    bucket: datetime
    start_at: datetime
    due: float
    probe: bool = False

    def lateness(self) -> float:
        """Seconds since the request might have left."""
        return time.monotonic() - self.due


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """At most `limit` units in any 24 hours, of them `write_share` for writing.

    min_delay: seconds between the starts of two requests.
    """

    limit: int
    min_delay: float
    write_share: float = 0.8

    @classmethod
    def of(cls, settings: Settings) -> RateLimiter:
        """The limiter that the settings describe."""
        return cls(
            settings.youtube_daily_quota, settings.youtube_min_delay, settings.youtube_write_share
        )

    def reserve(
        self, units: int = 1, kind: Kind = "read", *, now: datetime | None = None
    ) -> Reservation:
        """Spend units for one request, in a short transaction of its own.

        Raises QuotaExhausted, with the time from which they can be had; then nothing is spent.
        now: for tests; else the database's clock.
        """
        with unit_of_work() as session:
            state = _lock(session)
            counted = count_units(session, now)
            if state.stopped_until and state.stopped_until > counted.now:
                raise QuotaExhausted(state.stopped_until, "youtube", state.stop_reason or "")
            self._check(session, counted, units, kind)
            reservation = self._start(state, counted.now, units, kind)
            session.execute(_SPEND, self._spending(reservation, counted.now))
        return reservation

    def _check(self, session: Session, counted: Any, units: int, kind: Kind) -> None:
        needs = [("read", counted.used + units - self.limit)]
        if kind == "write":
            needs.append(
                ("write", counted.written + units - write_limit(self.limit, self.write_share))
            )
        if any(needed > 0 for _, needed in needs):
            raise QuotaExhausted(free_at(session, counted.now, needs), "ledger")

    def _start(self, state: Any, now: datetime, units: int, kind: Kind) -> Reservation:
        start_at = max(now, state.next_request_at or now)
        if start_at - now > timedelta(seconds=60 + 1000 * self.min_delay):
            start_at = now  # The clock was put back; nobody has handed out that many turns.
        due = time.monotonic() + (start_at - now).total_seconds()
        bucket = bucket_of(start_at)
        return Reservation(units, kind, bucket, start_at, due, probe=state.refusals > 0)

    def _spending(self, reservation: Reservation, now: datetime) -> dict[str, Any]:
        return {
            "bucket": reservation.bucket,
            "read": reservation.units if reservation.kind == "read" else 0,
            "write": reservation.units if reservation.kind == "write" else 0,
            "too_old": now - KEPT,
            "next": reservation.start_at + timedelta(seconds=self.min_delay),
            "stopped_until": now + PROBE_TIME if reservation.probe else None,
        }

    def wait(self, reservation: Reservation, stop: threading.Event | None = None) -> bool:
        """Until the request may leave: True; False at once when `stop` is set."""
        seconds = reservation.due - time.monotonic()
        if stop is not None:
            return not stop.wait(max(0.0, seconds))
        if seconds > 0:
            time.sleep(seconds)
        return True

    def settle(self, reservation: Reservation, spent: int) -> None:
        """Give back what was certainly not spent: the request never left this machine."""
        if not 0 <= spent <= reservation.units:
            raise ValueError(f"{spent} of {reservation.units} units cannot have been spent")
        if spent == reservation.units:
            return
        unspent = reservation.units - spent
        refund = {
            "bucket": reservation.bucket,
            "requests": 0 if spent else 1,
            "read": unspent if reservation.kind == "read" else 0,
            "write": unspent if reservation.kind == "write" else 0,
        }
        with unit_of_work() as session:
            session.execute(_REFUND, refund)

    def stop(
        self, reason: str, reservation: Reservation | None = None, *, now: datetime | None = None
    ) -> datetime:
        """YouTube says that the quota is used up: nobody asks again before the time returned.

        Each probe that is refused again doubles the wait. Many requests that were under way
        together and are all refused count as one refusal: only a probe's reservation does not.
        """
        with unit_of_work() as session:
            state = _lock(session)
            probe = reservation is not None and reservation.probe
            return note_stop(session, state, reason, probe=probe, now=now)

    def going_on(self) -> None:
        """A probe succeeded: everybody may ask again."""
        with unit_of_work() as session:
            clear_stop(session)


def _lock(session: Session) -> Any:
    """The row that everybody takes turns at; it is made at the first use."""
    state = session.execute(_LOCK).one_or_none()
    if state is None:
        session.execute(_CREATE)
        state = session.execute(_LOCK).one()
    return state
