"""Bring a database's schema up or down; safe to call from several processes at once."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_fixed

from catalogtool.core.log import get_logger

# A migration that does not get its lock soon gives up, as all others queue behind it, and is tried
# again after a pause of so many seconds. What holds the lock may be a backup, or a server that has
# just started and reads the table into its memory.
LOCK_TIMEOUT, PAUSE, TRIES = "2s", 8.0, 40
log = get_logger(__name__)
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`; waits for a migration that runs elsewhere.

    Raises OperationalError if others keep a table locked for minutes.
    """
    tries = Retrying(
        retry=retry_if_exception(_is_locked),
        stop=stop_after_attempt(TRIES),
        wait=wait_fixed(PAUSE),
        before_sleep=_tell,
        reraise=True,
    )
    tries(command.upgrade, alembic_config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back; `base` removes every table, so this is for tests and emergencies."""
    command.downgrade(alembic_config(url), revision)


def alembic_config(url: str) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes |= {"url": url, "lock_timeout": LOCK_TIMEOUT}
    return config


def _is_locked(error: BaseException) -> bool:
    # A migration may use the driver itself.
    reason = error.orig if isinstance(error, OperationalError) else error
    return isinstance(reason, psycopg.errors.LockNotAvailable)


def _tell(attempt: RetryCallState) -> None:
    log.warning("migration_waits_for_a_lock", attempt=attempt.attempt_number)
