"""Reading the order of all videos by one sort, and giving each its rank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalogtool.catalog.search.known.column import fits
from catalogtool.catalog.search.known.rank_tests import ASKED_FOR, ranked_values
from catalogtool.catalog.search.known.ranks import ABSENT, UNKNOWN, VALUELESS, Ranks
from catalogtool.catalog.search.known.state import State
from catalogtool.catalog.search.known.writes import Ledger, ledger_of
from catalogtool.catalog.search.lookup import DIALECT
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.core.arrays import Int64s, are_listed, unpacked
from catalogtool.core.db import Reader, driver_connection

# There are about so many ranks, and never as many as two bytes tell.
RANKS = 20_000
# Videos that are read at once.
PIECE = 500_000

# The order of texts that Python has as well: that of their code points.
_BY_CODE_POINTS = """
SELECT pg_encoding_to_char(encoding) = 'UTF8'
    AND (datlocprovider = 'b' OR datlocprovider = 'c' AND datcollate IN ('C', 'POSIX'))
FROM pg_database WHERE datname = current_database()
"""
_NOW = "SELECT pg_current_snapshot()::text, min(id), max(id) FROM video"
# Along the sort's index, which holds all of it; the last value and id tell where the next begins.
_PIECE = """
SELECT string_agg(int8send(id), ''::bytea ORDER BY value, id),
    string_agg(boolsend(begins), ''::bytea ORDER BY value, id), max(value)::text
FROM (
    SELECT value, id,
        value IS DISTINCT FROM lag(value, 1, %(at)s::{type}) OVER (ORDER BY value, id) AS begins
    FROM (
        SELECT {value} AS value, {id} AS id FROM {table} WHERE {beyond}
        ORDER BY {value}, {id} LIMIT %(most)s) AS read) AS piece
"""
_FIRST, _NEXT = "{value} IS NOT NULL", "({value}, {id}) > (%(at)s::{type}, %(id)s::bigint)"
_VALUES = "SELECT {id}, {value} FROM {table} WHERE {id} = ANY(%s)"
_VALUELESS = """
SELECT string_agg(int8send(id), ''::bytea ORDER BY id)
FROM (
    SELECT {id} AS id FROM {table} WHERE {value} IS NULL AND {id} > %(id)s
    ORDER BY {id} LIMIT %(most)s) AS piece
"""


def load_ranks(session: Reader, field: str, state: State) -> Ranks | None:
    """Read the order of the catalogue, which has changed since the state; None if its ids are too
    sparse.

    It takes several statements: what changes meanwhile is in the ledger since the first of them.
    """
    [(snapshot, smallest, largest)] = driver_connection(session).execute(_NOW).fetchall()
    if largest is not None and not fits(smallest, largest, state.videos):
        return None
    pieces = list(_pieces(session, field))
    ids = np.concatenate([np.empty(0, np.int64), *(some for some, _ in pieces)])
    begins = np.concatenate([np.empty(0, np.bool_), *(marks for _, marks in pieces)])
    del pieces
    valueless = np.concatenate([np.empty(0, np.int64), *_valueless(session, field)])
    bounds = [
        int(end) for some in (ids, valueless) if len(some) for end in (some.min(), some.max())
    ]
    # Others may have come meanwhile.
    if bounds and not fits(min(bounds), max(bounds), state.videos):
        return None
    ranks = np.full(max(bounds, default=-1) + 1, ABSENT, np.uint16)
    ranks[valueless] = VALUELESS
    of_each, equal = ranked(begins)
    ranks[ids] = of_each
    ledger = ledger_of(field, snapshot)
    values = None
    if field in ASKED_FOR:
        leading = ids[np.flatnonzero(np.diff(of_each, prepend=UNKNOWN))]
        firsts = _values(session, field, leading, ledger)
        [(same,)] = driver_connection(session).execute(_BY_CODE_POINTS).fetchall()
        values = ranked_values(field, firsts, equal, by_code_points=same)
    found = Ranks(ranks, equal, ledger, state.sequence, values)
    # Now they are right as of their ledger, whatever came between two pieces.
    found.follow(session)
    return found


def ranked(begins: NDArray[np.bool_]) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
    """The rank of each video of an order, and of each rank whether its videos are all equal.

    `begins` tells which ones have another value than the one before.
    """
    width = -(-len(begins) // RANKS) or 1
    starts = np.flatnonzero(begins)
    sizes = np.diff(starts, append=len(begins))
    # A long tie has a rank of its own; a short one shares it with its neighbours.
    long, stretch = sizes >= width, starts // width
    parted = np.ones(len(starts), np.bool_)
    parted[1:] = (stretch[1:] != stretch[:-1]) | long[1:] | long[:-1]
    equal = np.diff(np.flatnonzero(parted), append=len(starts)) == 1
    of_value = (np.cumsum(parted, dtype=np.int32) - 1).astype(np.uint16)
    return np.repeat(of_value, sizes), equal


def _pieces(session: Reader, field: str) -> Iterator[tuple[Int64s, NDArray[np.bool_]]]:
    connection = driver_connection(session)
    at: dict[str, object] = {"at": None, "id": None, "most": PIECE}
    statement, number = _sql(_PIECE, field, _FIRST), PIECE
    # What comes behind a last piece has changed meanwhile: nobody runs after that.
    while number == PIECE:
        [(ids, begins, value)] = connection.execute(statement, at, binary=True).fetchall()
        found = unpacked(ids)
        number = len(found)
        if number:
            yield found, np.frombuffer(begins, np.bool_)
            at |= {"at": value, "id": int(found[-1])}
        statement = _sql(_PIECE, field, _NEXT)


def _valueless(session: Reader, field: str) -> Iterator[Int64s]:
    connection, last, number = driver_connection(session), -1, PIECE
    while number == PIECE:
        given = {"id": last, "most": PIECE}
        [(ids,)] = connection.execute(_sql(_VALUELESS, field), given, binary=True).fetchall()
        found = unpacked(ids)
        number = len(found)
        if number:
            yield found
            last = int(found[-1])


def _values(session: Reader, field: str, ids: Int64s, ledger: Ledger) -> list[Any]:
    """The values of these videos; None if one has changed since the ledger was read."""
    rows = driver_connection(session).execute(_sql(_VALUES, field), [ids]).fetchall()
    told = ledger.read(session)
    if told is None:
        return [None] * len(ids)
    changed = are_listed(ids, told[0])
    values = dict(rows)
    return [None if out else values.get(pk) for pk, out in zip(ids.tolist(), changed, strict=True)]


def _sql(template: str, field: str, beyond: str = "") -> str:
    """The statement for one sort; nothing in it comes from anybody else."""
    order = ordering_of(field)
    names = {
        "table": str(order.table),
        "value": order.value.name,
        "id": order.id.name,
        "type": order.value.type.compile(dialect=DIALECT),
    }
    return template.format(beyond=beyond.format(**names), **names)
