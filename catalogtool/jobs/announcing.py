"""The worker tells open pages how the queue does, so that their figures change by themselves."""

from __future__ import annotations

import asyncio
import time
from typing import Any, LiteralString

from catalogtool.core.events import CHANNEL, encode
from catalogtool.core.log import get_logger
from catalogtool.jobs.connection import PatientConnector
from catalogtool.jobs.status import (
    EVENT,
    FINISHED_FIGURES,
    LIVE_FIGURES,
    FinishedJobs,
    event_payload,
    shape,
)

log = get_logger(__name__)

INTERVAL_SECONDS = 1.0

_NOTIFY: LiteralString = "SELECT pg_notify(%(channel)s, %(message)s)"


class Announcer:
    """Publishes `processor_status` when its figures changed, once a second at most.

    Every worker process does; pages that hear the same twice show the same.
    """

    def __init__(self, connector: PatientConnector) -> None:
        self._connector = connector
        self._finished = FinishedJobs()
        self._published: dict[str, Any] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.announce()
            except Exception:
                log.exception("announcing_failed")
            await asyncio.sleep(INTERVAL_SECONDS)

    async def announce(self) -> None:
        """Look once, and publish what is new."""
        live = await self._connector.execute_query_one_async(LIVE_FIGURES)
        began = time.monotonic()
        if self._finished.are_stale(live, began):
            counted = await self._connector.execute_query_one_async(FINISHED_FIGURES)
            self._finished.keep(counted, live, began, time.monotonic())
        payload = event_payload(shape(live, self._finished))
        if payload != self._published:
            message = encode(EVENT, payload)
            await self._connector.execute_query_async(_NOTIFY, channel=CHANNEL, message=message)
            self._published = payload
