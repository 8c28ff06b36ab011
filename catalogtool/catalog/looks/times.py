"""When YouTube was asked for a video: one narrow row, the only write of most looks."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.fields import Look


def drop_stale(session: Session, table: str, look: Look) -> None:
    """Leave out of a staged table (with `video_id` and `at`) what a later look has overtaken.

    Answers may come in another order than the questions were asked in.
    """
    session.execute(
        text(
            f"""DELETE FROM pg_temp.{table} r USING video v, video_look look
            WHERE v.video_id = r.video_id AND look.video_pk = v.id AND look.{look}_at > r.at"""
        )
    )


def note_looks(session: Session, table: str, look: Look, missing: str = "") -> None:
    """Note the looks of a staged table.

    `missing`: SQL for the video's having been left out, for the look that can tell.
    """
    noted, kept = "NULL", "look.missing_since"
    if missing:
        noted = f"CASE WHEN {missing} THEN r.at END"
        kept = """CASE WHEN excluded.missing_since IS NOT NULL
            THEN coalesce(look.missing_since, excluded.missing_since) END"""
    session.execute(
        text(
            f"""INSERT INTO video_look AS look (video_pk, {look}_at, missing_since)
            SELECT v.id, r.at, {noted}
            FROM pg_temp.{table} r JOIN video v ON v.video_id = r.video_id
            ORDER BY v.id
            ON CONFLICT (video_pk) DO UPDATE
            SET {look}_at = excluded.{look}_at, missing_since = {kept}"""
        )
    )
