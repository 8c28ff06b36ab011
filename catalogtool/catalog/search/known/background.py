"""Work that nobody waits for, in a thread and on a connection of its own; one piece at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

Work = Callable[[Connection], None]


class Background:
    """Who has work of a kind done in the background."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._busy = Lock()

    def start(self, engine: Engine, work: Work) -> None:
        """Begin, unless such work is being done already; who fails may be asked again."""
        if not self._busy.acquire(blocking=False):
            return
        thread = Thread(target=self._run, args=(engine, work), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # No room for one more thread; the next who asks may have more luck.
            self._busy.release()

    def do(self, session: Connection, work: Work) -> None:
        """Do it here and now, unless it is being done already."""
        if self._busy.acquire(blocking=False):
            try:
                work(session)
            finally:
                self._busy.release()

    def _run(self, engine: Engine, work: Work) -> None:
        try:
            with suppress(SQLAlchemyError, psycopg.Error), engine.connect() as connection:
                try:
                    work(connection)
                finally:
                    # Closed, not kept: whoever uses the engine has connections enough.
                    connection.invalidate()
        finally:
            self._busy.release()
