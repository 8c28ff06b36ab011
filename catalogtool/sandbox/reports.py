"""Writes synthetic reports of any size: for the demonstration, for tests and for benchmarks."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, Literal, TypeVar, cast

from isal import igzip

from catalogtool.sandbox.asset_rows import asset_rows, claim_rows
from catalogtool.sandbox.dirt import Dirt, DirtSummary
from catalogtool.sandbox.report_columns import Layout, layout_of
from catalogtool.sandbox.report_rows import Cells, video_rows
from catalogtool.sandbox.synthetic import Synthetic

Kind = Literal["video", "claims", "asset"]
Line = TypeVar("Line", bytes, Cells)

_ROWS_OF = {"video": video_rows, "claims": claim_rows, "asset": asset_rows}
_BLOCK = 4096
_APART = 61
_BYTE_ORDER_MARK = "\ufeff".encode()


def write_report(  # noqa: PLR0913 - every one of them is a choice of its own
    stream: BinaryIO,
    rows: int,
    *,
    seed: int = 0,
    kind: Kind = "video",
    dirty: bool = False,
    version: str | None = None,
    day: int = 0,
    changed: float = 0.0,
    viewed: float = 0.0,
    gzip: bool = False,
) -> DirtSummary:
    """Write a report of exactly `rows` records below its header, and say what is in it.

    `version` is one of `LAYOUTS[kind]`, by default the newest. The reports of one seed fit
    together, and a larger one begins with the videos of a smaller one. Day n differs from day 0:
    the share `changed` of the videos in one value that is no counter, the share `viewed` in its
    view counts. Raises ValueError for an impossible choice, before anything is written.
    """
    if rows < 0 or day < 0:
        raise ValueError("rows and day cannot be negative")
    layout = layout_of(kind, version)
    catalogue = Synthetic(seed, day=day, changed=changed, viewed=viewed)
    summary = DirtSummary(byte_order_mark=layout.studio)
    groups = _ROWS_OF[kind](catalogue, layout)
    with _target(stream, gzip) as target:
        if dirty:
            _write_dirty(target, rows, groups, layout, Dirt(kind, layout, seed, summary))
        else:
            _write_clean(target, rows, groups, layout, summary)
    return summary


def _write_clean(
    target: BinaryIO,
    rows: int,
    groups: Iterator[list[Cells]],
    layout: Layout,
    summary: DirtSummary,
) -> None:
    if layout.studio:
        target.write(_BYTE_ORDER_MARK)
    end = _line_end(layout)
    target.write(_line(layout.header) + end)
    while summary.rows < rows:
        block: list[bytes] = []
        wanted = min(_BLOCK, rows - summary.rows)
        for group in groups:
            block += [",".join(cells).encode() for cells in group]
            summary.distinct_ids += 1
            if len(block) >= wanted:
                break
        del block[rows - summary.rows :]
        summary.rows += len(block)
        target.write(end.join(_apart(block)) + end)


def _write_dirty(
    target: BinaryIO, rows: int, groups: Iterator[list[Cells]], layout: Layout, dirt: Dirt
) -> None:
    target.write(_BYTE_ORDER_MARK)
    end = _line_end(layout)
    target.writelines(_line(cells) + end for cells in dirt.preamble())
    missing = rows - dirt.duplicates_in(rows)
    while missing:
        block: list[Cells] = []
        for group in groups:
            block += group
            if len(block) >= min(_BLOCK, missing):
                break
        del block[missing:]
        missing -= len(block)
        target.writelines(_line(cells) + end for cells in dirt.spoil(_apart(block)))
    target.writelines(_line(cells) + end for cells in dirt.finish(rows))


def _line(cells: Iterable[str]) -> bytes:
    return ",".join(cells).encode()


def _apart(block: list[Line]) -> Iterator[Line]:
    """The block in another order: the rows of one video do not stand together in real reports."""
    for start in range(_APART):
        yield from block[start::_APART]


def _line_end(layout: Layout) -> bytes:
    return b"\r\n" if layout.studio else b"\n"


def _target(stream: BinaryIO, gzip: bool) -> AbstractContextManager[BinaryIO]:
    if not gzip:
        return nullcontext(stream)
    # Without a name and a time in its header the file is the same each time.
    compressed = igzip.IGzipFile("", "wb", 1, stream, mtime=0)  # type: ignore[no-untyped-call]
    return cast("AbstractContextManager[BinaryIO]", compressed)
