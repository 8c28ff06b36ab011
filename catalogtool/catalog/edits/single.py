"""The edit of one video, and its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogtool.auth.audit import record_audit
from catalogtool.auth.models import User
from catalogtool.catalog.edits.assignments import plan_edit
from catalogtool.catalog.edits.changes import Changes
from catalogtool.catalog.edits.write import Author, announce, change_videos, lock_videos
from catalogtool.catalog.history import list_history
from catalogtool.catalog.models import Video
from catalogtool.catalog.queries import find_video_pk
from catalogtool.catalog.search.parameters import check_text, refuse
from catalogtool.core.errors import ConcurrencyError, VideoNotFoundError
from catalogtool.core.times import iso

RECENT = 20


def update_video(
    session: Session, user: User, video_id: str, changes: Changes, expected: datetime | None
) -> None:
    """Change one video; ConcurrencyError if it is not as of `expected` any more.

    The error tells what changed since, newest first. VideoNotFoundError if it is unknown.
    """
    pk = find_video_pk(session, video_id)
    lock_videos(session, [pk])
    present = session.scalar(select(Video.updated_at).where(Video.id == pk))
    if present is None:
        raise VideoNotFoundError(details={"video_id": video_id})
    if expected is not None and expected != present:
        raise ConcurrencyError(
            details={
                "field": "expected_updated_at",
                "updated_at": iso(present),
                "changes": _changes_since(session, video_id, expected, present),
            }
        )
    change_videos(session, [pk], plan_edit(changes), Author(user.id))


def delete_video(session: Session, user: User, video_id: str) -> None:
    """Remove a video with all that belongs to it; a line in the log of operations stays."""
    pk = find_video_pk(session, video_id)
    video = session.get(Video, pk, with_for_update=True)
    if video is None:
        raise VideoNotFoundError(details={"video_id": video_id})
    details = {"title": video.title, "channel_display_name": video.channel_display_name}
    session.delete(video)
    record_audit(session, user, "video_deleted", video_id, details)
    announce(session, [video_id], "user", 1)


def parse_expected(given: Any) -> datetime | None:
    """The time that a caller knows as the video's `updated_at`, exact to the microsecond."""
    if given is None:
        return None
    name = "expected_updated_at"
    try:
        moment = datetime.fromisoformat(check_text(name, given))
        exact = moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        exact = None
    return exact or refuse(name, "must be the updated_at of an earlier answer")


def _changes_since(
    session: Session, video_id: str, expected: datetime, present: datetime
) -> list[dict[str, Any]]:
    """The records of the history from the time on that the caller knows."""
    latest = list_history(session, video_id, 1, RECENT)["records"]
    return [
        record
        for record in latest
        if record["id"] is not None
        # A change that began earlier may have come later; the last one always belongs to these.
        and (_moment(record) > expected or _moment(record) == present)
    ]


def _moment(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["sync_time"])
