"""The engine, the base of all tables, and the only place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from catalogtool.core import arrays

POOL_SIZE = 10

# Times are in UTC. The locks of a machine that vanished, or of a process that froze within a
# transaction, are free again before anybody has waited for long.
SESSION_OPTIONS = (
    "-c timezone=UTC -c idle_in_transaction_session_timeout=30s"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)

# For looking things up: plans for the values at hand, by way of indexes, on one core; a statement
# that takes long is given up.
READING = {
    "plan_cache_mode": "force_custom_plan",
    "enable_seqscan": "off",
    "max_parallel_workers_per_gather": "0",
    "statement_timeout": "15s",
}
# A connection of its own for this plans anew for each statement, unless it is told to keep a plan.
READING_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        **READING,
        "default_transaction_read_only": "on",
        "plan_cache_mode": "auto",
    }.items()
)
NEVER = 2**31
REST_SECONDS = 2.0

# Before any engine is made: each takes over what the driver knows at that time.
arrays.register()

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table; the naming convention makes migrations reproducible."""

    metadata = MetaData(naming_convention=NAMING)


# What a query can be asked of.
Reader = Session | Connection

_sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_reader: sessionmaker[Session] = sessionmaker()


def connect(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """Make the engine of this process; every later `unit_of_work()` and `reading()` uses it."""
    target = make_url(url).set(drivername="postgresql+psycopg")
    made = _make_engine(target, SESSION_OPTIONS, pool_size, pool_pre_ping=True)
    reader = _make_engine(
        target, f"{SESSION_OPTIONS} {READING_OPTIONS}", pool_size, prepare_threshold=NEVER
    )
    event.listen(reader, "checkout", _check_after_rest)
    event.listen(reader, "checkin", _note_rest)
    event.listen(made, "engine_disposed", lambda _: reader.dispose())
    _sessions.configure(bind=made)
    _reader.configure(bind=reader.execution_options(isolation_level="AUTOCOMMIT"))
    return made


def _make_engine(
    target: URL,
    options: str,
    pool_size: int,
    *,
    pool_pre_ping: bool = False,
    prepare_threshold: int = 5,
) -> Engine:
    return create_engine(
        target,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 10,
            "application_name": "catalogtool",
            "options": options,
            "prepare_threshold": prepare_threshold,
        },
        pool_pre_ping=pool_pre_ping,
    )


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = monotonic()


def _check_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that has not been used for a while whether its server is still there."""
    if monotonic() - record.info.get("rests_since", monotonic()) > REST_SECONDS:
        try:
            connection.execute("")
            # Or it would be within a transaction, and could not be made to commit by itself.
            connection.rollback()
        except psycopg.OperationalError as error:
            raise DisconnectionError from error


@contextmanager
def one_snapshot(reader: Reader) -> Iterator[None]:
    """Let all statements of the block see what was committed when the first of them began.

    Within a transaction they go on to see what that one sees.
    """
    if isinstance(reader, Session):
        yield
        return
    connection = driver_connection(reader)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


def engine() -> Engine:
    """The engine that `connect` made."""
    made: Engine | None = _sessions.kw.get("bind")
    if made is None:
        raise RuntimeError("connect() must be called before the database is used")
    return made


def new_session() -> Session:
    """A session whose owner closes it; for libraries that keep one of their own."""
    return _sessions()


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for reading that spends no round trip on anything but its statements.

    Each statement sees what was committed when it began. Plans are made for the values at hand (but
    for statements that are prepared on purpose), by way of indexes, and a statement that takes long
    is given up.
    """
    bound: Engine = _reader.kw["bind"]
    with bound.connect() as connection:
        yield connection


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back if the block raises."""
    with _sessions() as session, session.begin():
        yield session


def plan_for_reading(session: Session) -> None:
    """Let the rest of a transaction look things up as `reading()` does."""
    session.execute(
        select(*(func.set_config(name, value, True) for name, value in READING.items()))
    )


def driver_connection(reader: Reader) -> psycopg.Connection[Any]:
    """The driver's own connection, in the session's transaction; only it can COPY."""
    bound = reader.connection() if isinstance(reader, Session) else reader
    connection = bound.connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection
