"""One file from the pieces of an export: a header, the lines, compressed if that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isal import isal_zlib

from catalogtool.catalog.export.pieces import Piece
from catalogtool.catalog.export.request import ExportRequest

# Smaller than level 0 and as fast; beyond it little is gained.
LEVEL = 1
GZIP = 31


def as_file(wanted: ExportRequest, pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The bytes of the file, block by block; nothing comes before the first piece has been read."""
    lines = _lines(wanted, pieces)
    return _compressed(lines) if wanted.is_compressed else lines


def _lines(wanted: ExportRequest, pieces: Iterable[Piece]) -> Iterator[bytes]:
    header: bytes | None = (",".join(wanted.columns) + "\n").encode()
    for piece in pieces:
        if header is not None:
            yield header
            header = None
        yield from piece.blocks


def _compressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP)
    for block in blocks:
        if ready := compressor.compress(block):
            yield ready
    yield compressor.flush()
