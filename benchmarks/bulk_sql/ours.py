"""Our side: a bulk edit and its rollback as a web process accepts and a worker carries them out."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from uuid import UUID

from import_sql.profiling import Profile
from sqlalchemy import text

from bulk_sql.cases import CHOSEN, Case
from catalogtool.auth.models import User
from catalogtool.catalog.edits.bulk import edit_many
from catalogtool.catalog.edits.changes import parse_changes
from catalogtool.catalog.edits.machine import run_batch
from catalogtool.catalog.edits.rollback import roll_back_batch
from catalogtool.catalog.edits.selection import parse_selection
from catalogtool.core import db
from catalogtool.core.log import configure_logging


@dataclass(frozen=True)
class Measured:
    """Wall and processor seconds from the request to the end of the batch, and what it did."""

    seconds: float
    processor: float
    batch_id: UUID
    updated: int
    breakdown: list[str] = field(default_factory=list)


def run(url: str, case: Case, undoes: UUID | None, *, profile: bool) -> Measured:
    """The edit, or the rollback of `undoes`, in a fresh process whose start is not counted."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, url, case, undoes, profile))
    process.start()
    theirs.close()
    try:
        measured = mine.recv()
    finally:
        process.join()
    assert isinstance(measured, Measured)
    return measured


def _work(answer: Connection, url: str, case: Case, undoes: UUID | None, profile: bool) -> None:
    configure_logging("WARNING", "console")
    engine = db.connect(url)
    with db.unit_of_work() as session:
        user = session.get_one(User, 1)
        session.execute(text("SELECT 1"))
    watched = Profile(engine) if profile else None
    began, used = time.perf_counter(), time.process_time()
    done: list[UUID] = []

    def work() -> None:
        done.append(_accept(user, case, undoes))
        run_batch(done[0])

    work() if watched is None else watched.run(work)
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    with db.unit_of_work() as session:
        batch = session.execute(
            text("SELECT status, updated FROM edit_batch WHERE id = :id"), {"id": done[0]}
        ).one()
    if batch.status != "completed":
        raise RuntimeError(f"the batch is {batch.status}")
    engine.dispose()
    lines = watched.lines(seconds) if watched else []
    answer.send(Measured(seconds, processor, done[0], batch.updated, lines))


def _accept(user: User, case: Case, undoes: UUID | None) -> UUID:
    """What the request does."""
    with db.unit_of_work() as session:
        if undoes is not None:
            return roll_back_batch(session, user, undoes).id
        selection = parse_selection({"filter": {"category": CHOSEN}})
        return edit_many(session, user, selection, parse_changes(case.changes)).id
