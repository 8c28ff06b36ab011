"""What was written into an asset holds for the asset's row and for every video that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.edits.fields import STORED
from catalogtool.catalog.edits.plan import Plan
from catalogtool.catalog.edits.write import Author, change_videos

_SIBLINGS = text(
    "SELECT id FROM video WHERE asset_id = :asset_id AND video_id <> :video_id ORDER BY id"
)


def follow_asset(
    session: Session,
    video_id: str,
    asset_id: str,
    values: Mapping[str, Any],
    user_id: int | None,
) -> int:
    """Give the asset these values, and its other videos; how many of those changed.

    An edit of a video's own that waits for YouTube stays. Each changed video has its record in the
    history, from YouTube, with the person who asked for the push.
    """
    _write_asset(session, asset_id, values)
    given = {"asset_id": asset_id, "video_id": video_id}
    siblings = list(session.execute(_SIBLINGS, given).scalars())
    if not siblings:
        return 0
    author = Author(user_id, "youtube")
    return change_videos(session, siblings, _plan(values), author).updated


def _write_asset(session: Session, asset_id: str, values: Mapping[str, Any]) -> None:
    columns = ", ".join(values)
    given = ", ".join(_given(name) for name in values)
    new = ", ".join(f"{name} = excluded.{name}" for name in values)
    session.execute(
        text(
            f"""INSERT INTO asset (asset_id, {columns}) VALUES (:asset_id, {given})
            ON CONFLICT (asset_id) DO UPDATE SET {new}, updated_at = now()"""
        ),
        {"asset_id": asset_id, **_parameters(values)},
    )


def _plan(values: Mapping[str, Any]) -> Plan:
    new = {
        name: f"CASE WHEN EXISTS (SELECT FROM pending_edit p WHERE p.video_id = v.video_id"
        f" AND p.field = '{name}') THEN v.{name} ELSE {_given(name)} END"
        for name in values
    }
    return Plan(new, parameters=_parameters(values), known=True)


def _given(name: str) -> str:
    return f"cast(:to_{name} AS {STORED[name]})"


def _parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"to_{name}": value for name, value in values.items()}
