"""What the threads of one runner share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from catalogtool.core.log import get_logger
from catalogtool.sync.queue.finish import clean_text, drop_empty
from catalogtool.sync.queue.handler import Batch, Handler
from catalogtool.sync.queue.lease import hold
from catalogtool.sync.queue.put_back import PutBack, put_back
from catalogtool.sync.running.events import tell_put_back
from catalogtool.sync.running.hand import Hand
from catalogtool.sync.running.rests import Rests

if TYPE_CHECKING:
    from catalogtool.youtube.client import YouTube

log = get_logger(__name__)


@dataclass
class Desk:
    """`stopping`: no more of anything. `halted`: nothing more is sent (stopping, or paused)."""

    worker: str
    handlers: Mapping[str, Handler]
    open_youtube: Callable[[threading.Event], YouTube]
    hand: Hand = field(default_factory=Hand)
    rests: Rests = field(default_factory=Rests)
    stopping: threading.Event = field(default_factory=threading.Event)
    halted: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    # When the next retry is due (by `monotonic`), as far as this process knows.
    retry_at: float = float("inf")
    # Grows with whatever happens to the queue here.
    moves: int = 0
    _youtube: YouTube | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def youtube(self) -> YouTube:
        """The client of all threads; NoToken if there is no access."""
        with self._opening:
            if self._youtube is None:
                self._youtube = self.open_youtube(self.halted)
            return self._youtube

    def close_youtube(self) -> None:
        """Let the next one who asks open a new client: perhaps we are let in elsewhere."""
        with self._opening:
            self._youtube = None

    def put_back(self, session: Session, batch: Batch, how: PutBack) -> None:
        """Let the tasks of a batch wait again, if its lease is still ours, and tell who waits."""
        lease = [batch.lease_id]
        if hold(session, lease):
            error = clean_text(how.error) if how.error else None
            how = PutBack(how.seconds, error, how.counts)
            waits = put_back(session, lease, [task.id for task in batch.tasks], how)
            if error:
                tell_put_back(session, batch.tasks, waits, error)
            drop_empty(session, lease)
        else:
            log.warning("lease_lost", lease_id=batch.lease_id, tasks=len(batch.tasks))
        if how.seconds is not None:
            self.retry_at = min(self.retry_at, monotonic() + how.seconds)

    def put_down(self, batch: Batch) -> None:
        """One part is ended, so that there is room for another batch."""
        self.hand.put_down(batch.lease_id)
        self.moves += 1
        self.wake.set()
