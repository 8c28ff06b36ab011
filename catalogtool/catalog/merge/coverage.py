"""Who spoke last of which video: what lets an older report leave a newer one's values alone.

The row ids that a report covered are kept as one multirange. Among the reports of a kind these
sets are disjoint: what a newer report covers is taken out of the older ones' sets, so that their
number stays small however many reports come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.fields import Kind
from catalogtool.catalog.merge.source import Source


@dataclass(frozen=True)
class Edition:
    """A report's place in time: its day, then its upload time, then its id decide."""

    report_id: int
    kind: Kind
    as_of: datetime
    file_time: datetime

    @property
    def parameters(self) -> dict[str, object]:
        """The values that the SQL of this module and of `delta` refers to."""
        return {
            "report_id": self.report_id,
            "kind": self.kind.value,
            "as_of": self.as_of,
            "file_time": self.file_time,
            "until": self.until,
        }

    @property
    def source(self) -> Source:
        """How its changes are signed."""
        return Source("report", self.report_id)

    @property
    def until(self) -> datetime:
        """Of what came later the report can know nothing: its day was over, or it was uploaded."""
        return min(self.as_of + timedelta(days=1), self.file_time)


# Materialized so that the set is put together once and stays in memory, flat.
NEWER = """newer AS MATERIALIZED (
    SELECT coalesce(range_agg(c.ids), '{}'::int8multirange) AS ids
    FROM report_coverage c JOIN report r ON r.id = c.report_id
    WHERE r.kind = :kind AND (r.as_of, r.file_time, r.id) > (:as_of, :file_time, :report_id)
)"""


def cover(session: Session, edition: Edition, ids_from: str, **parameters: object) -> None:
    """Note that this report spoke of the rows that `ids_from` (SQL after FROM, with `pk`) gives.

    An export has no say in who spoke last, so nothing is noted of it.
    """
    if not edition.kind.is_report:
        return
    session.execute(
        text(
            f"""INSERT INTO report_coverage (report_id, ids)
            SELECT :report_id, ids FROM (
                SELECT range_agg(int8range(pk, pk + 1)) AS ids FROM {ids_from}) AS covered
            WHERE ids IS NOT NULL"""
        ),
        {**edition.parameters, **parameters},
    )


def forget(session: Session, report_id: int) -> None:
    """Take back what this report has spoken of; it is about to be compared anew."""
    session.execute(
        text("DELETE FROM report_coverage WHERE report_id = :report_id"), {"report_id": report_id}
    )


def consolidate(session: Session, edition: Edition) -> None:
    """Join this report's sets into one and take it out of the older reports' sets."""
    session.execute(
        text(
            """WITH mine AS (
                DELETE FROM report_coverage WHERE report_id = :report_id RETURNING ids),
            later AS (
                SELECT coalesce(range_agg(c.ids), '{}'::int8multirange) AS ids
                FROM report_coverage c JOIN report r ON r.id = c.report_id
                WHERE r.kind = :kind
                  AND (r.as_of, r.file_time, r.id) > (:as_of, :file_time, :report_id))
            INSERT INTO report_coverage (report_id, ids)
            SELECT :report_id, joined.ids - later.ids
            FROM (SELECT range_agg(ids) AS ids FROM mine) AS joined, later
            WHERE joined.ids IS NOT NULL AND NOT isempty(joined.ids - later.ids)"""
        ),
        edition.parameters,
    )
    session.execute(
        text(
            """UPDATE report_coverage AS older SET ids = older.ids - mine.ids
            FROM report AS r, report_coverage AS mine
            WHERE mine.report_id = :report_id AND r.id = older.report_id AND r.kind = :kind
              AND (r.as_of, r.file_time, r.id) < (:as_of, :file_time, :report_id)
              AND older.ids && mine.ids"""
        ),
        edition.parameters,
    )
    session.execute(text("DELETE FROM report_coverage WHERE isempty(ids)"))
