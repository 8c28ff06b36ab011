"""Looking after the catalogue's tables: partitions ahead of time, short ledgers, statistics."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.db import engine
from catalogtool.core.locks import try_lock

PARTITIONED = ("metadata_sync", "counter_change")
MONTHS_AHEAD = 3
LARGE_TABLES = (
    "video",
    "video_counter",
    "claim",
    "asset",
    "metadata_sync",
    "counter_change",
    "text_token",
    "text_posting",
)

# Held by whoever prunes, so that one of them knows all that is deleted.
PRUNE_LOCK = 7_240_008

# `known_count` also grows by changes that leave the counted facets as they are.
_GROWN = text(
    """
    SELECT (SELECT count(*) FILTER (WHERE NOT folded) > count(*) / 2 FROM facet_count)
        OR (SELECT count(*) > 2 * count(DISTINCT facets) + 1000 FROM known_count)
    """
)
LEDGERS = ("catalog_change", "counter_write")
# An xid from the future has come with a dump from another server; no snapshot will ever tell
# whether it saw that.
_PRUNE = """
    WITH present AS MATERIALIZED (
        SELECT pg_snapshot_xmin(now)::text::bigint AS oldest,
            pg_snapshot_xmax(now)::text::bigint AS future
        FROM pg_current_snapshot() AS now),
    gone AS (
        DELETE FROM {ledger} USING present
        WHERE at < now() - interval '1 hour'
            AND (pruned IS NULL AND xid < oldest OR xid >= future)
        RETURNING xid),
    markers AS (
        DELETE FROM {ledger}
        WHERE pruned IS NOT NULL AND EXISTS (SELECT FROM gone)
        RETURNING pruned)
    INSERT INTO {ledger} (videos, pruned)
    SELECT 0, coalesce(max(xid) FILTER (WHERE xid < oldest), 0)
    FROM (SELECT xid FROM gone UNION ALL SELECT pruned FROM markers) AS lost, present
    HAVING count(*) > 0
"""


def ensure_partitions(session: Session) -> None:
    """Make this month's and the next months' partitions where they are missing."""
    for parent in PARTITIONED:
        session.execute(
            text("SELECT ensure_month_partitions(cast(:parent AS regclass), :months)"),
            {"parent": parent, "months": MONTHS_AHEAD},
        )


def fold_counts(session: Session) -> None:
    """Sum the ledgers of counts up if they have grown since the last time."""
    if session.scalar(_GROWN):
        session.execute(text("SELECT fold_counts()"))


def prune_changes(session: Session) -> None:
    """Delete from the ledgers of changes what is an hour old and no running transaction wrote.

    One row stays behind that says up to which transaction there may be gaps: a process that has
    not looked for so long must load everything anew.
    """
    if try_lock(session, PRUNE_LOCK):
        for ledger in LEDGERS:
            session.execute(text(_PRUNE.format(ledger=ledger)))


def refresh_statistics() -> None:
    """VACUUM (ANALYZE) what a large import has changed; it cannot run in a transaction."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in LARGE_TABLES:
            connection.execute(text(f"VACUUM (ANALYZE) {table}"))
