"""A second pair of eyes on a running import: it hears of a cancellation and keeps people informed.

A statement of the import may take seconds. This thread looks at the report several times a second
on a connection of its own; when the import is to stop, it cancels the statement that runs.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.jobs.running import stop_requested
from catalogtool.reports.turn import Turn, announce

INTERVAL = 0.4

log = get_logger(__name__)


# The phase is looked at again when the row has been waited for: by then the reading may be over.
_SAVE_READING = text(
    """UPDATE report SET total_rows = greatest(total_rows, :total_rows),
        errors = greatest(errors, :errors), percentage = greatest(percentage, :percentage)
    WHERE id = :id AND attempt = :attempt AND status = 'processing' AND phase = 'staging'
    RETURNING *"""
)


class Interrupted(Exception):  # noqa: N818 (a wish, not an error)
    """The import was told to stop: by a person, by its worker, or because it lost its turn."""


@dataclass
class Reading:
    """How far the reading of the file has come; written by the import, shown by the watcher."""

    total_rows: int = 0
    errors: int = 0
    percentage: float = 0.0


class Watcher:
    """Context manager: runs beside one import."""

    def __init__(self, turn: Turn):
        self._turn = turn
        self._done = threading.Event()
        self._guard = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self.reading: Reading | None = None
        self.reason: str | None = None
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=lambda: context.run(self._watch), name="import watcher", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    @contextmanager
    def over(self, session: Session) -> Iterator[None]:
        """Watch over a transaction: it is interrupted when the import is to stop."""
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        with self._guard:
            self.check()
            self._connection = connection
        try:
            yield
        finally:
            with self._guard:
                self._connection = None

    def check(self) -> None:
        """Raise Interrupted if the import is to stop."""
        if self.reason is not None:
            raise Interrupted(self.reason)

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL):
            try:
                self._look()
            except (SQLAlchemyError, psycopg.Error):
                # The database is away; the import notices that by itself.
                log.debug("watcher_could_not_look", exc_info=True)

    def _look(self) -> None:
        if stop_requested():
            self._interrupt("stopping")
        with unit_of_work() as session:
            # Locked until the event is out: the import's next step, and its event, come after it.
            # Briefly: what is shown need not wait for the disk.
            session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            session.execute(text("SET LOCAL synchronous_commit = off"))
            row = session.execute(
                text("SELECT * FROM report WHERE id = :id FOR NO KEY UPDATE"),
                {"id": self._turn.report_id},
            ).one_or_none()
            if row is None or row.attempt != self._turn.attempt or row.status != "processing":
                self._interrupt("lost")
            elif row.cancel_requested:
                self._interrupt("cancelled")
            else:
                self._tell(session, row)

    def _tell(self, session: Session, row: Row[Any]) -> None:
        """While the file is read, save how far; later the import itself does that."""
        if self.reading is not None:
            row = session.execute(_SAVE_READING, _reading(self.reading, row)).one_or_none() or row
        announce(session, row)

    def _interrupt(self, reason: str) -> None:
        with self._guard:
            self.reason = self.reason or reason
            if self._connection is not None and not self._connection.closed:
                self._connection.cancel_safe(timeout=2.0)


def _reading(reading: Reading, row: Row[Any]) -> dict[str, object]:
    return {**vars(reading), "id": row.id, "attempt": row.attempt}
