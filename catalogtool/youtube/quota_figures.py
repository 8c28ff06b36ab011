"""How much of the quota is used, by when more can be done: for screens and for estimates."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.settings import Settings
from catalogtool.youtube.quota_window import COUNTED, count_units, free_at, write_limit

_STATE = text("SELECT stopped_until, stop_reason FROM quota_state WHERE stopped_until > :now")
_HOURS = text(
    """
    WITH hours AS (
        SELECT generate_series(
            date_trunc('hour', now) - (:hours - 1) * interval '1 hour',
            date_trunc('hour', now), interval '1 hour') AS hour
        FROM (SELECT coalesce(CAST(:now AS timestamptz), clock_timestamp()) AS now) AS clock
    )
    SELECT hour, coalesce(sum(read_units), 0)::bigint AS read_units,
        coalesce(sum(write_units), 0)::bigint AS write_units,
        coalesce(sum(requests), 0)::bigint AS requests
    FROM hours LEFT JOIN quota_usage ON bucket >= hour AND bucket < hour + interval '1 hour'
    GROUP BY hour ORDER BY hour
    """
)
_BUCKETS = text(
    """SELECT bucket, read_units, write_units FROM quota_usage
    WHERE bucket > :since AND read_units + write_units > 0 ORDER BY bucket"""
)


class QuotaStatus(TypedDict):
    """Units of the last 24 hours, as they count now.

    resets_at: when the oldest of them comes free; null where none is used. next_free_at: when a
    unit can be had again; null if one can be had now. stopped_until, stop_reason: YouTube itself
    said that there is no more.
    """

    used: int
    limit: int
    left: int
    resets_at: datetime | None
    next_free_at: datetime | None
    stopped_until: datetime | None
    stop_reason: str | None
    write_used: int
    write_limit: int


class HourOfUsage(TypedDict):
    """What was spent within an hour; `hour` is its begin."""

    hour: datetime
    read_units: int
    write_units: int
    requests: int


def quota_status(
    session: Session, settings: Settings, *, now: datetime | None = None
) -> QuotaStatus:
    """Where the quota stands."""
    counted = count_units(session, now)
    state = session.execute(_STATE, {"now": counted.now}).one_or_none()
    limit = settings.youtube_daily_quota
    free = free_at(session, counted.now, [("read", counted.used + 1 - limit)])
    if state is not None:
        free = max(free, state.stopped_until)
    return {
        "used": counted.used,
        "limit": limit,
        "left": max(0, limit - counted.used),
        "resets_at": counted.oldest + COUNTED if counted.oldest else None,
        "next_free_at": free if free > counted.now else None,
        "stopped_until": state.stopped_until if state else None,
        "stop_reason": state.stop_reason if state else None,
        "write_used": counted.written,
        "write_limit": write_limit(limit, settings.youtube_write_share),
    }


def usage_by_hour(
    session: Session, hours: int = 24, *, now: datetime | None = None
) -> list[HourOfUsage]:
    """The last whole hours and the present one, oldest first; hours without requests too."""
    rows = session.execute(_HOURS, {"hours": hours, "now": now}).mappings()
    return [HourOfUsage(**row) for row in rows]  # type: ignore[typeddict-item]


def estimate(
    session: Session,
    settings: Settings,
    calls: int,
    *,
    kind: Literal["read", "write"] = "read",
    units: int = 1,
    now: datetime | None = None,
) -> datetime | None:
    """When the last of so many calls, of so many units each, can have been made.

    As if nobody else asked meanwhile. None if there is no quota for even one of them.
    """
    status = quota_status(session, settings, now=now)
    counted_at = count_units(session, now).now
    start = max(counted_at, status["stopped_until"] or counted_at)
    buckets = session.execute(_BUCKETS, {"since": counted_at - COUNTED}).all()
    delay = settings.youtube_min_delay
    spent = ((row.bucket, row.read_units + row.write_units) for row in buckets)
    done = _last_start(start, calls, units, delay, status["limit"], spent)
    if kind == "write" and done is not None:
        written = ((row.bucket, row.write_units) for row in buckets)
        later = _last_start(start, calls, units, delay, status["write_limit"], written)
        done = max(done, later) if later else None
    return done


def _last_start(
    start: datetime,
    calls: int,
    units: int,
    delay: float,
    limit: int,
    spent: Iterable[tuple[datetime, int]],
) -> datetime | None:
    """Play it through: units come free, calls use them up, a day later they come free again."""
    if limit < units:
        return None
    per_day = limit // units
    whole_days = max(0, calls // per_day - 2)
    calls -= whole_days * per_day
    pace = max(COUNTED, timedelta(seconds=delay * per_day))
    counted: list[Any] = [(bucket + COUNTED, n) for bucket, n in spent if n]
    free = limit - sum(n for _, n in counted)
    heap = [(start, free), *counted] if free > 0 else counted
    heapq.heapify(heap)
    clock, left = start, 0
    if free < 0:  # The limit was lowered meanwhile: what comes free first is not to be had.
        left = free
    while calls > 0:
        moment, freed = heapq.heappop(heap)
        clock, left = max(clock, moment), left + freed
        now_possible = min(calls, max(0, left) // units)
        if now_possible:
            calls -= now_possible
            left -= now_possible * units
            heapq.heappush(heap, (clock + COUNTED, now_possible * units))
            clock += timedelta(seconds=delay * now_possible)
    return clock + pace * whole_days
