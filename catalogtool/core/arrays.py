"""Arrays of 64-bit integers to and from PostgreSQL without an object for each number.

With `register`, psycopg takes `numpy` arrays as parameters, and answers `bigint[]` with them where
results are asked for in the binary format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    LargeBinary,
    Select,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.types import UserDefinedType

Int64s = NDArray[np.int64]
Number = TypeVar("Number", bound=np.integer[Any])
# The numbers, or a parameter that they will be given for.
Given = Int64s | BindParameter[Int64s]
BIGINT_OID, BIGINT_ARRAY_OID = 20, 1016
# As PostgreSQL sends an array: dimensions, whether nulls are among it, the type, then for the one
# dimension its length and first index; each element has its length before it.
HEADER = np.dtype(">i4")
BIG_ENDIAN = np.dtype(">i8")
ELEMENT = np.dtype([("length", ">i4"), ("value", BIG_ENDIAN)])
NO_DIMENSION, ONE_DIMENSION = 12, 20
# Nanoseconds for a byte that is set to zero, for a number that is marked there or looked up, and
# for one that is searched in a list.
PER_BYTE, PER_MARK, PER_SEARCH = 0.1, 3, 60


class Int64Array(UserDefinedType[Int64s]):
    """The type of such a parameter in a statement of SQLAlchemy."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "bigint[]"


class _ArrayDumper(Dumper):
    format = pq.Format.BINARY
    oid = BIGINT_ARRAY_OID

    def dump(self, obj: Int64s) -> bytes:
        header = np.array([1, 0, BIGINT_OID, len(obj), 1], HEADER)
        elements = np.empty(len(obj), ELEMENT)
        elements["length"], elements["value"] = 8, obj
        return header.tobytes() + elements.tobytes()


class _ArrayLoader(Loader):
    format = pq.Format.BINARY

    def load(self, data: Buffer) -> Int64s:
        if len(data) <= NO_DIMENSION:
            return np.empty(0, np.int64)
        return np.frombuffer(data, ELEMENT, offset=ONE_DIMENSION)["value"].astype(np.int64)


def register() -> None:
    """Teach the driver; connections that are made later know."""
    psycopg.adapters.register_dumper(np.ndarray, _ArrayDumper)
    psycopg.adapters.register_loader(BIGINT_ARRAY_OID, _ArrayLoader)


def int64s(name: str) -> BindParameter[Int64s]:
    """An open parameter for such an array."""
    return bindparam(name, type_=Int64Array())


def is_among(column: Any, ids: Given) -> ColumnElement[bool]:
    """The column holds one of these numbers; the planner finds each by an index."""
    found: ColumnElement[bool] = column == func.any(_parameter(ids))
    return found


def is_among_unseen(column: Any, ids: Int64s) -> ColumnElement[bool]:
    """The same behind a subquery, or the planner guesses for each number how often it is there."""
    listed = func.array(_rows_of(ids).scalar_subquery())
    found: ColumnElement[bool] = column == func.any(listed)
    return found


def hashed_among(column: Any, ids: Given) -> ColumnElement[bool]:
    """The same for rows that are read anyway: each is looked up in a hash of the numbers.

    As a subquery that nobody can turn into a join, because then the order of the rows would go.
    """
    found: ColumnElement[bool] = column.in_(_rows_of(ids)).is_(True)
    return found


def hashed_not_among(column: Any, ids: Given) -> ColumnElement[bool]:
    """The column holds none of these numbers, told in the same way."""
    found: ColumnElement[bool] = column.not_in(_rows_of(ids))
    return found


def packed(column: Any, send: Callable[[Any], Any] = func.int8send) -> Any:
    """Eight bytes for each value of a column, in one: quicker than a list, here and there."""
    return func.string_agg(send(column), literal(b"", LargeBinary))


def unpacked(numbers: bytes | None) -> Int64s:
    """What `packed` has answered; None stands for no rows."""
    return np.frombuffer(numbers or b"", BIG_ENDIAN).astype(np.int64)


def are_listed(numbers: Int64s, listed: Int64s) -> NDArray[np.bool_]:
    """Which of these numbers are in a list that is in order; none is negative."""
    if not len(listed):
        return np.zeros(len(numbers), np.bool_)
    largest = int(listed[-1])
    marking = largest * PER_BYTE + (len(listed) + len(numbers)) * PER_MARK
    if marking < len(numbers) * PER_SEARCH:
        marks = np.zeros(largest + 2, np.bool_)
        marks[listed] = True
        return marks[np.minimum(numbers, largest + 1)]
    places = np.searchsorted(listed, numbers)
    places[places == len(listed)] = 0
    found: NDArray[np.bool_] = listed[places] == numbers
    return found


def in_pieces(array: NDArray[Number], size: int) -> Iterator[tuple[int, NDArray[Number]]]:
    """So many elements after each other, and where they begin.

    If these are few enough, all steps of a test find them in the processor's cache.
    """
    for first in range(0, len(array), size):
        yield first, array[first : first + size]


def merged(numbers: Int64s, others: Int64s) -> Int64s:
    """The numbers of two lists that are in order and have none in common, in order."""
    if not len(others):
        return numbers
    # Which goes through stretches that are in order as they are; `np.unique` would hash them all.
    return np.sort(np.concatenate((numbers, others)), kind="stable")


def _rows_of(ids: Given) -> Select[Any]:
    return select(func.unnest(_parameter(ids)))


def _parameter(ids: Given) -> BindParameter[Int64s]:
    return ids if isinstance(ids, BindParameter) else literal(ids, Int64Array())
