"""A slice of a list by the ranks of its videos: only those near it are looked up."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Table, literal, select

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.known.changes import number_unseen, since
from catalogtool.catalog.search.known.ranks import Ranks
from catalogtool.catalog.search.known.slices import Window
from catalogtool.catalog.search.known.writes import Ledger
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading, order_by
from catalogtool.catalog.search.shapes import Key, key_of, reading_of
from catalogtool.core.arrays import Int64s, int64s, is_among
from catalogtool.core.db import Reader

# While others write, the ranks are brought up to date so often before another way is taken.
TRIES = 2


def slice_by_ranks(
    session: Reader, ranks: Ranks, reading: Reading, ids: Int64s, part: Slice
) -> list[Position] | None:
    """The slice of the videos with these ids, in order; None if it has to be found otherwise."""
    if not len(ids) or part.limit == 0:
        return []
    for _ in range(TRIES):
        # Before the ranks are asked, which are never older than this.
        ledger = ranks.ledger
        window = ranks.window(ids, reading, part)
        if window is None:
            return None
        rows = _look_up(session, reading, window, ledger)
        if rows is not None:
            return window.cut(rows)
        ranks.follow(session)
    return None


def _look_up(
    session: Reader, reading: Reading, window: Window, ledger: Ledger
) -> list[Position] | None:
    """The videos of a window in order; None if any video may have moved since."""
    if not len(window.ids):
        return []
    given = {"listed": window.ids, **since(ledger.snapshot)}
    rows = _in_order(key_of(reading), ledger.table).ask(session, given, keep_plan=False)
    if not rows or rows[0][2]:
        return None
    return [Position(value, row_id) for value, row_id, _ in rows]


@cache
def _in_order(key: Key, ledger: Table) -> Lookup:
    reading = reading_of(key)
    order = reading.ordering
    listed = select(order.value, order.id).select_from(order.table)
    # Without an offset in between, the planner might read the sort's index instead.
    rows = listed.where(is_among(order.id, int64s("listed"))).offset(literal(0)).subquery()
    value, row_id = rows.c
    unseen = number_unseen(ledger).label("unseen")
    return Lookup.of(select(value, row_id, unseen).order_by(*order_by(reading, value, row_id)))
