"""What one type of task does, and the values that pass between the queue and it.

The queue knows nothing of YouTube's answers, the handlers nothing of leases, retries and threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from catalogtool.youtube.client import YouTube


Outcome = Literal["completed", "failed", "retry"]


@dataclass(frozen=True, slots=True)
class Task:
    """One video's part of a batch; `retry_count`: how often it was put back after a failure."""

    id: int
    video_id: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    retry_count: int = 0
    created_by: int | None = None
    priority: int = 0

    @property
    def is_single(self) -> bool:
        """Whether a person asked for this one video and waits for the answer."""
        return bool(self.payload.get("single"))


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks of one type under one lease, in the order in which they waited.

    After YouTube refused a batch as a whole, its halves come as batches of their own, with the
    same lease.
    """

    lease_id: int
    task_type: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """How one task ended.

    `retry` asks for it again later and becomes `failed` with this `error` after five times.
    `changed`: whether the video now looks different to people. `result` is kept with the task as
    JSON; its `changes` ({field: [old, new]}) are what pages are told.
    """

    task_id: int
    status: Outcome = "completed"
    result: Mapping[str, Any] | None = None
    error: str | None = None
    changed: bool = False


# What was asked for, and what YouTube answered.
Fetched = tuple[Batch, Any, Any]


def _video_id(task: Task) -> str:
    return task.video_id


@dataclass(frozen=True)
class Handler:
    """The three steps of a type of task.

    `prepare(session, batch) -> asked`: what to ask for; reads only, in a short transaction.
    `fetch(youtube, asked) -> answer`: without a transaction, in one of many threads; raises the
    errors of `youtube.errors` as they come.
    `apply(session, [(batch, asked, answer), …]) -> {task_id: Result}`: writes what several batches
    brought, in one transaction that holds their leases and `MERGE_LOCK`. A task without a result
    is tried again. It may be called again with the same, after its transaction was rolled back.
    `subject(task)`: tasks of one subject stand or fall together, and are never split.
    """

    prepare: Callable[[Session, Batch], Any]
    fetch: Callable[[YouTube, Any], Any]
    apply: Callable[[Session, Sequence[Fetched]], Mapping[int, Result]]
    subject: Callable[[Task], str] = _video_id
