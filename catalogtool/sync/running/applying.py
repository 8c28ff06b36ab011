"""The thread that writes what YouTube answered: what has gathered meanwhile, in one transaction.

One writer is enough, and two would only wait for each other and for imports, which take the same
lock. While it writes, the next answers gather; the busier it is, the more each transaction does.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from catalogtool.core.locks import MERGE_LOCK, hold_lock
from catalogtool.core.log import get_logger
from catalogtool.sync.queue.finish import drop_empty, finish
from catalogtool.sync.queue.handler import Result, Task
from catalogtool.sync.queue.lease import hold
from catalogtool.sync.queue.put_back import PutBack
from catalogtool.sync.queue.retry import seconds_until
from catalogtool.sync.running.desk import Desk
from catalogtool.sync.running.events import tell_ends
from catalogtool.sync.running.fetching import Answered, Fetchers
from catalogtool.sync.running.patience import patiently

log = get_logger(__name__)

# A transaction holds imports up, and so does not take everything that there is.
MOST_BATCHES = 16
NO_RESULT = "No result came of it."


class Applier:
    """Takes answers from the fetchers and ends their tasks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answers: queue.SimpleQueue[Answered | None] = queue.SimpleQueue()
        self.fetchers: Fetchers

    def add(self, answered: Answered) -> None:
        """Write this when its turn comes."""
        self._answers.put(answered)

    def start(self) -> threading.Thread:
        """Begin, in a thread of its own."""
        thread = threading.Thread(target=self._run, name="sync-applier", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Let the thread end when it has written what is here."""
        self._answers.put(None)

    def _run(self) -> None:
        while (first := self._answers.get()) is not None:
            gathered = [first]
            ended = False
            while len(gathered) < MOST_BATCHES and not self._answers.empty():
                following = self._answers.get()
                if following is None:
                    ended = True
                    break
                gathered.append(following)
            for group in _by_type(gathered):
                self._apply(group)
            if ended:
                return

    def _apply(self, group: Sequence[Answered]) -> None:
        """Write a group; should it fail, write each of it alone, to see which one is the reason."""
        try:
            patiently(lambda session: self._write(session, group), self._desk.stopping)
        except Exception as error:
            if len(group) == 1:
                self.fetchers.fail(group[0].batch, error)
                return
            log.warning("group_failed", batches=len(group), reason=type(error).__name__)
            for answered in group:
                self._apply([answered])
            return
        for answered in group:
            self._desk.put_down(answered.batch)

    def _write(self, session: Session, group: Sequence[Answered]) -> None:
        # Before the leases, or nobody could renew them while this waits.
        hold_lock(session, MERGE_LOCK)
        held = hold(session, {answered.batch.lease_id for answered in group})
        ours = [answered for answered in group if answered.batch.lease_id in held]
        if len(ours) < len(group):
            log.warning("leases_lost", batches=len(group) - len(ours))
        if not ours:
            return
        task_type = ours[0].batch.task_type
        results = self._desk.handlers[task_type].apply(session, ours)
        tasks = [task for answered in ours for task in answered.batch.tasks]
        ended = [
            (task, result)
            for task in tasks
            if (result := results.get(task.id)) is not None and result.status != "retry"
        ]
        finish(session, held, [result for _, result in ended])
        tell_ends(session, ended)
        self._put_back_rest(session, ours, results)
        self._desk.rests.clear(session, task_type)
        drop_empty(session, held)

    def _put_back_rest(
        self, session: Session, ours: Sequence[Answered], results: Mapping[int, Result]
    ) -> None:
        for answered in ours:
            by_reason: dict[str, list[Task]] = {}
            for task in answered.batch.tasks:
                result = results.get(task.id)
                if result is None or result.status == "retry":
                    reason = (result and result.error) or NO_RESULT
                    by_reason.setdefault(reason, []).append(task)
            for reason, tasks in by_reason.items():
                seconds = seconds_until(max(task.retry_count for task in tasks) + 1)
                part = replace(answered.batch, tasks=tuple(tasks))
                self._desk.put_back(session, part, PutBack(seconds, reason, counts=True))


def _by_type(gathered: Sequence[Answered]) -> list[list[Answered]]:
    groups: dict[str, list[Answered]] = {}
    for answered in gathered:
        groups.setdefault(answered.batch.task_type, []).append(answered)
    return list(groups.values())
