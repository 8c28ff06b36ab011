"""People ask for their edits to be sent; nothing is sent without that."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.core.errors import ConcurrencyError
from catalogtool.core.times import iso
from catalogtool.sync.push.fields import REASON_PARAMETERS
from catalogtool.sync.push.payload import of_fields
from catalogtool.sync.push.preview import CAN_BE_PUSHED, preview_push, read_edits
from catalogtool.sync.queue.enqueue import PRIORITY, State, enqueue_matching, enqueue_video
from catalogtool.sync.queue.handler import Task
from catalogtool.sync.requests import Videos

NOTHING = "None of these edits can be sent to YouTube."

# Tasks that waited already are for all edits of now as well. A time as `iso` tells it.
_ASKED_FOR_ALL = """
    UPDATE processing_queue q SET payload = q.payload || jsonb_build_object('all_before',
        to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    FROM video v
    WHERE q.video_id = v.video_id AND q.task_type = 'metadata_push' AND q.status = 'pending'
      AND ({where})"""


def request_push(
    session: Session,
    user: User,
    video_id: str,
    fields: Sequence[str] | None,
    overwrite: Sequence[str],
) -> tuple[Task, State]:
    """A task that sends the edits of these fields (None: all of them).

    `overwrite` names fields in conflict whose value at YouTube, as it was seen last, may be written
    over. ConcurrencyError tells why none of the edits can be sent.
    """
    found = preview_push(session, video_id, fields, overwrite)
    if not found["would_send"]:
        details = {name: found[name] for name in ("not_sendable", "conflicts")}
        for conflict in details["conflicts"]:
            conflict["at"] = iso(conflict["at"])
        raise ConcurrencyError(NOTHING, details)
    asked_at = iso(session.execute(select(func.now())).scalar_one())
    seen = {
        edit.field: edit.theirs
        for edit in read_edits(session, [video_id])
        if edit.field in overwrite and edit.theirs_at is not None
    }
    return enqueue_video(
        session,
        video_id,
        "metadata_push",
        user_id=user.id,
        payload=of_fields({one["field"]: asked_at for one in found["would_send"]}, seen),
        again=True,
    )


def request_pushes(session: Session, user: User, videos: Videos) -> int:
    """A task for each of these videos of which something can be sent; how many are new."""
    created = enqueue_matching(
        session,
        "metadata_push",
        f"({videos.where}) AND {CAN_BE_PUSHED}",
        {**videos.parameters, **REASON_PARAMETERS},
        user_id=user.id,
        priority=PRIORITY["normal"],
    )
    session.execute(text(_ASKED_FOR_ALL.format(where=videos.where)), videos.parameters)
    return created
