"""One embedded server with as many empty migrated databases as a run needs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from catalogtool.core import postgres
from catalogtool.core.migrate import upgrade

TEMPLATE = "benchmark_template"
# The server is tuned as the product tunes it. Autovacuum would strike one side and not the other;
# `settle` does its work between the measurements instead.
SETTINGS = {"autovacuum": "off"}

SIZES = """SELECT coalesce(parent.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))
    FROM pg_class c
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
    LEFT JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    GROUP BY 1"""


@dataclass(frozen=True)
class Server:
    """`folder` is there for everything that a run needs on disk."""

    url: str
    folder: Path

    @property
    def data(self) -> Path:
        """The server's data directory."""
        return (self.folder / "postgres" / "data").resolve()

    def _admin(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        url = make_url(self.url).set(username=postgres.SUPERUSER, database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def new_database(self, name: str) -> str:
        """The URL of an empty migrated database."""
        self.drop(name)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(TEMPLATE)
                )
            )
        return self._url_of(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))

    def settle(self, url: str) -> None:
        """What autovacuum and the checkpointer would have done by the next day."""
        with self._admin(str(make_url(url).database)) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")

    def sizes(self, url: str) -> dict[str, int]:
        """Bytes of the whole database and of each table with its indexes."""
        with psycopg.connect(url) as connection:
            tables = connection.execute(SIZES).fetchall()
            whole = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert whole is not None
        return {"the database": int(whole[0]), **{name: int(size) for name, size in tables}}

    def version(self) -> str:
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SHOW server_version").fetchone()
        assert found is not None
        return str(found[0])

    def _url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def server(**more: str) -> Iterator[Server]:
    """A server in a folder of its own, gone afterwards; `more` of its settings."""
    folder = Path(tempfile.mkdtemp(prefix="catalog-benchmark-"))
    folder.chmod(0o755)
    try:
        made = Server(postgres.start(folder, SETTINGS | more), folder)
        with psycopg.connect(made.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        upgrade(made._url_of(TEMPLATE))
        yield made
    finally:
        postgres.stop(folder, "immediate")
        shutil.rmtree(folder)
