"""What runs in the background for the queue of work that is owed to YouTube."""

from __future__ import annotations

from catalogtool.core.db import unit_of_work
from catalogtool.jobs.app import job
from catalogtool.sync.service import enqueue_enrichment


@job("enrich_after_import", queueing_lock="enrich_after_import")
def enrich_after_import() -> None:
    """Ask for the codes that the reports did not bring."""
    with unit_of_work() as session:
        enqueue_enrichment(session)
