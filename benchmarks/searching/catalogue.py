"""A catalogue of any size, made inside PostgreSQL in the real schema; the same for the same seed.

It takes minutes for ten million videos, because the tables are filled bare, in one transaction
that also emptied them: with `wal_level = minimal` that writes nothing to the log.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import text

from catalogtool.catalog import upkeep
from catalogtool.catalog.upkeep import PARTITIONED
from catalogtool.catalog.words.index import index_texts
from catalogtool.core import db
from catalogtool.core.migrate import upgrade
from searching import rows, trails
from searching.bare import Connection, bare
from searching.rows import Size
from searching.words import SLOTS, by_zipf, names, scripts

TABLES = ("video", "video_counter", "counter_change", "metadata_sync", "pending_edit")
STEP = 500_000
HIDDEN_CHANNELS = (0.31, 0.72)
CHANNEL_SUFFIXES = ("", "", "", " Music", "VEVO", " - Topic", " TV", ", Inc.", " Records", " 🎬")

# Hash joins only, so that the rows come in the order of their numbers.
SETTINGS = {
    "work_mem": "256MB",
    "enable_mergejoin": "off",
    "enable_nestloop": "off",
    "synchronous_commit": "off",
}
HELPERS = {
    "word": "slot int, word text",
    "maker": "number int, name text, channel_id text",
    "performer": "number int, name text",
    "publisher": "number int, name text",
}


def ensure_catalogue(url: str, videos: int, seed: int) -> None:
    """Fill the database unless it holds this catalogue; RuntimeError if it holds another."""
    upgrade(url)
    mark = f"catalogue of {videos} videos, seed {seed}"
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database'), EXISTS (SELECT FROM video)"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert found is not None
        is_built = found[0] == mark
        if found[1] and not is_built:
            raise RuntimeError(f"the database already holds {found[0] or 'videos of its own'}")
        if not is_built:
            _build(connection, Size(videos, seed))
            name = sql.Identifier(connection.info.dbname)
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(mark))
            connection.execute(comment)
    _look_after(url, has_changed=not is_built)


def _look_after(url: str, *, has_changed: bool) -> None:
    """What the product does after an import and every few minutes, a migration's work included."""
    engine = db.connect(url)
    with _timed("upkeep"):
        while pending := _not_indexed():
            has_changed = True
            index_texts()
            if _not_indexed() == pending:
                raise RuntimeError("another process is indexing the texts")
        if has_changed:
            with db.unit_of_work() as session:
                upkeep.fold_counts(session)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
    engine.dispose()


def _not_indexed() -> int:
    with db.unit_of_work() as session:
        return int(session.scalar(text("SELECT coalesce(sum(videos), 0) FROM text_change")))


def _build(connection: Connection, size: Size) -> None:
    began = time.perf_counter()
    print(f"building {size.videos:,} videos", flush=True)
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for name, value in SETTINGS.items():
        connection.execute("SELECT set_config(%s, %s, true)", [name, value])
    _helpers(connection, size)
    _partitions(connection, now)
    connection.execute(trails.reports(), {"now": now})
    connection.execute(
        """INSERT INTO channel (name, channel_id, hidden, subscriber_count)
        SELECT name, channel_id, number = ANY(%s), number * 17 FROM maker ORDER BY number""",
        [[int(share * size.channels) for share in HIDDEN_CHANNELS]],
    )
    with bare(connection, TABLES):
        connection.execute(f"TRUNCATE {', '.join(TABLES)}")
        for what, statement, step in _statements(size):
            with _timed(what):
                for first in range(1, size.videos + 1, step):
                    last = min(first + step - 1, size.videos)
                    place = {"first": first, "last": last, "now": now}
                    connection.execute(statement, place)
    connection.execute("SELECT setval(pg_get_serial_sequence('video', 'id'), %s)", [size.videos])
    connection.commit()
    print(f"  {time.perf_counter() - began:7.1f} s  altogether", flush=True)


def _statements(size: Size) -> Iterator[tuple[str, str, int]]:
    """What is filled, by which SQL, in steps of how many videos."""
    yield "videos", rows.videos(size, scripts(size.seed)), STEP
    yield "audit records", trails.audit(size.seed), size.videos
    yield "counters", trails.counters(size.seed), size.videos
    yield "counter changes", trails.counter_changes(size.seed), size.videos
    yield "pending edits", trails.pending(size.seed), size.videos


def _helpers(connection: Connection, size: Size) -> None:
    """The words and names to choose from, as temporary tables."""
    words = [word for script in scripts(size.seed) for word in by_zipf(script.words, SLOTS)]
    channels = names(size.seed, "channels", size.channels, CHANNEL_SUFFIXES)
    content: dict[str, list[tuple[Any, ...]]] = {
        "word": list(enumerate(words)),
        "maker": [
            (number, name, f"UC{number:022d}" if number % 50 else None)
            for number, name in enumerate(channels)
        ],
        "performer": list(enumerate(names(size.seed, "artists", size.artists))),
        "publisher": list(
            enumerate(names(size.seed, "labels", size.labels, ("", " Records", " Ltd.")))
        ),
    }
    for table, columns in HELPERS.items():
        connection.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in content[table]:
                copy.write_row(row)
        connection.execute(f"ANALYZE {table}")


def _partitions(connection: Connection, now: datetime) -> None:
    months = connection.execute(trails.MONTHS, {"now": now, "past": trails.PAST_MONTHS}).fetchall()
    for parent in PARTITIONED:
        for suffix, first, after in months:
            partition = trails.PARTITION.format(
                parent=parent, suffix=suffix, first=first, after=after
            )
            connection.execute(partition)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Prints what the block was and how long it took."""
    began = time.perf_counter()
    yield
    print(f"  {time.perf_counter() - began:7.1f} s  {what}", flush=True)
