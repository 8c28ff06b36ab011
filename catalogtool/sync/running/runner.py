"""The worker's part that keeps in step with YouTube: claims batches, has them asked for, applied.

Several requests are under way at a time, so that YouTube's latency costs nothing; what has been
claimed and not yet written is bounded.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.exc import DBAPIError

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.core.settings import Settings
from catalogtool.jobs.status import TaskFigures
from catalogtool.sync.handlers import HANDLERS
from catalogtool.sync.queue.claim import LEASE_SECONDS, Positions, claim, most_urgent
from catalogtool.sync.queue.handler import Batch, Handler
from catalogtool.sync.queue.lease import give_back, renew
from catalogtool.sync.running.applying import Applier
from catalogtool.sync.running.desk import Desk
from catalogtool.sync.running.fetching import Fetchers
from catalogtool.sync.running.listening import Listener
from catalogtool.sync.running.looking import look, put_in_order
from catalogtool.sync.running.patience import patiently, will_pass
from catalogtool.sync.running.processor import task_figures

if TYPE_CHECKING:
    from catalogtool.youtube.client import YouTube

log = get_logger(__name__)

REQUESTS_AT_ONCE = 16
# With a delay between requests, so many seconds of them are under way: enough for YouTube's
# latency, and nobody who asks for one video waits behind more.
SECONDS_AHEAD = 1.0
# Beyond those that are asked for, so many batches may wait to be written.
BATCHES_AHEAD = 16
LOOK_SECONDS = 5.0
AFTER_ERROR_SECONDS = 1.0
GRACE_SECONDS = 2.0

Open = Callable[[threading.Event], "YouTube"]


class TaskRunner:
    """Runs tasks in threads of this process from `start` to `stop`; survives the database.

    `core.db.connect` is the caller's. `handlers` and `open_youtube(halted)` are the real ones
    unless given. `lease_seconds`: so long after the last sign of life others take over.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        handlers: Mapping[str, Handler] = HANDLERS,
        open_youtube: Open | None = None,
        lease_seconds: float = LEASE_SECONDS,
        look_seconds: float = LOOK_SECONDS,
        requests_at_once: int | None = None,
    ) -> None:
        self._settings = settings
        worker = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        opened = open_youtube or (lambda halted: _open(settings, halted))
        self._desk = Desk(worker, handlers, opened)
        self._lease_seconds = lease_seconds
        self._look_seconds = look_seconds
        self._most = requests_at_once or _requests_at_once(settings.youtube_min_delay)
        self._positions = Positions()
        self._applier = Applier(self._desk)
        self._fetchers = Fetchers(self._desk, self._most, self._applier.add)
        self._applier.fetchers = self._fetchers
        self._look_at = 0.0
        self._heard = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work in threads; returns at once, be the database up or not."""
        Listener(self._hear, self._desk.stopping).start()
        self._threads = [self._applier.start()]
        for name, work in (("sync-claimer", self._claim), ("sync-keeper", self._keep)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Write what has been answered, and give everything else back at once."""
        desk = self._desk
        desk.stopping.set()
        desk.halted.set()
        desk.wake.set()
        self._fetchers.stop()
        desk.hand.wait_until_empty(grace)
        self._applier.stop()
        if leases := desk.hand.leases():
            try:
                patiently(lambda session: give_back(session, leases), desk.stopping)
            except Exception as error:
                # They come back by themselves when the leases have run out.
                log.warning("leases_not_given_back", reason=type(error).__name__)
        for thread in self._threads:
            thread.join(grace)

    def moves(self) -> int:
        """Grows whenever the queue has changed as far as this process knows."""
        return self._desk.moves

    def figures(self) -> TaskFigures:
        """How the queue stands, and what is left of the quota."""
        with unit_of_work() as session:
            return task_figures(session, self._settings)

    def _hear(self) -> None:
        self._desk.moves += 1
        self._heard.set()
        self._desk.wake.set()

    def _claim(self) -> None:
        desk = self._desk
        while not desk.stopping.is_set():
            desk.wake.clear()
            try:
                self._look_when_due()
                while not desk.stopping.is_set() and self._claim_one():
                    self._look_when_due()
            except Exception as error:
                if not (will_pass(error) or _is_not_migrated(error)):
                    log.exception("claiming_failed")
                desk.stopping.wait(AFTER_ERROR_SECONDS)
                continue
            desk.wake.wait(self._seconds_to_rest())

    def _look_when_due(self) -> None:
        """See what is due, at least every few seconds and whenever somebody called."""
        now = monotonic()
        if not self._heard.is_set() and now < min(self._look_at, self._desk.retry_at):
            return
        self._heard.clear()
        self._look_at = now + self._look_seconds
        seen = look()
        self._desk.retry_at = float("inf") if seen.due_in is None else now + max(seen.due_in, 0.05)
        self._pause(seen.paused)
        if not seen.is_quiet:
            with unit_of_work() as session:
                taken = put_in_order(session, seen, self._lease_seconds)
            if taken:
                log.warning("tasks_of_dead_worker_taken_back", tasks=taken)

    def _pause(self, paused: bool) -> None:
        halted = self._desk.halted
        if paused:
            halted.set()
        elif not self._desk.stopping.is_set():
            halted.clear()

    def _seconds_to_rest(self) -> float:
        until = min(self._look_at, self._desk.retry_at)
        rest = self._desk.rests.seconds_to_next()
        seconds = until - monotonic()
        return max(0.01, seconds if rest is None else min(seconds, rest))

    def _claim_one(self) -> bool:
        """Take a batch, if there is one and room for it."""
        desk = self._desk
        room = 1 if desk.rests.is_probing else self._most + BATCHES_AHEAD
        types = desk.rests.open(desk.handlers)
        full = desk.hand.size() >= room or not self._fetchers.has_room
        if full or desk.halted.is_set() or not types:
            return False
        batch = self._take(types)
        if batch is None:
            return False
        desk.moves += 1
        desk.hand.take(batch.lease_id)
        self._fetchers.add(batch)
        return True

    def _take(self, types: list[str]) -> Batch | None:
        with unit_of_work() as session:
            while types:
                task_type = most_urgent(session, types, self._positions)
                if task_type is None:
                    if not self._positions.forget():
                        return None
                    continue
                batch = claim(
                    session,
                    self._desk.worker,
                    task_type,
                    seconds=self._lease_seconds,
                    positions=self._positions,
                )
                if batch is not None:
                    return batch
                types = [name for name in types if name != task_type]
        return None

    def _keep(self) -> None:
        """Renew the leases that are in hand."""
        desk = self._desk
        while not desk.stopping.wait(self._lease_seconds / 4):
            if leases := desk.hand.leases():
                try:
                    with unit_of_work() as session:
                        renew(session, leases, self._lease_seconds)
                except Exception as error:
                    if not will_pass(error):
                        log.exception("renewing_failed")


def _requests_at_once(delay: float) -> int:
    return min(REQUESTS_AT_ONCE, ceil(SECONDS_AHEAD / delay)) if delay else REQUESTS_AT_ONCE


def _is_not_migrated(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn)


def _open(settings: Settings, halted: threading.Event) -> YouTube:
    # Here, so that tests and web processes do not load what only requests need.
    from catalogtool.youtube.client import YouTube

    return YouTube.of(settings, stop=halted)
