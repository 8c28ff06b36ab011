"""The stage for every round: one server, the report files, and databases cloned from a template.

The catalogue "before" comes from a clean report. The report under torture is a dirty one of the
same seed on a later day, so that it creates, updates, counts, audits and rejects.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from catalogtool.core import db, postgres
from catalogtool.core.db import unit_of_work
from catalogtool.core.migrate import upgrade
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store
from catalogtool.reports.importer import run_import
from catalogtool.reports.models import Report
from catalogtool.sandbox.reports import write_report

# Nothing here has to survive a power cut; a crash of the server alone loses nothing all the same.
SERVER = {"fsync": "off", "full_page_writes": "off"}
BEFORE = "before"
KEYS = {
    "first": "reports/content_owner_video_metadata_20260101.csv",
    "video": "reports/content_owner_video_metadata_20260104.csv",
    "claims": "reports/content_owner_active_claims_20260104.csv",
    "large": "reports/content_owner_video_metadata_20260105.csv",
}


def settings_for(home: Path, **more: object) -> Settings:
    """Settings that nothing on this machine has a say in."""
    return Settings(_env_file=None, catalog_home=home, **more)


@dataclass
class Scene:
    """One server with the template database, and the folder that the reports are in."""

    home: Path
    rows: int
    seed: int
    url: str = ""

    @property
    def folder(self) -> Path:
        return self.home / "reports"

    @property
    def store(self) -> Store:
        return open_store(str(self.folder), settings_for(self.home))

    def prepare(self) -> None:
        """Start the server, write the files, and import what was there before."""
        self.url = postgres.start(self.home, SERVER)
        for name in ("first", "video", "claims"):
            self.write(name, self.rows)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(BEFORE)))
        url = self.url_of(BEFORE)
        upgrade(url)
        engine = db.connect(url)
        with unit_of_work() as session:
            report = Report(filename=KEYS["first"])
            session.add(report)
            session.flush()
            number = report.id
        run_import(number, self.store)
        engine.dispose()
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("SELECT status, videos_created FROM report").fetchone()
            assert row is not None
            assert row[0] == "completed", row
            connection.execute("TRUNCATE procrastinate_jobs CASCADE")
            connection.execute("ANALYZE")

    def write(self, name: str, rows: int) -> Path:
        """Write one of the files, if it is not there yet."""
        path = self.home / KEYS[name]
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            with path.open("wb") as stream:
                if name == "first":
                    write_report(stream, rows * 4 // 5, seed=self.seed)
                else:
                    write_report(
                        stream,
                        rows,
                        seed=self.seed,
                        kind="claims" if name == "claims" else "video",
                        dirty=True,
                        day=3,
                        changed=0.2,
                        viewed=0.6,
                    )
        return path

    def url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def cloned(self, template: str = BEFORE) -> Iterator[str]:
        """The URL of a copy of the catalogue before, known to `unit_of_work()` too."""
        name = f"round_{secrets.token_hex(4)}"
        url = self.copy(name, template)
        try:
            yield url
        finally:
            db.engine().dispose()
            self.drop(name)

    def copy(self, name: str, template: str = BEFORE) -> str:
        """Copy a database; the URL of the copy, which `unit_of_work()` uses from now on."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        for attempt in range(20):
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    names = map(sql.Identifier, (name, template))
                    connection.execute(statement.format(*names))
                db.connect(self.url_of(name))
                return self.url_of(name)
            except psycopg.errors.ObjectInUse:
                # The server's own vacuuming looks in from time to time.
                time.sleep(0.5 + attempt / 4)
        raise RuntimeError(f"{template} could not be copied")

    def drop(self, name: str) -> None:
        """Remove a database and whoever still uses it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        for _ in range(20):
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    connection.execute(statement)
            except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
                time.sleep(0.5)
            else:
                return

    def crash(self, pause: float) -> None:
        """Stop the server as a crash would, and start it again after some seconds."""
        postgres.stop(self.home, "immediate")
        time.sleep(pause)
        assert postgres.start(self.home, SERVER) == self.url
