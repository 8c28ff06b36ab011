"""Threads that ask YouTube: each takes a batch, prepares it, and passes the answer on.

Nothing is held in the database meanwhile but the lease.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.sync.queue.handler import Batch
from catalogtool.sync.running.desk import Desk
from catalogtool.sync.running.failing import Failing

log = get_logger(__name__)


class Answered(NamedTuple):
    """A batch with what was asked for it and what came back."""

    batch: Batch
    asked: Any
    answer: Any


class Fetchers:
    """As many threads as there are batches to ask for, up to a limit."""

    def __init__(self, desk: Desk, most: int, pass_on: Callable[[Answered], None]) -> None:
        self._desk = desk
        self._most = most
        self._pass_on = pass_on
        self._failing = Failing(desk, self.add)
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._load = 0

    @property
    def has_room(self) -> bool:
        """Whether a batch would be asked for at once, and so need not wait for its turn here."""
        return self._load < self._most

    def add(self, batch: Batch) -> None:
        """Ask for this batch; it is in the desk's hand."""
        with self._lock:
            self._load += 1
            more = len(self._threads) < min(self._most, self._load)
        self._batches.put(batch)
        if more:
            thread = threading.Thread(target=self._run, name="sync-fetcher", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Let the threads end when they have done what they have begun."""
        for _ in self._threads:
            self._batches.put(None)

    def fail(self, batch: Batch, error: Exception) -> None:
        """Do with a batch what follows from this error."""
        try:
            self._failing.fail(batch, error)
        except Exception:
            # Its lease is not renewed any longer, and its tasks come back when it has run out.
            log.exception("batch_abandoned", lease_id=batch.lease_id)
            self._desk.put_down(batch)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                self._ask(batch)
            except Exception as error:
                self.fail(batch, error)
            finally:
                with self._lock:
                    self._load -= 1
                self._desk.wake.set()

    def _ask(self, batch: Batch) -> None:
        desk = self._desk
        if desk.halted.is_set():
            self._failing.give_back(batch)
            return
        handler = desk.handlers[batch.task_type]
        with unit_of_work() as session:
            asked = handler.prepare(session, batch)
        answer = handler.fetch(desk.youtube(), asked)
        desk.rests.note_success()
        self._pass_on(Answered(batch, asked, answer))
