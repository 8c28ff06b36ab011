"""The worker's connection to PostgreSQL: it waits for the database instead of failing.

Procrastinate's worker ends at the first error of its connection. Here a statement that met a
stopped, starting or not yet migrated database is sent again, ever more slowly, until it succeeds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, LiteralString, TypeVar

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from catalogtool.core.log import get_logger

log = get_logger(__name__)
R = TypeVar("R")

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 3.0
REMIND_SECONDS = 30.0
CONNECTION_OPTIONS = {
    "application_name": "catalogtool worker",
    "options": "-c timezone=UTC",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class PatientConnector(PsycopgConnector):
    """A connector that tries again while the database is away, until `give_up` is called."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._lost_at: float | None = None
        self._reminded_at = 0.0
        self._given_up = False

    @property
    def reachable(self) -> bool:
        """Whether the latest statement found the database."""
        return self._lost_at is None

    def give_up(self) -> None:
        """From now on an unreachable database is an error (the worker is about to end)."""
        self._given_up = True

    async def start(self) -> None:
        """Open the pool; does not wait for the database."""
        pool = AsyncConnectionPool(
            self._url,
            kwargs=CONNECTION_OPTIONS,
            min_size=1,
            max_size=4,
            timeout=2,
            # Short, so that no long back-off of the pool's own delays us when the server is back.
            reconnect_timeout=2,
            open=False,
            check=AsyncConnectionPool.check_connection,
        )
        await pool.open(wait=False)
        await self.open_async(pool)

    async def close(self) -> None:  # type: ignore[override]
        """Close the pool that `start` opened."""
        await self.pool.close(timeout=1)

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a statement, when the database is there."""
        run = PsycopgConnector.execute_query_async
        await self._patiently(lambda: run(self, query, **arguments))

    async def execute_query_one_async(
        self, query: LiteralString, **arguments: Any
    ) -> dict[str, Any]:
        """The one row of a query, when the database is there."""
        run = PsycopgConnector.execute_query_one_async
        return await self._patiently(lambda: run(self, query, **arguments))

    async def execute_query_all_async(
        self, query: LiteralString, **arguments: Any
    ) -> list[dict[str, Any]]:
        """All rows of a query, when the database is there."""
        run = PsycopgConnector.execute_query_all_async
        return await self._patiently(lambda: run(self, query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Pass notifications on for ever; what comes while the database is away is polled later."""
        names = list(channels)
        run = PsycopgConnector.listen_notify
        await self._patiently(lambda: run(self, on_notification, names))

    async def _patiently(self, attempt: Callable[[], Awaitable[R]]) -> R:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                result = await attempt()
            except (ConnectorException, psycopg.Error) as error:
                cause = error.__cause__ or error
                if self._given_up or not _will_pass(cause):
                    raise
                await self._note_loss(cause)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            else:
                self._note_success()
                return result

    async def _note_loss(self, cause: BaseException) -> None:
        now = time.monotonic()
        if self._lost_at is None:
            self._lost_at, self._reminded_at = now, now - REMIND_SECONDS
        if now - self._reminded_at >= REMIND_SECONDS:
            self._reminded_at = now
            reason = await self._reason(cause)
            log.warning("waiting_for_database", reason=reason, seconds=round(now - self._lost_at))

    async def _reason(self, cause: BaseException) -> str:
        """One line; the pool only says that it has no connection, so ask the server why."""
        if isinstance(cause, PoolTimeout):
            try:
                options: dict[str, Any] = {**CONNECTION_OPTIONS, "connect_timeout": 2}
                async with await psycopg.AsyncConnection.connect(self._url, **options):
                    pass
            except psycopg.Error as error:
                cause = error
        return (str(cause).strip() or type(cause).__name__).splitlines()[0]

    def _note_success(self) -> None:
        if self._lost_at is not None:
            log.info("database_is_back", after_seconds=round(time.monotonic() - self._lost_at, 1))
            self._lost_at = None


def _will_pass(cause: BaseException) -> bool:
    """Whether the same statement may succeed later: the server or its tables are not there yet."""
    return isinstance(
        cause,
        psycopg.OperationalError
        | psycopg.InterfaceError
        | psycopg.errors.UndefinedTable
        | psycopg.errors.UndefinedFunction
        | psycopg.errors.ReadOnlySqlTransaction,
    )
