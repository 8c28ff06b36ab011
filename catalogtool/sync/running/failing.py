"""What is done with a batch that did not come through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from catalogtool.core.log import get_logger
from catalogtool.sync.queue.finish import drop_empty, finish
from catalogtool.sync.queue.handler import Batch, Result
from catalogtool.sync.queue.lease import hold
from catalogtool.sync.queue.put_back import PutBack
from catalogtool.sync.queue.retry import seconds_until
from catalogtool.sync.running.desk import Desk
from catalogtool.sync.running.events import tell_ends
from catalogtool.sync.running.failures import Consequence, Verdict, judge
from catalogtool.sync.running.patience import patiently
from catalogtool.sync.running.splitting import halves

log = get_logger(__name__)

SOON_SECONDS = 0.5
Note = Callable[[Session], None]


class Failing:
    """Ends, puts back or divides batches; `ask(batch)` asks YouTube for one."""

    def __init__(self, desk: Desk, ask: Callable[[Batch], None]) -> None:
        self._desk = desk
        self._ask = ask

    def fail(self, batch: Batch, error: Exception) -> None:
        """Do what follows from an error, whichever step it came from."""
        verdict = judge(error)
        if verdict.consequence is Consequence.UNEXPECTED:
            log.error("batch_failed", task_type=batch.task_type, exc_info=error)
        self._act(batch, verdict)

    def _act(self, batch: Batch, verdict: Verdict) -> None:
        match verdict.consequence:
            case Consequence.GIVE_BACK:
                self.give_back(batch, verdict)
            case Consequence.QUOTA:
                self._wait_for_quota(batch, verdict)
            case Consequence.NO_ACCESS:
                self._wait_for_access(batch, verdict)
            case Consequence.RETRY:
                self._retry(batch, verdict)
            case Consequence.REFUSED:
                self._refused(batch, verdict)
            case Consequence.UNEXPECTED:
                self._unexpected(batch, verdict)

    def give_back(self, batch: Batch, verdict: Verdict | None = None) -> None:
        """Let it wait again; after an error of the database not in the very next moment."""
        soon = None if verdict is None or self._desk.halted.is_set() else SOON_SECONDS
        self._put_back(batch, PutBack(soon))

    def _retry(self, batch: Batch, verdict: Verdict) -> None:
        """Try it again later, and leave everything alone if nothing else comes through either."""
        desk, types = self._desk, list(self._desk.handlers)
        bad = desk.rests.note_failure()

        def note(session: Session) -> None:
            if verdict.back_off:
                desk.rests.back_off(session, types, verdict.error, verdict.back_off)
            if bad:
                desk.rests.rest(session, types, "youtube", verdict.error)

        most = max(task.retry_count for task in batch.tasks)
        self._put_back(batch, PutBack(seconds_until(most + 1), verdict.error, counts=True), note)

    def _wait_for_quota(self, batch: Batch, verdict: Verdict) -> None:
        def note(session: Session) -> None:
            until = verdict.until or datetime.now(UTC)
            self._desk.rests.rest_until(session, batch.task_type, until, verdict.error)

        self._put_back(batch, PutBack(), note)

    def _wait_for_access(self, batch: Batch, verdict: Verdict) -> None:
        desk = self._desk
        desk.close_youtube()

        def note(session: Session) -> None:
            desk.rests.rest(session, list(desk.handlers), "token", verdict.error)

        self._put_back(batch, PutBack(), note)

    def _refused(self, batch: Batch, verdict: Verdict) -> None:
        self._desk.rests.note_success()
        if self._divide(batch):
            return
        results = [Result(task.id, "failed", error=verdict.error) for task in batch.tasks]

        def end(session: Session) -> None:
            if hold(session, [batch.lease_id]):
                finish(session, [batch.lease_id], results)
                tell_ends(session, zip(batch.tasks, results, strict=True))
                drop_empty(session, [batch.lease_id])

        patiently(end, self._desk.stopping)
        self._desk.put_down(batch)

    def _unexpected(self, batch: Batch, verdict: Verdict) -> None:
        """The first time it may have been chance; the second time one video may be the reason."""
        before = any(task.retry_count for task in batch.tasks)
        if not (before and self._divide(batch)):
            self._retry(batch, verdict)

    def _divide(self, batch: Batch) -> bool:
        parts = halves(batch, self._desk.handlers[batch.task_type].subject)
        if parts is None:
            return False
        self._desk.hand.take(batch.lease_id)
        for part in parts:
            self._ask(part)
        return True

    def _put_back(self, batch: Batch, how: PutBack, note: Note | None = None) -> None:
        def put(session: Session) -> None:
            self._desk.put_back(session, batch, how)
            if note:
                note(session)

        patiently(put, self._desk.stopping)
        self._desk.put_down(batch)
