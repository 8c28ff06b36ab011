"""Settling a conflict: somebody changed a field on YouTube after it had been edited here."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from catalogtool.auth.audit import record_audit
from catalogtool.auth.models import User
from catalogtool.catalog.edits.assignments import plan_edit
from catalogtool.catalog.edits.changes import SetTo
from catalogtool.catalog.edits.write import Author, announce, change_videos, lock_videos
from catalogtool.catalog.queries import find_video_pk
from catalogtool.catalog.search.parameters import printable
from catalogtool.core.errors import ConcurrencyError, NotFoundError
from catalogtool.sync.push.fields import PUSHED

NOT_GIVEN = object()
NO_CONFLICT = "There is no such conflict any more."
OTHER_VALUE = "YouTube has another value by now."

_READ = text(
    """
    SELECT id, value, theirs, theirs_at FROM pending_edit
    WHERE video_id = :video_id AND field = :field FOR UPDATE
    """
)
_ACCEPT = text(
    """
    UPDATE pending_edit SET base = coalesce(theirs, 'null'), theirs = NULL, theirs_at = NULL
    WHERE id = :id
    """
)
_DROP = text("DELETE FROM pending_edit WHERE id = :id")


def settle_conflict(
    session: Session,
    user: User,
    video_id: str,
    field: str,
    take: Literal["theirs", "mine"],
    theirs: Any = NOT_GIVEN,
) -> None:
    """End the conflict of one edit.

    `theirs`: YouTube's value becomes ours, as an edit of this person, and the edit is gone. `mine`:
    the edit stays, and YouTube's value is from now on what it may replace. VideoNotFoundError;
    NotFoundError for a field that knows no conflicts; ConcurrencyError where there is none any
    more, or where YouTube's value is not the `theirs` that was shown.
    """
    if field not in PUSHED:
        details = {"field": printable(field), "allowed": list(PUSHED)}
        raise NotFoundError("This field has no edits that wait for YouTube.", details)
    pk = find_video_pk(session, video_id)
    # Whoever touches an edit holds its video first.
    lock_videos(session, [pk])
    edit = session.execute(_READ, {"video_id": video_id, "field": field}).mappings().first()
    if edit is None or edit["theirs_at"] is None:
        raise ConcurrencyError(NO_CONFLICT, {"field": field})
    if theirs is not NOT_GIVEN and theirs != edit["theirs"]:
        raise ConcurrencyError(OTHER_VALUE, {"field": field, "theirs": edit["theirs"]})
    session.execute(_ACCEPT, {"id": edit["id"]})
    if take == "theirs":
        _take_theirs(session, user, pk, field, edit)
    else:
        told = {"field": field, "theirs": edit["theirs"], "mine": edit["value"]}
        record_audit(session, user, "conflict_settled", video_id, told)
    announce(session, [video_id], "user", 1)


def _take_theirs(session: Session, user: User, pk: int, field: str, edit: RowMapping) -> None:
    """The video gets the value as it is on YouTube, whether or not it could be entered here."""
    value = tuple(edit["theirs"]) if isinstance(edit["theirs"], list) else edit["theirs"]
    change_videos(session, [pk], plan_edit({field: SetTo(value)}), Author(user.id))
    session.execute(_DROP, {"id": edit["id"]})
