"""What a push means for the edits that wait; their videos are locked by the caller."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.edits.columns import as_jsonb
from catalogtool.sync.push.compare import Wish

_CONFIRMED = text(
    """
    DELETE FROM pending_edit
    WHERE video_id = :video_id AND field = :field
      AND coalesce(value, 'null') = cast(:value AS jsonb)
    """
)
# It was edited once more meanwhile: what it begins from now is what was sent.
_NEW_BASE = text(
    """
    UPDATE pending_edit SET base = cast(:value AS jsonb), theirs = NULL, theirs_at = NULL
    WHERE video_id = :video_id AND field = :field RETURNING id
    """
)
# Or it was taken back meanwhile, so that YouTube has to be told of that.
_TAKEN_BACK = """
    INSERT INTO pending_edit (video_id, field, value, base, user_id)
    SELECT v.video_id, '{field}', {present}, cast(:value AS jsonb), cast(:user_id AS integer)
    FROM video v
    WHERE v.video_id = :video_id AND {present} = cast(:base AS jsonb)
    ON CONFLICT (video_id, field) DO NOTHING"""
_SAME_BY_NOW = text(
    """
    DELETE FROM pending_edit
    WHERE video_id = :video_id AND field = :field
      AND coalesce(value, 'null') = cast(:theirs AS jsonb)
    """
)
_CONFLICT = text(
    """
    UPDATE pending_edit SET theirs = cast(:theirs AS jsonb), theirs_at = now()
    WHERE video_id = :video_id AND field = :field
    """
)


def settle_edit(session: Session, video_id: str, wish: Wish, user_id: int | None) -> None:
    """YouTube has the value of this edit."""
    given = {
        "video_id": video_id,
        "field": wish.field,
        "value": json.dumps(wish.value),
        "base": json.dumps(wish.base),
        "user_id": user_id,
    }
    if session.execute(_CONFIRMED, given).rowcount:  # type: ignore[attr-defined]
        return
    if session.execute(_NEW_BASE, given).first() is None:
        present = as_jsonb(wish.field, f"v.{wish.field}")
        session.execute(text(_TAKEN_BACK.format(field=wish.field, present=present)), given)


def note_conflict(session: Session, video_id: str, field: str, theirs: Any) -> None:
    """YouTube has a value that somebody else has set; a person has to choose."""
    given = {"video_id": video_id, "field": field, "theirs": json.dumps(theirs)}
    session.execute(_SAME_BY_NOW, given)
    session.execute(_CONFLICT, given)
