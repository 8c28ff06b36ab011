"""What a look means for the edits that wait for YouTube.

YouTube has the edited value: the edit is confirmed. It has what was there before: the edit goes on
waiting. It has anything else: somebody changed it there meanwhile, and a person has to choose.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session


def compare_edits(session: Session, came_from: str, told: Mapping[str, str]) -> None:
    """Confirm the edits `p` of the videos that `came_from` joins, or note the conflict.

    `came_from`: SQL that yields `video_id` and `at`. `told`: for each field SQL for what YouTube
    has, as JSON; null where it does not say.
    """
    cases = " ".join(f"WHEN '{field}' THEN {value}" for field, value in told.items())
    session.execute(
        text(
            f"""WITH seen AS MATERIALIZED (
                SELECT p.id, p.value, p.base, p.theirs, r.at, CASE p.field {cases} END AS told
                FROM pending_edit p {came_from}),
            confirmed AS (
                DELETE FROM pending_edit p USING seen
                WHERE p.id = seen.id AND seen.told = coalesce(seen.value, 'null'))
            UPDATE pending_edit p
            SET theirs = CASE WHEN in_conflict THEN judged.told END,
                theirs_at = CASE WHEN in_conflict THEN judged.at END
            FROM (SELECT seen.*, told <> coalesce(base, 'null') AS in_conflict FROM seen
                  WHERE told <> coalesce(value, 'null')) AS judged
            WHERE p.id = judged.id
              AND p.theirs IS DISTINCT FROM CASE WHEN in_conflict THEN judged.told END"""
        )
    )
