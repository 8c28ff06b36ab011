"""What the workers are doing, in the shape that pages know: jobs and tasks together."""

from __future__ import annotations

from sqlalchemy.orm import Session

from catalogtool.core.settings import Settings
from catalogtool.jobs import status as jobs
from catalogtool.sync.queue.status import queue_figures
from catalogtool.youtube.quota import quota_status


def processor_status(session: Session, settings: Settings) -> jobs.ProcessorStatus:
    """`running, tasks_processed, last_activity, queue_length{…}, quota{used, limit, resets_at}`."""
    return jobs.together(jobs.processor_status(session), task_figures(session, settings))


def task_figures(session: Session, settings: Settings) -> jobs.TaskFigures:
    """How this queue stands, and what is left of the quota."""
    tasks = queue_figures(session)
    quota = quota_status(session, settings)
    return {
        "pending": tasks["pending"],
        "processing": tasks["processing"],
        "completed": tasks["completed"],
        "failed": tasks["failed"],
        "last_ended": tasks["last_ended"],
        "quota": {
            "used": quota["used"],
            "limit": quota["limit"],
            "resets_at": quota["resets_at"],
        },
    }
