"""Reads a file's bytes the way an import does, as far as the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from catalogtool.catalog.merge.staging import staged_columns
from catalogtool.reports.container import blocks
from catalogtool.reports.header import Header
from catalogtool.reports.layout import Layout
from catalogtool.reports.lines import text_blocks
from catalogtool.reports.quick import QuickLayout
from catalogtool.reports.rows import RowError, RowReader


@dataclass
class Read:
    """All that a reader found in a file."""

    header: Header
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    cleaned: int = 0
    staged: list[list[str]] = field(default_factory=list)
    cut: int = 0
    dropped: int = 0

    @property
    def rejected(self) -> list[int]:
        """The numbers of the rows that were rejected."""
        return [error.row for error in self.errors]


def video_id(number: int) -> str:
    """A well formed id."""
    return f"vid-{number:07}"


def table(rows: Iterable[Iterable[object]], **dialect: object) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, **{"lineterminator": "\r\n"} | dialect).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def read(content: bytes | str) -> Read:
    """Everything that an import would read in this file."""
    data = content.encode() if isinstance(content, str) else content
    return read_parts(blocks(io.BytesIO(data)))


def read_parts(parts: Iterable[bytes]) -> Read:
    """The same of a file that arrives in these parts; the quick way must find the same."""
    kept = list(parts)
    found, quickly = _read(kept, quick=False), _read(kept, quick=True)
    assert quickly.staged == found.staged
    assert quickly.errors == found.errors
    assert (quickly.cut, quickly.dropped) == (found.cut, found.dropped)
    assert quickly.cleaned == found.cleaned
    return found


def _read(parts: list[bytes], *, quick: bool) -> Read:
    reader = RowReader(text_blocks(iter(parts)))
    layout = Layout(reader.header)
    found = Read(reader.header)
    for batch in reader.batches(QuickLayout(reader.header).convert if quick else None):
        found.rows += batch.rows
        found.numbers += batch.numbers
        found.cleaned += batch.cleaned
        staged, errors = layout.convert(batch)
        found.errors += errors
        found.staged += [line.split("\t") for line in staged.decode().split("\n")[:-1]]
    found.errors.sort(key=lambda error: error.row)
    found.cut, found.dropped = layout.cut, layout.dropped
    return found


def staged(content: bytes | str) -> list[dict[str, str]]:
    """The rows as they go into the staging table; what is unknown is left out."""
    found = read(content)
    names = list(staged_columns(found.header.kind))
    return [
        {name: cell for name, cell in zip(names, row, strict=True) if cell} for row in found.staged
    ]
