"""The worker tells open pages how the queue does, so that their figures change by themselves."""

from __future__ import annotations

import asyncio
import time
from typing import Any, LiteralString

from catalogtool.core.events import CHANNEL, encode
from catalogtool.core.log import get_logger
from catalogtool.jobs.beside import Beside
from catalogtool.jobs.connection import PatientConnector
from catalogtool.jobs.status import (
    EVENT,
    FINISHED_FIGURES,
    LIVE_FIGURES,
    FinishedJobs,
    TaskFigures,
    event_payload,
    shape,
    together,
)

log = get_logger(__name__)

INTERVAL_SECONDS = 1.0
# After so long without any news it looks half as often, which an idle worker is cheaper for.
QUIET_SECONDS = 10.0
QUIET_INTERVAL_SECONDS = 2.0
# What moves the other queue from elsewhere is told by whoever moves it; time frees quota.
RECOUNT_SECONDS = 20.0

_NOTIFY: LiteralString = "SELECT pg_notify(%(channel)s, %(message)s)"


class Announcer:
    """Publishes `processor_status` when its figures changed, once a second at most.

    Every worker process does; pages that hear the same twice show the same.
    """

    def __init__(self, connector: PatientConnector, beside: Beside | None = None) -> None:
        self._connector = connector
        self._beside = beside
        self._tasks: TaskFigures | None = None
        self._moves = -1
        self._news_at = 0.0
        self._count_at = 0.0
        self._finished = FinishedJobs()
        self._published: dict[str, Any] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.announce()
            except Exception:
                log.exception("announcing_failed")
            quiet = time.monotonic() - self._news_at > QUIET_SECONDS
            await asyncio.sleep(QUIET_INTERVAL_SECONDS if quiet else INTERVAL_SECONDS)

    async def announce(self) -> None:
        """Look once, and publish what is new."""
        live = await self._connector.execute_query_one_async(LIVE_FIGURES)
        began = time.monotonic()
        if self._finished.are_stale(live, began):
            counted = await self._connector.execute_query_one_async(FINISHED_FIGURES)
            self._finished.keep(counted, live, began, time.monotonic())
        status = shape(live, self._finished)
        await self._count_tasks(began)
        payload = event_payload(together(status, self._tasks) if self._tasks else status)
        if payload != self._published:
            message = encode(EVENT, payload)
            await self._connector.execute_query_async(_NOTIFY, channel=CHANNEL, message=message)
            self._published = payload
            self._news_at = began

    async def _count_tasks(self, now: float) -> None:
        """Ask for the other queue's figures, if something moved there, or may have elsewhere."""
        if self._beside is None:
            return
        moves = self._beside.moves()
        if moves != self._moves or now >= self._count_at:
            self._tasks = await asyncio.to_thread(self._beside.figures)
            self._moves = moves
            self._count_at = now + RECOUNT_SECONDS
