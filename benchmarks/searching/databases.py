"""The server and the databases that hold the catalogues: kept in a folder, or gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from catalogtool.core import postgres
from catalogtool.core.postgres_tuning import memory_of_machine
from searching.catalogue import ensure_catalogue

# Of the machine's memory. "Warm" is a catalogue in memory, and some machines take the files that
# nobody has read for a minute out of theirs: what PostgreSQL itself holds, they cannot.
SHARED = 0.6
# Otherwise as the product tunes it, but what a transaction fills from nothing is not logged: it
# makes the building of the catalogues twice as fast and plays no part in reading them.
SETTINGS = {"wal_level": "minimal", "max_wal_senders": "0"}


@contextmanager
def home_of(keep: Path | None) -> Iterator[Path]:
    """The folder for all that a run needs on disk; a temporary one unless `keep` is given."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        keep.chmod(0o755)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="catalog-search-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The server of this folder; it stops with the last of all processes that use it."""
    shared = int(memory_of_machine() * SHARED) // 2**20
    postgres.start(home, {**SETTINGS, "shared_buffers": f"{shared}MB"})
    with postgres.running(home) as url:
        yield url


def catalogue(server_url: str, videos: int, seed: int) -> str:
    """The URL of the database with this catalogue, built if it is not there yet."""
    name = name_of(videos)
    with psycopg.connect(server_url, autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    ensure_catalogue(url, videos, seed)
    return url


def warm(url: str) -> None:
    """Read the whole catalogue into PostgreSQL's memory, as after a day of use."""
    owner = make_url(url).set(username=postgres.SUPERUSER).render_as_string(hide_password=False)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        connection.execute(
            "SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i')"
            " AND relnamespace = 'public'::regnamespace"
        )


def name_of(videos: int) -> str:
    """`m1` for a million videos, `k100` for a hundred thousand."""
    millions, rest = divmod(videos, 1_000_000)
    return f"m{millions}" if millions and not rest else f"k{-(-videos // 1000)}"
