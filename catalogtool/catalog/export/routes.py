"""The export over HTTP: a download of any length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from catalogtool.auth.policy import needs
from catalogtool.catalog.export import schemas
from catalogtool.catalog.export.csv_file import as_file
from catalogtool.catalog.export.pieces import read_pieces
from catalogtool.catalog.export.request import parse_export
from catalogtool.catalog.search.parameters import read_query

export_bp = APIBlueprint("export", __name__, url_prefix="/api", tag="Videos")


@export_bp.get("/export")
@export_bp.input(schemas.ExportIn, location="query", validation=False, arg_name="_")
@export_bp.doc(responses=schemas.FILE_OUT)
@needs("login")
def export_videos(_: Any) -> Response:
    """Videos as a CSV file, by ascending id and without a limit"""
    wanted = parse_export(read_query(request.query_string))
    return Response(
        _begun(as_file(wanted, read_pieces(wanted))),
        mimetype="application/gzip" if wanted.is_compressed else "text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{wanted.file_name}"',
            "Cache-Control": "no-store",
        },
    )


def _begun(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, the first of them made at once: what can't be done is told as an error."""
    first = next(blocks)

    def all_blocks() -> Iterator[bytes]:
        yield first
        yield from blocks

    return all_blocks()
