"""How time and memory grow with the file: first imports of several sizes, our side only."""

from __future__ import annotations

from dataclasses import dataclass

from import_sql.cases import CASES, write_files
from import_sql.databases import Server
from import_sql.worker import import_report

MEMORY_BAR = 200.0
GROWTH_BAR = 1.3


@dataclass(frozen=True)
class Sized:
    """Rows of the file, wall seconds, megabytes that the worker grew by."""

    rows: int
    seconds: float
    grown: float


def first_import_of(server: Server, rows: int) -> Sized:
    """A first import of so many rows into an empty database."""
    folder = server.folder / f"reports-{rows}"
    file = write_files(folder, rows, CASES[:1])[0]
    url = server.new_database("sized")
    server.settle(url)
    measured = import_report(url, file)
    server.drop("sized")
    file.unlink()
    return Sized(rows, measured.seconds, measured.grown)
