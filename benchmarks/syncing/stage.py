"""The stage: a server, and the catalogue that an import of the sandbox's first report has made.

Databases are copies of one template, so that every run begins with the same rows.
"""

from __future__ import annotations

import io
from pathlib import Path

import psycopg
from import_sql.databases import Server
from import_sql.worker import import_report
from psycopg import sql

from catalogtool.sandbox.report_columns import layout_of
from catalogtool.sandbox.report_rows import video_rows
from catalogtool.sandbox.synthetic import Synthetic

SEED = 2026
REPORT = "content_owner_video_metadata_20260101.csv"
BLOCK = 1000


class Stage:
    """`videos` videos, as on day 0 of the sandbox with the same seed."""

    def __init__(self, server: Server, videos: int) -> None:
        self.server = server
        self.videos = videos
        self.home = server.folder / "home"
        self.home.mkdir()
        self._template = server.new_database("before")
        import_report(self._template, self._report())
        with psycopg.connect(self._template) as connection:
            connection.execute("TRUNCATE procrastinate_jobs, processing_queue CASCADE")
        server.settle(self._template)

    @property
    def before(self) -> str:
        """The URL of the database that nobody has touched since the import."""
        return self._template

    def copy(self, name: str) -> str:
        """The URL of a fresh copy."""
        self.server.drop(name)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE before STRATEGY file_copy")
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name)))
        url = self._template.replace("/before", f"/{name}")
        self.server.settle(url)
        return url

    def _report(self) -> Path:
        """The report of day 0, with exactly these videos."""
        path = self.server.folder / "reports" / REPORT
        path.parent.mkdir()
        layout = layout_of("video", None)
        with path.open("wb") as file:
            file.write((",".join(layout.header) + "\n").encode())
            block = io.BytesIO()
            for number, group in enumerate(
                video_rows(Synthetic(SEED), layout, range(self.videos)), 1
            ):
                block.writelines(f"{','.join(cells)}\n".encode() for cells in group)
                if number % BLOCK == 0 or number == self.videos:
                    file.write(block.getvalue())
                    block = io.BytesIO()
        return path
