"""The engine, the base of all tables, and the only place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, MetaData, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

POOL_SIZE = 10

# Times are in UTC. The locks of a machine that vanished, or of a process that froze within a
# transaction, are free again before anybody has waited for long.
SESSION_OPTIONS = (
    "-c timezone=UTC -c idle_in_transaction_session_timeout=30s"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)

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


_sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)


def connect(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """Make the engine of this process; every later `unit_of_work()` uses it."""
    target = make_url(url).set(drivername="postgresql+psycopg")
    made = create_engine(
        target,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 10,
            "application_name": "catalogtool",
            "options": SESSION_OPTIONS,
        },
    )
    _sessions.configure(bind=made)
    return made


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
def unit_of_work() -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back if the block raises."""
    with _sessions() as session, session.begin():
        yield session
