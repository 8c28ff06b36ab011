"""What runs in the background for large edits."""

from __future__ import annotations

from uuid import UUID

from catalogtool.catalog.edits import batches
from catalogtool.catalog.edits.machine import run_batch
from catalogtool.core.db import unit_of_work
from catalogtool.jobs.app import job
from catalogtool.jobs.schedule import periodic


@job(batches.JOB)
def run_edit_batch(batch_id: str) -> None:
    """Bring one batch of edits to its end."""
    run_batch(UUID(batch_id))


@periodic("revive_edit_batches", "* * * * *")
def revive_edit_batches() -> None:
    """Every minute: no batch is forgotten."""
    with unit_of_work() as session:
        batches.revive(session)
