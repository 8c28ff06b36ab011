"""From the file to the staging table: open, check, convert and COPY, in one transaction."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.coverage import Edition
from catalogtool.catalog.merge.staging import Staging, copy_statement, create_rows
from catalogtool.core.db import driver_connection
from catalogtool.core.errors import FileProcessingError
from catalogtool.core.storage import Store
from catalogtool.reports.container import blocks
from catalogtool.reports.file_day import day_in_name
from catalogtool.reports.layout import Layout
from catalogtool.reports.lines import text_blocks
from catalogtool.reports.quick import QuickLayout
from catalogtool.reports.rows import RowError, RowReader
from catalogtool.reports.turn import Turn, save
from catalogtool.reports.watch import Reading, Watcher

# Reading is about this part of the whole work.
SHARE = 40.0
ERRORS_IN_MEMORY = 1024 * 1024
MIB = 1024 * 1024


@dataclass
class Counted:
    """A stream that knows how much of it has been read."""

    stream: BinaryIO
    size: int
    position: int = 0

    def read(self, size: int = -1) -> bytes:
        """Like the stream's own."""
        data = self.stream.read(size)
        self.position += len(data)
        return data


def stage(session: Session, turn: Turn, store: Store, watcher: Watcher) -> tuple[Staging, Edition]:
    """Fill the report's staging table from its file and note what the file is.

    Raises FileProcessingError for a file that cannot be used; nothing has been written then.
    """
    file = store.stat(turn.filename)
    if turn.file_version not in (None, file.version):
        raise FileProcessingError(
            "The file was replaced while it was being imported; process it again.",
            {"key": turn.filename, "rule": "unchanged"},
        )
    reading = Reading()
    with store.open(turn.filename) as stream:
        counted = Counted(stream, max(file.size, 1))
        reader = RowReader(text_blocks(blocks(counted)))
        staging = Staging(turn.report_id, reader.header.kind)
        as_of = day_in_name(turn.filename) or file.last_modified
        edition = Edition(turn.report_id, staging.kind, as_of, file.last_modified)
        create_rows(session, staging)
        layout = Layout(reader.header)
        watcher.reading = reading
        try:
            with tempfile.SpooledTemporaryFile(
                ERRORS_IN_MEMORY, "w+", newline="", encoding="utf-8"
            ) as errors:
                _copy(
                    session, staging, _converted(reader, layout, counted, reading, errors), watcher
                )
                _keep_errors(session, turn, errors)
        finally:
            watcher.reading = None
    save(
        session,
        turn,
        phase="comparing",
        kind=staging.kind.value,
        as_of=as_of,
        file_time=file.last_modified,
        file_size=file.size,
        file_version=file.version,
        unknown_columns=json.dumps(reader.header.unknown),
        total_rows=reading.total_rows,
        errors=reading.errors,
        values_cut=layout.cut,
        values_dropped=layout.dropped,
        percentage=SHARE,
    )
    return staging, edition


def _converted(
    reader: RowReader, layout: Layout, counted: Counted, reading: Reading, errors: IO[str]
) -> Iterator[bytes]:
    """Lines for COPY, a batch at a time; what is wrong is put aside in `errors`."""
    rejected = csv.writer(errors, lineterminator="\r\n")
    for batch in reader.batches(QuickLayout(reader.header).convert):
        data, wrong = layout.convert(batch)
        rejected.writerows((e.row, e.column, e.rule[:300], _shown(e)) for e in wrong)
        reading.total_rows += batch.seen
        reading.errors += len(wrong)
        reading.percentage = SHARE * min(counted.position / counted.size, 1.0)
        layout.dropped += batch.cleaned
        yield data


def _shown(error: RowError) -> str | None:
    return error.value[:200] if error.value is not None else None


def _copy(session: Session, staging: Staging, parts: Iterator[bytes], watcher: Watcher) -> None:
    with driver_connection(session).cursor().copy(copy_statement(staging)) as copy:
        for part in parts:
            # A COPY that PostgreSQL has cancelled would not tell us before the end of the file.
            watcher.check()
            for start in range(0, len(part), MIB):
                copy.write(part[start : start + MIB])


def _keep_errors(session: Session, turn: Turn, errors: IO[str]) -> None:
    """Save the rejected rows in place of those of an earlier attempt."""
    session.execute(text("DELETE FROM report_error WHERE report_id = :id"), {"id": turn.report_id})
    errors.seek(0)
    session.execute(
        text(
            """CREATE TEMP TABLE rejected
            (row_number bigint, column_name text, rule text, value text) ON COMMIT DROP"""
        )
    )
    statement = "COPY rejected FROM STDIN (FORMAT csv)"
    with driver_connection(session).cursor().copy(statement) as copy:
        while part := errors.read(MIB):
            copy.write(part)
    session.execute(
        text(
            "INSERT INTO report_error (report_id, row_number, column_name, rule, value)"
            " SELECT :id, row_number, column_name, rule, value FROM rejected"
        ),
        {"id": turn.report_id},
    )
