"""What runs in the background for the queue of work that is owed to YouTube."""

from __future__ import annotations

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.jobs.app import job
from catalogtool.jobs.schedule import periodic
from catalogtool.sync.queue.enqueue import enqueue_enrichment
from catalogtool.sync.queue.retention import delete_old_tasks

log = get_logger(__name__)


@job("enrich_after_import", queueing_lock="enrich_after_import")
def enrich_after_import() -> None:
    """Ask for the codes that the reports did not bring."""
    with unit_of_work() as session:
        enqueue_enrichment(session)


@periodic("delete_old_tasks", "37 * * * *")
def delete_ended_tasks() -> None:
    """Completed tasks leave after a week, failed ones after a month."""
    log.info("old_tasks_deleted", tasks=delete_old_tasks())
