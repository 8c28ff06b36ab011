"""How migrations run: one at a time, and never waiting long on a lock that a user needs."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

import catalogtool.auth.models
import catalogtool.catalog.audit_models
import catalogtool.catalog.edits.models
import catalogtool.catalog.models
import catalogtool.channels.models
import catalogtool.reports.models
import catalogtool.sync.models
import catalogtool.youtube.models  # noqa: F401
from catalogtool.core.db import Base

MIGRATION_LOCK = 7_240_001
STATEMENT_TIMEOUT = "30min"


def include_object(item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave the job queue's tables and the monthly partitions out of comparisons."""
    if kind == "table" and name is not None and reflected:
        return not name.startswith("procrastinate_") and not _is_partition(name)
    return True


def _is_partition(name: str) -> bool:
    parent, _, suffix = name.rpartition("_")
    return parent in {"metadata_sync", "counter_change"} and (
        suffix == "default" or suffix.startswith("y2")
    )


def run(connection: Connection) -> None:
    """Run what was asked for, all of it in one transaction under one advisory lock."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        compare_type=True,
        compare_server_default=True,
    )
    lock_timeout = context.config.attributes["lock_timeout"]
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{lock_timeout}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
elif context.is_offline_mode():
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        output_buffer=context.config.output_buffer,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    url = make_url(context.config.attributes["url"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
