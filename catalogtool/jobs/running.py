"""What a running job may ask and say: shall I stop, is this job still mine, run me again."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.log import bound, get_logger
from catalogtool.jobs.retry import KeepTrying, Requeue, is_transient

__all__ = ["JobLost", "Requeue", "Running", "hold_job", "run_in_thread", "stop_requested"]

log = get_logger(__name__)

_HOLD = text(
    """
    SELECT 1 FROM procrastinate_jobs
    WHERE id = :id AND attempts = :attempts AND worker_id = :worker_id AND status = 'doing'
    FOR SHARE
    """
)


class JobLost(Exception):  # noqa: N818 (nothing is wrong with the job)
    """Another worker has taken this job over, because this one seemed to be dead."""


@dataclass
class Running:
    """What one worker process is doing."""

    stopping: threading.Event = field(default_factory=threading.Event)
    jobs: dict[int, Job] = field(default_factory=dict)
    processed: int = 0
    abandoned: int = 0
    last_activity: datetime | None = None


_current: contextvars.ContextVar[tuple[Running, Job] | None] = contextvars.ContextVar(
    "current_job", default=None
)


def stop_requested() -> bool:
    """Whether the worker wants to stop: a long job then saves its cursor and raises Requeue.

    Cheap enough for every chunk. False outside of a worker.
    """
    current = _current.get()
    return current is not None and current[0].stopping.is_set()


def hold_job(session: Session) -> None:
    """Keep this job ours until the transaction ends; JobLost if another worker has taken it over.

    A worker that was frozen or cut off may wake up when its job already runs elsewhere. Called
    first in each transaction that saves a part of the work, this lets nothing be written twice.
    Does nothing outside of a worker.
    """
    current = _current.get()
    if current is None:
        return
    job = current[1]
    mine = {"id": job.id, "attempts": job.attempts, "worker_id": job.worker_id}
    if session.execute(_HOLD, mine).first() is None:
        raise JobLost(f"job {job.id} has been taken over by another worker")


async def run_in_thread(
    running: Running, job: Job, function: Callable[..., Any], arguments: Mapping[str, Any]
) -> Any:
    """Run a job in a thread of its own and wait for it.

    The thread is a daemon: a job that does not listen to `stop_requested` cannot keep the
    process from ending; as with any death of a worker, the job is run again elsewhere.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def report(result: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def body() -> None:
        result, error = None, None
        try:
            result = _run(running, job, function, arguments)
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(report, result, error)

    threading.Thread(target=body, name=f"job {job.task_name}[{job.id}]", daemon=True).start()
    try:
        return await done
    except asyncio.CancelledError:
        running.abandoned += 1
        raise


def _run(
    running: Running, job: Job, function: Callable[..., Any], arguments: Mapping[str, Any]
) -> Any:
    _current.set((running, job))
    with bound(job_id=job.id, job=job.task_name):
        try:
            return function(**arguments)
        except JobLost:
            log.warning("job_lost", attempts=job.attempts)
        except Requeue:
            log.info("job_requeued", stopping=running.stopping.is_set())
            raise
        except Exception as error:
            if KeepTrying().wait_seconds(error, job.attempts) is not None:
                log.warning(
                    "job_failed_will_be_retried",
                    attempts=job.attempts,
                    reason=(str(error) or type(error).__name__).splitlines()[0],
                    exc_info=not is_transient(error),
                )
            raise
        finally:
            running.processed += 1
            running.last_activity = datetime.now(UTC)
    return None
