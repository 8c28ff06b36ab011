"""Which videos have been written since a snapshot, as a ledger tells: nothing but their ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from sqlalchemy import BigInteger, Table, Text, bindparam, case, cast, func, select

from catalogtool.catalog.models import CATALOG_CHANGE, COUNTER_WRITE
from catalogtool.catalog.search.known.changes import first_running, since, unseen_in
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.ordering import COUNTED
from catalogtool.core.arrays import Int64s, packed, unpacked
from catalogtool.core.db import Reader

# To read everything anew takes less than to be told of more than so many.
MOST_TOLD = 1_000_000


@dataclass(frozen=True)
class Ledger:
    """A ledger, and the snapshot up to which it has been read."""

    table: Table
    snapshot: str

    def read(self, session: Reader) -> tuple[Int64s, Ledger] | None:
        """The ids of what has been written since; None if nobody can tell, or if it is too much."""
        [row] = _statement(self.table).ask(session, since(self.snapshot), binary=True)
        snapshot, written, untold, pruned, ids = row
        lost = pruned is not None and pruned >= first_running(self.snapshot)
        if untold or lost or written > MOST_TOLD:
            return None
        return np.unique(unpacked(ids)), replace(self, snapshot=snapshot)


def ledger_of(field: str, snapshot: str) -> Ledger:
    """The ledger of whatever moves a video in the sort by this field."""
    return Ledger(COUNTER_WRITE if field in COUNTED else CATALOG_CHANGE, snapshot)


@cache
def _statement(table: Table) -> Lookup:
    unseen = select(table).where(*unseen_in(table)).cte("unseen")
    row = unseen.c
    written = func.coalesce(func.sum(row.videos), 0)
    ids = select(func.unnest(row.ids).label("id")).subquery()
    few = bindparam("most", MOST_TOLD, BigInteger)
    return Lookup.of(
        select(
            cast(func.pg_current_snapshot(), Text),
            cast(written, BigInteger),
            func.bool_or(row.ids.is_(None) & row.pruned.is_(None)),
            func.max(row.pruned),
            case((written <= few, select(packed(ids.c.id)).scalar_subquery())),
        ).select_from(unseen)
    )
