"""One transaction's worth of the merge: the videos numbered `first` to `last` of `todo`.

All imports take turns at one lock, chunk by chunk: whatever their files have in common, they end
as if one had run after the other, and two of them can never wait for each other in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge import claims, counters, coverage, videos
from catalogtool.catalog.merge.age import Later, find_later
from catalogtool.catalog.merge.compare import CLAIMS, COUNTERS, FIELDS, NEW
from catalogtool.catalog.merge.coverage import Edition
from catalogtool.catalog.merge.renames import use_present_names_in
from catalogtool.catalog.merge.staging import Staging
from catalogtool.core.locks import MERGE_LOCK, hold_lock


@dataclass(frozen=True)
class Chunk:
    """A stretch of `todo`, and whose later word has to be respected in it."""

    staging: Staging
    edition: Edition
    first: int
    last: int
    later: Later

    @property
    def parameters(self) -> dict[str, object]:
        """What every statement of the chunk may refer to."""
        signed = {**self.edition.parameters, **self.edition.source.parameters}
        return {**signed, "first": self.first, "last": self.last}


# For the rest of a chunk's transaction. Fresh tables have no statistics yet; without the first a
# plan may read all of `video`. The title index gathers more entries at once than it does for
# single edits; a search in between reads at most so much more.
CHUNK_SETTINGS = """
    SELECT set_config('enable_seqscan', 'off', true),
           set_config('gin_pending_list_limit', '16MB', true)
"""

# Every statement adds to the ledgers of counts; while they are short, so is every search.
FOLD_COUNTS = """
    SELECT fold_counts()
    FROM (SELECT count(*) FILTER (WHERE NOT folded) AS fresh, count(*) FILTER (WHERE folded) AS old
          FROM facet_count) AS ledger
    WHERE fresh > greatest(20000, old)
"""


def take_turn(session: Session) -> None:
    """Wait for the other imports' chunks."""
    hold_lock(session, MERGE_LOCK)


def plan_for_few_rows(session: Session) -> None:
    """Set the transaction up for a small part of large tables."""
    session.execute(text(CHUNK_SETTINGS))


def merge_chunk(
    session: Session, staging: Staging, edition: Edition, first: int, last: int
) -> set[int]:
    """Bring one stretch of the file into the catalogue.

    Returns the keys of the videos that existed and were changed; new ones are counted by
    `count_new`.
    """
    take_turn(session)
    plan_for_few_rows(session)
    chunk = Chunk(staging, edition, first, last, find_later(session, edition))
    use_present_names_in(session, chunk)
    _find_created_meanwhile(session, chunk)
    videos.lock_changed(session, chunk)
    _find_deleted_meanwhile(session, chunk)
    videos.create_channels(session, chunk)
    videos.insert(session, chunk)
    if staging.kind.is_report:
        claims.merge(session, chunk)
    changed = videos.update(session, chunk)
    changed |= counters.merge(session, chunk)
    session.execute(text(FOLD_COUNTS))
    coverage.cover(
        session,
        edition,
        f"{staging.todo} WHERE n BETWEEN :first AND :last",
        first=first,
        last=last,
    )
    return changed


def count_new(session: Session, staging: Staging, first: int, last: int) -> int:
    """How many videos of this stretch the report creates."""
    return (
        session.scalar(
            text(
                f"SELECT count(*) FROM {staging.todo}"
                f" WHERE n BETWEEN :first AND :last AND what = {NEW}"
            ),
            {"first": first, "last": last},
        )
        or 0
    )


def _find_created_meanwhile(session: Session, chunk: Chunk) -> None:
    """Videos that were unknown when the file was compared may have come from elsewhere since."""
    session.execute(
        text(
            # One look-up a row; as a join, PostgreSQL would rather read the whole index.
            f"""UPDATE {chunk.staging.todo} t
            SET pk = known.id, what = {FIELDS | COUNTERS | CLAIMS}
            FROM (SELECT n, (SELECT v.id FROM video v WHERE v.video_id = new.video_id) AS id
                  FROM {chunk.staging.todo} new
                  WHERE n BETWEEN :first AND :last AND what = {NEW} OFFSET 0) AS known
            WHERE t.n BETWEEN :first AND :last AND t.n = known.n AND known.id IS NOT NULL"""
        ),
        chunk.parameters,
    )


def _find_deleted_meanwhile(session: Session, chunk: Chunk) -> None:
    """Videos that were known when the file was compared may be gone; they come back."""
    session.execute(
        text(
            f"""UPDATE {chunk.staging.todo} t SET what = {NEW}
            WHERE t.n BETWEEN :first AND :last AND t.what & {NEW} = 0
              AND NOT EXISTS (SELECT FROM video v WHERE v.id = t.pk)"""
        ),
        chunk.parameters,
    )
