"""Reading an export piece by piece: each its own short transaction and COPY.

A snapshot that lived as long as a download would keep VACUUM from the dead rows of every table,
and those of the queue are many. So an export reads a stretch of row ids, gives its connection
back, and only then sends what it read: a reader that is slow, or gone, holds nothing but some
megabytes of memory.

What a file says is therefore not one moment of the catalogue. Each video that was there from the
beginning to the end is in it exactly once, as it was at the moment when its piece was read, if it
matched the filters then. A video that came or went meanwhile may be in it or not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import and_, select

from catalogtool.catalog.export.columns import needs_counters, written
from catalogtool.catalog.export.extent import Extent, find_extent, set_limits
from catalogtool.catalog.export.request import ExportRequest
from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.core.db import driver_connection, engine, unit_of_work

# The first piece is small, so that something is there at once. The others aim at a few megabytes
# and at well under a second, whichever is reached first.
FIRST_WIDTH = 1_000
WIDEST = 2_000_000
AIM_BYTES = 4 * 1024 * 1024
AIM_SECONDS = 0.4
MOST_BYTES = 4 * AIM_BYTES
MOST_GROWTH = 4.0
LINES_AT_ONCE = 512


@dataclass(frozen=True)
class Piece:
    """Some lines of CSV in blocks of bytes, how many rows they are, and the share that is done."""

    blocks: list[bytes]
    rows: int
    done: float


@dataclass(frozen=True)
class _Query:
    """The COPY of a piece, and its parameters except those that name the piece."""

    statement: str
    parameters: dict[str, Any]


class _TooLargeError(Exception):
    """A piece that would fill the memory; it is asked for again in parts."""


def read_pieces(wanted: ExportRequest) -> Iterator[Piece]:
    """All rows by ascending id; no transaction is open while a piece is in the reader's hands.

    Raises ValidationError before the first piece if nothing matches.
    """
    with unit_of_work() as session:
        extent = find_extent(session, wanted.filters)
    query = _query(wanted, extent)
    place, width = extent.first, FIRST_WIDTH
    while place <= extent.last:
        last = min(place + width, extent.last + 1) - 1
        began = time.monotonic()
        try:
            blocks, rows = _copy(query, extent.parameters(place, last), whole=width == 1)
        except _TooLargeError:
            width = max(width // 8, 1)
            continue
        place = last + 1
        width = _next_width(width, sum(map(len, blocks)), time.monotonic() - began)
        yield Piece(blocks, rows, (place - extent.first) / (extent.last + 1 - extent.first))


def _query(wanted: ExportRequest, extent: Extent) -> _Query:
    columns = [written(name, safe=wanted.safe).label(name) for name in wanted.columns]
    query = select(*columns).select_from(Video)
    if needs_counters(wanted.columns):
        # Said of both keys, because the planner would not conclude one from the other.
        same = and_(VideoCounter.video_pk == Video.id, extent.within(VideoCounter.video_pk))
        query = query.outerjoin(VideoCounter, same)
    query = query.where(extent.within(Video.id), *extent.conditions).order_by(Video.id)
    compiled = query.compile(dialect=engine().dialect, compile_kwargs={"render_postcompile": True})
    return _Query(f"COPY ({compiled}) TO STDOUT (FORMAT csv)", dict(compiled.params))


def _copy(query: _Query, piece: dict[str, object], *, whole: bool) -> tuple[list[bytes], int]:
    """The piece's lines and their number; leaving early cancels the COPY on the server."""
    blocks: list[bytes] = []
    size = count = 0
    with unit_of_work() as session:
        set_limits(session)
        cursor = driver_connection(session).cursor()
        with cursor.copy(query.statement, {**query.parameters, **piece}) as copy:
            lines = iter(copy)
            while some := list(islice(lines, LINES_AT_ONCE)):
                blocks.append(b"".join(some))
                count += len(some)
                size += len(blocks[-1])
                if size > MOST_BYTES and not whole:
                    raise _TooLargeError
    return blocks, count


def _next_width(width: int, size: int, seconds: float) -> int:
    """How many numbers the next piece spans, as this one's size and time suggest."""
    growth = min(AIM_BYTES / max(size, 1), AIM_SECONDS / max(seconds, 0.001), MOST_GROWTH)
    return max(1, min(int(width * growth), WIDEST))
