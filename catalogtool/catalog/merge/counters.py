"""A chunk's statements on the counters: the present value in place, the step into the series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.change import change_counters
from catalogtool.catalog.merge.compare import COUNTERS, NEW
from catalogtool.catalog.merge.fields import COUNTER_FIELDS

if TYPE_CHECKING:
    from catalogtool.catalog.merge.chunk import Chunk

WHICH = f"t.n BETWEEN :first AND :last AND t.what & {NEW} = 0 AND t.what & {COUNTERS} <> 0"


def merge(session: Session, chunk: Chunk) -> set[int]:
    """Change the counters that differ and keep what they were; the videos' keys are returned."""
    staging = chunk.staging
    statement = change_counters(
        COUNTER_FIELDS[staging.kind],
        f"""FROM {staging.todo} t
            JOIN {staging.rows} r ON r.ctid = t.tid
            JOIN video_counter c ON c.video_pk = t.pk
            WHERE {WHICH}""",
        "video_pk",
        age=chunk.later.of_key("c.video_pk"),
        later=chunk.later,
    )
    return set(session.execute(text(statement), chunk.parameters).scalars())
