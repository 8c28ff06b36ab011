"""What has changed in the catalogue since a snapshot: the ledger that triggers append to.

A snapshot is PostgreSQL's own `pg_snapshot`: which transactions were over. What a row of the ledger
stands for belongs to the catalogue as soon as the row can be seen, neither sooner nor later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.types import UserDefinedType

from catalogtool.catalog.models import CATALOG_CHANGE
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import Reader, driver_connection


class _Snapshot(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_snapshot"


class _TransactionId(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


Entries = tuple[Int64s, Int64s]


@dataclass(frozen=True)
class Change:
    """What one statement did: `counted` and `known` are entries of the two ledgers of counts.

    `ids` is None where too many videos changed to list them; the entries where nothing is told, so
    that all has to be counted anew. `pruned`: what was done by transactions up to this one is no
    longer listed.
    """

    videos: int
    ids: Int64s | None
    counted: Entries | None
    known: Entries | None
    pruned: int | None


def first_running(snapshot: str) -> int:
    """The oldest transaction that was not over: all older ones are in the snapshot."""
    return int(snapshot.partition(":")[0])


def since(snapshot: str) -> dict[str, object]:
    """The parameters of `TAIL`, `unseen_in` and `read_changes`."""
    return {"since": snapshot, "first_running": first_running(snapshot)}


def unseen_in(ledger: Table) -> tuple[ColumnElement[bool], ...]:
    """Conditions on a row of a ledger: the snapshot `since` does not see it."""
    xid = ledger.c.xid
    return (
        xid >= bindparam("first_running", type_=BigInteger),
        ~func.pg_visible_in_snapshot(
            cast(cast(xid, Text), _TransactionId()),
            cast(bindparam("since", type_=Text), _Snapshot()),
        ),
    )


def number_unseen(ledger: Table) -> ColumnElement[int]:
    """How many rows of a ledger the snapshot `since` does not see."""
    return select(func.count()).select_from(ledger).where(*unseen_in(ledger)).scalar_subquery()


# The present snapshot, which server and database this is, and how many changes came since.
TAIL: tuple[ColumnElement[Any], ...] = (
    cast(func.pg_current_snapshot(), Text),
    func.concat(
        func.extract("epoch", func.pg_postmaster_start_time()),
        " ",
        literal_column("(SELECT oid FROM pg_database WHERE datname = current_database())"),
        " ",
        # A server that has crashed keeps its start, but not its statistics.
        literal_column("(SELECT stats_reset FROM pg_stat_bgwriter)"),
    ),
    number_unseen(CATALOG_CHANGE),
)

# To take in more than so many takes longer than to count anew.
MOST_FOLLOWED = 1_000
# Nobody looks again at more videos than these.
MOST_NAMED = 100_000
_CHANGES = f"""
SELECT pg_current_snapshot()::text, videos,
    CASE WHEN sum(videos) OVER (ORDER BY catalog_change.id DESC) <= {MOST_NAMED} THEN ids END,
    facets, facet_videos, known, known_videos, pruned
FROM (VALUES (1)) AS one (row)
LEFT JOIN catalog_change ON xid >= %(first_running)s
    AND NOT pg_visible_in_snapshot(xid::text::xid8, %(since)s::text::pg_snapshot)
ORDER BY catalog_change.id
LIMIT {MOST_FOLLOWED + 1}
"""


def read_changes(session: Reader, snapshot: str) -> tuple[str, list[Change]]:
    """The present snapshot, and what came since an earlier one."""
    connection = driver_connection(session)
    rows = connection.execute(_CHANGES, since(snapshot), binary=True).fetchall()
    return rows[0][0], [_change(row) for row in rows if row[1] is not None]


def _change(row: Sequence[Any]) -> Change:
    _, videos, ids, facets, facet_videos, known, known_videos, pruned = row
    told = facets is not None
    counted = (facets, facet_videos) if told else None
    return Change(videos, ids, counted, (known, known_videos) if told else None, pruned)
