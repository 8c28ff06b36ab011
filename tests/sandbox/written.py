"""Writes reports into memory and reads them back as any consumer would."""

import csv
import io
from typing import Any

from catalogtool.sandbox.dirt import DirtSummary
from catalogtool.sandbox.reports import write_report

Record = dict[str, str]


def report_bytes(rows: int, **choices: Any) -> bytes:
    stream = io.BytesIO()
    write_report(stream, rows, **choices)
    return stream.getvalue()


def records_of(content: bytes) -> list[list[str]]:
    """Every record, the header among them."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_report(rows: int, **choices: Any) -> list[Record]:
    header, *records = records_of(report_bytes(rows, **choices))
    return [dict(zip(header, record, strict=True)) for record in records]


def read_dirty(rows: int, **choices: Any) -> tuple[list[str], list[list[str]], DirtSummary]:
    """The header, the records below it and the summary of a spoiled report."""
    stream = io.BytesIO()
    summary = write_report(stream, rows, dirty=True, **choices)
    _junk, header, *records = records_of(stream.getvalue())
    return header, records, summary


def by_video(records: list[Record]) -> dict[str, list[Record]]:
    videos: dict[str, list[Record]] = {}
    for record in records:
        videos.setdefault(record["video_id"], []).append(record)
    return videos
