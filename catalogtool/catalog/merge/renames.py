"""Channels that somebody renamed here keep their names, whatever a report goes on calling them.

Before a file is compared, what it says of a former name is taken as said of the channel that had
it. A channel may be renamed while the import is on its way; so each chunk looks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.staging import Staging
from catalogtool.channels.service import FORMER_NAMES, USES_FORMER_NAME

if TYPE_CHECKING:
    from catalogtool.catalog.merge.chunk import Chunk


def use_present_names(session: Session, staging: Staging) -> None:
    """Put the present names into the staged rows; their places change, so this comes first."""
    if _has_former_names(session):
        session.execute(
            text(
                f"""UPDATE {staging.rows} r SET channel_display_name = former.present
                FROM {FORMER_NAMES} WHERE {USES_FORMER_NAME}"""
            )
        )


def use_present_names_in(session: Session, chunk: Chunk) -> None:
    """The same for the rows of a chunk, whose new places are noted where the old ones were."""
    staging = chunk.staging
    if not _has_former_names(session):
        return
    session.execute(
        text(
            f"""WITH moved AS (
                UPDATE {staging.rows} r SET channel_display_name = former.present
                FROM {staging.todo} t, {FORMER_NAMES}
                WHERE t.n BETWEEN :first AND :last AND r.ctid = t.tid AND {USES_FORMER_NAME}
                RETURNING t.n, t.video_id, t.tid AS old, r.ctid AS new),
            followed AS (
                UPDATE {staging.claims} k SET tid = moved.new
                FROM moved WHERE k.video_id = moved.video_id AND k.tid = moved.old)
            UPDATE {staging.todo} t SET tid = moved.new FROM moved WHERE t.n = moved.n"""
        ),
        chunk.parameters,
    )


def _has_former_names(session: Session) -> bool:
    found = session.scalar(text("SELECT EXISTS (SELECT FROM channel WHERE former_names <> '{}')"))
    return bool(found)
