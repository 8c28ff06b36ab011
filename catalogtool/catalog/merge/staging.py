"""The tables between a file and the catalogue: unlogged, typed, one set per report.

`rows` holds the file's usable rows as they are. `pick` has one row per video of the file, `todo`
only those that differ, numbered by video id: the merge walks along these numbers. Rows are
referred to by their place (`ctid`), so that nothing wide is written twice. PostgreSQL empties
unlogged tables after a crash; `is_whole` tells, and the file is then staged again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.fields import (
    ASSET_FIELDS,
    CLAIM_FIELDS,
    COUNTER_FIELDS,
    VIDEO_FIELDS,
    Field,
    Kind,
)


@dataclass(frozen=True)
class Staging:
    """The names of one report's staging tables."""

    report_id: int
    kind: Kind

    @property
    def rows(self) -> str:
        """The file's rows."""
        return f"staging.report_{self.report_id}"

    @property
    def seen(self) -> str:
        """Each row of `rows` against the catalogue, while the file is compared."""
        return f"{self.rows}_seen"

    @property
    def pick(self) -> str:
        """One row per video (per asset for an asset report): its place in `rows`, its state."""
        return f"{self.rows}_pick"

    @property
    def todo(self) -> str:
        """The videos that differ, numbered from 1 in the order of their ids."""
        return f"{self.rows}_todo"

    @property
    def claims(self) -> str:
        """The claims that differ, with the number of their video in `todo`."""
        return f"{self.rows}_claims"

    @property
    def assets(self) -> str:
        """The assets that differ, numbered from 1 in the order of their ids."""
        return f"{self.rows}_assets"

    @property
    def said(self) -> str:
        """What changed in a video's claims, until it goes into the video's audit record."""
        return f"{self.rows}_said"

    @property
    def columns(self) -> dict[str, str]:
        """The columns of `rows`, in the order of COPY, with their types."""
        return staged_columns(self.kind)


def staged_columns(kind: Kind) -> dict[str, str]:
    """Every column that rows of this kind are staged with: name and SQL type."""
    columns: dict[str, str] = {} if kind is Kind.ASSET else {"video_id": "varchar(20)"}
    columns["asset_id"] = "varchar(50)"
    if kind is not Kind.ASSET:
        columns |= {"claim_id": "varchar(50)", "custom_id": "varchar(100)"}
    offered: tuple[Field, ...] = (
        *VIDEO_FIELDS[kind],
        *COUNTER_FIELDS[kind],
        *CLAIM_FIELDS[kind],
        *ASSET_FIELDS[kind],
    )
    for field in offered:
        columns.setdefault(field.source, field.type)
    if kind is Kind.EXPORT:
        columns["updated_at"] = "timestamptz"
    return columns


def create_rows(session: Session, staging: Staging) -> None:
    """Make an empty table for the file's rows, in place of what an earlier try left."""
    drop(session, staging)
    # No lengths: the reader has cut the values. Lists stay as written, divided by pipes.
    columns = ", ".join(
        f"{name} {'text' if kind.startswith(('varchar', 'text')) else kind}"
        for name, kind in staging.columns.items()
    )
    session.execute(text(f"CREATE UNLOGGED TABLE {staging.rows} ({columns})"))


def drop(session: Session, staging: Staging) -> None:
    """Remove every staging table of this report."""
    names = ", ".join(
        (
            staging.rows,
            staging.seen,
            staging.pick,
            staging.todo,
            staging.claims,
            staging.assets,
            staging.said,
        )
    )
    session.execute(text(f"DROP TABLE IF EXISTS {names}"))


def is_whole(session: Session, table: str, expected: bool) -> bool:
    """Whether `table` is still there and, if rows are expected in it, not emptied by a crash."""
    if session.scalar(text("SELECT to_regclass(:name)"), {"name": table}) is None:
        return False
    if not expected:
        return True
    return bool(session.scalar(text(f"SELECT EXISTS (SELECT FROM {table})")))


def copy_statement(staging: Staging) -> str:
    """The COPY that fills `rows` in the order of `columns`; an empty cell is null."""
    return f"COPY {staging.rows} ({', '.join(staging.columns)}) FROM STDIN (NULL '')"
