"""Databases for tests: one server, one migrated template, a copy for each test that asks."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from catalogtool.core import postgres

# Tests may lose a crashed machine's data; they run the faster for it.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    # Their workers belong to the superuser, and DROP DATABASE may not end them.
    "autovacuum": "off",
    "pg_prewarm.autoprewarm": "off",
}


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that the server's account can enter also when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="catalog-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def own_server() -> Iterator[str]:
    """An embedded server of its own, gone afterwards; its URL."""
    with open_folder() as home:
        try:
            yield postgres.start(home, CARELESS)
        finally:
            postgres.stop(home, "immediate")


@contextmanager
def new_database(server: str, template: str | None = None) -> Iterator[str]:
    """A database on this server, a copy of the template if one is named; dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    # Copying files takes a checkpoint, which is cheap without fsync; half the time of the WAL.
    copy = sql.SQL(" TEMPLATE {} STRATEGY file_copy")
    source = copy.format(sql.Identifier(template)) if template else sql.SQL("")
    with psycopg.connect(server, autocommit=True) as connection:
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier) + source)
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))
