"""The worker process: runs the jobs of every queue, survives the database, stops when asked."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from contextlib import suppress
from datetime import datetime
from typing import TypedDict

import procrastinate
from procrastinate.worker import Worker

from catalogtool.core.log import get_logger
from catalogtool.core.settings import Settings
from catalogtool.jobs.announcing import Announcer
from catalogtool.jobs.app import build_app
from catalogtool.jobs.beside import Beside
from catalogtool.jobs.connection import PatientConnector
from catalogtool.jobs.ownership import OwnJobs
from catalogtool.jobs.running import Running
from catalogtool.jobs.upkeep import Upkeep

log = get_logger(__name__)

DEFAULT_QUEUE_CONCURRENCY = 4
RESTART_SECONDS = 1.0
FORGET_WORKER_SECONDS = 3600.0
NEVER_SECONDS = 1e9
LAST_WORDS_SECONDS = 2.0


class ProcessorStatus(TypedDict):
    """`database`: whether it answers now. Times are in UTC."""

    running: bool
    stopping: bool
    database: bool
    workers: list[int]
    jobs: list[int]
    tasks_processed: int
    last_activity: datetime | None


class QueueProcessor:
    """Runs the declared jobs in threads; import the modules that declare them first.

    `poll_seconds`: how late a job with a future start may be, and one whose notification got
    lost. `heartbeat_seconds`: between two signs of life. `dead_after_seconds`: without one, the
    jobs of a worker are put back by any other. `stop_seconds`: what running jobs get to stop.
    `beside`: what runs in the same process, from `run` until it ends.
    The database's URL must be known; `core.db.connect` is the caller's.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        poll_seconds: float = 4.0,
        heartbeat_seconds: float = 5.0,
        dead_after_seconds: float = 20.0,
        stop_seconds: float = 10.0,
        beside: Beside | None = None,
    ) -> None:
        if settings.database_url is None:
            raise ValueError("the worker needs the URL of the database")
        self._url = settings.database_url
        self._queues = {
            "reports": settings.max_concurrent_reports,
            "default": DEFAULT_QUEUE_CONCURRENCY,
        }
        self._poll_seconds = poll_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._dead_after_seconds = dead_after_seconds
        self._stop_seconds = stop_seconds
        self._beside = beside
        self._thread: threading.Thread | None = None
        self._reset()

    def _reset(self) -> None:
        self._running = Running()
        self._connector = PatientConnector(self._url)
        self._workers: dict[str, Worker] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_event = asyncio.Event()
        self._stop_timeout = self._stop_seconds

    def start(self) -> None:
        """Begin to work in a thread of its own; returns at once, be the database up or not."""
        if self._thread and self._thread.is_alive():
            return
        self._reset()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main()), name="queue-processor", daemon=True
        )
        self._thread.start()

    def stop(self, timeout: float | None = None) -> bool:
        """Ask running jobs to stop and wait for them; False if some did not within `timeout` s.

        Those are given back to the queue; hold_job keeps what is left of them from writing.
        """
        if timeout is not None:
            self._stop_timeout = timeout
        self._running.stopping.set()
        thread, loop = self._thread, self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._stop_event.set)
        if thread is not None:
            thread.join(self._stop_timeout + 3 * LAST_WORDS_SECONDS)
        return not self._running.abandoned and not (thread and thread.is_alive())

    def run(self) -> None:
        """Work in the main thread until SIGTERM or SIGINT, then stop gracefully and return."""
        asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        self.start()
        if self._beside:
            self._beside.start()
        log.info("worker_started", queues=self._queues)
        while not asked.wait(1.0):
            if not self.status()["running"]:
                raise RuntimeError("the worker has ended by itself")
        log.info("worker_stopping", jobs=sorted(self._running.jobs))
        self._running.stopping.set()
        if self._beside:
            self._beside.stop()
        clean = self.stop()
        log.info("worker_stopped", clean=clean)

    def status(self) -> ProcessorStatus:
        """What this process does; asks no database."""
        return {
            "running": self._thread is not None and self._thread.is_alive(),
            "stopping": self._running.stopping.is_set(),
            "database": self._connector.reachable,
            "workers": self._worker_ids(),
            "jobs": sorted(self._running.jobs),
            "tasks_processed": self._running.processed,
            "last_activity": self._running.last_activity,
        }

    def _worker_ids(self) -> list[int]:
        return [w.worker_id for w in self._workers.values() if w.worker_id is not None]

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._running.stopping.is_set():
            return
        if not logging.getLogger().isEnabledFor(logging.DEBUG):
            logging.getLogger("procrastinate").setLevel(logging.WARNING)
            logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        await self._connector.start()
        manager = OwnJobs(self._connector, self._running)
        app = build_app(self._connector, manager, self._running)
        upkeep = Upkeep(
            self._connector,
            self._running,
            self._worker_ids,
            interval=self._heartbeat_seconds,
            dead_after=self._dead_after_seconds,
        )
        keepers = [asyncio.create_task(self._keep_working(app, queue)) for queue in self._queues]
        side_work = [
            asyncio.create_task(work.run())
            for work in (upkeep, Announcer(self._connector, self._beside))
        ]
        await self._stop_event.wait()
        await self._wind_up(keepers)
        for task in side_work:
            task.cancel()
        await _announce_the_end(self._connector, self._beside)
        await self._connector.close()

    async def _keep_working(self, app: procrastinate.App, queue: str) -> None:
        """One queue's worker, made anew should it ever end by itself."""
        while not self._running.stopping.is_set():
            worker = self._workers[queue] = Worker(
                app,
                queues=[queue],
                name=queue,
                concurrency=self._queues[queue],
                fetch_job_polling_interval=self._poll_seconds,
                update_heartbeat_interval=NEVER_SECONDS,
                stalled_worker_timeout=FORGET_WORKER_SECONDS,
                install_signal_handlers=False,
            )
            try:
                await worker.run()  # type: ignore[no-untyped-call]
            except Exception:
                log.exception("worker_failed", queue=queue)
            if not self._running.stopping.is_set():
                await asyncio.sleep(RESTART_SECONDS)

    async def _wind_up(self, keepers: list[asyncio.Task[None]]) -> None:
        """Wait for the running jobs; then, should the database be away, do not wait for it."""
        for worker in self._workers.values():
            worker.shutdown_graceful_timeout = self._stop_timeout
            worker.stop()  # type: ignore[no-untyped-call]
        _, pending = await asyncio.wait(keepers, timeout=self._stop_timeout + LAST_WORDS_SECONDS)
        if pending:
            self._connector.give_up()
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=LAST_WORDS_SECONDS)


async def _announce_the_end(connector: PatientConnector, beside: Beside | None) -> None:
    """Tell the pages that this worker is gone, unless the database is gone too."""
    with suppress(Exception):
        await asyncio.wait_for(Announcer(connector, beside).announce(), LAST_WORDS_SECONDS)
