"""How far the tasks of one request are, for somebody who waits for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from catalogtool.sync.queue.status import queue_figures

_MARK = text("SELECT coalesce(max(id), 0) AS last, now() AS at FROM processing_queue")
# All tasks of a request were made in one transaction, which has one time.
_OURS = "id > :after AND id <= :last AND created_at = :at AND task_type = 'metadata_sync'"
_OPEN = text(
    f"""SELECT EXISTS (SELECT FROM processing_queue
        WHERE {_OURS} AND status IN ('pending', 'processing'))"""
)
_ENDED = text(
    f"""SELECT count(*) FILTER (WHERE status = 'completed') AS completed,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        count(*) FILTER (WHERE status NOT IN ('completed', 'failed')) AS waiting,
        count(*) FILTER (WHERE result -> 'found' = 'false') AS not_found,
        count(*) FILTER (WHERE result -> 'changes' <> '{{}}') AS changed,
        min(error_message) FILTER (WHERE status = 'failed') AS reason
    FROM processing_queue WHERE {_OURS}"""
)


@dataclass(frozen=True)
class Following:
    """The tasks of one request: `total` of them, with ids after `after` and up to `last`.

    `ended_before`: how many tasks of their type had ended when they were made.
    """

    total: int
    after: int
    last: int
    at: datetime
    ended_before: int

    def ended(self, session: Session) -> int:
        """About how many have ended; exact where nobody else asks for the same meanwhile."""
        return max(0, min(self.total, _ended(session) - self.ended_before))

    def is_over(self, session: Session) -> bool:
        """Whether all of them have ended."""
        return not session.execute(_OPEN, self._which()).scalar_one()

    def summary(self, session: Session) -> RowMapping:
        """Exactly how they ended: completed, failed, waiting, not_found, changed, reason."""
        return session.execute(_ENDED, self._which()).mappings().one()

    def _which(self) -> dict[str, object]:
        return {"after": self.after, "last": self.last, "at": self.at}


def mark(session: Session) -> tuple[int, int]:
    """Before a request: the newest task, and how many have ended."""
    return session.execute(_MARK).one().last, _ended(session)


def follow(session: Session, marked: tuple[int, int], total: int) -> Following:
    """After it, in the same transaction."""
    found = session.execute(_MARK).one()
    after, ended = marked
    return Following(total, after, found.last, found.at, ended)


def _ended(session: Session) -> int:
    figures = queue_figures(session)["by_type"]["metadata_sync"]
    return figures["completed"] + figures["failed"]
