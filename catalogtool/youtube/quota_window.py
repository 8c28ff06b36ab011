"""What counts: units in buckets of ten seconds, until the last of a bucket is surely a day old.

A unit stands in the bucket in which its request may leave. Google sees the request later than
that, by no more than the time that a request may take; so long every bucket counts on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

DAY = timedelta(hours=24)
BUCKET = timedelta(seconds=10)
LONGEST_REQUEST = timedelta(seconds=30)
# From the begin of a bucket until its units can be spent again.
COUNTED = BUCKET + DAY + LONGEST_REQUEST
# A little longer than that, for a picture of the last day by whole hours.
KEPT = timedelta(hours=26)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The clock is read here and not with the lock: only now it is this transaction's turn.
_COUNT = text(
    """
    WITH clock AS MATERIALIZED (
        SELECT coalesce(CAST(:now AS timestamptz), clock_timestamp()) AS now
    )
    SELECT clock.now, min(bucket) FILTER (WHERE read_units + write_units > 0) AS oldest,
        coalesce(sum(read_units + write_units), 0)::bigint AS used,
        coalesce(sum(write_units), 0)::bigint AS written
    FROM clock LEFT JOIN quota_usage ON bucket > clock.now - CAST(:counted AS interval)
    GROUP BY clock.now
    """
)
_FREED = """
    SELECT bucket FROM (
        SELECT bucket, sum({units}) OVER (ORDER BY bucket) AS freed
        FROM quota_usage WHERE bucket > :since AND {units} > 0
    ) AS counted WHERE freed >= :needed ORDER BY bucket LIMIT 1
"""
_FREED_BY_KIND = {
    "read": text(_FREED.format(units="(read_units + write_units)")),
    "write": text(_FREED.format(units="write_units")),
}


def bucket_of(moment: datetime) -> datetime:
    """The begin of the bucket that the moment falls into."""
    return moment - (moment - _EPOCH) % BUCKET


def write_limit(limit: int, write_share: float) -> int:
    """Units that writing may use in any 24 hours."""
    return int(limit * write_share + 1e-6)


def count_units(session: Session, now: datetime | None = None) -> Any:
    """A row: `now` (given, or the server's clock), and what counts: `used`, `written`, `oldest`."""
    return session.execute(_COUNT, {"now": now, "counted": COUNTED}).one()


def free_at(session: Session, now: datetime, needs: Iterable[tuple[str, int]]) -> datetime:
    """When this many units, of all ("read") or of writing ("write"), will have come free.

    Not before `now`; a day later if there are not that many to come free at all.
    """
    moment = now
    for kind, needed in needs:
        if needed <= 0:
            continue
        bucket = session.scalar(_FREED_BY_KIND[kind], {"since": now - COUNTED, "needed": needed})
        moment = max(moment, (bucket or now) + COUNTED)
    return moment
