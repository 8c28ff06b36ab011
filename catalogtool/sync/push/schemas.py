"""Shapes of the routes that send edits to YouTube, and of the settling of conflicts."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf

from catalogtool.catalog.edits.selection import LONGEST_ID, MOST_IDS
from catalogtool.catalog.search.schemas import FiltersIn
from catalogtool.sync.push.fields import PUSHED, TARGETS
from catalogtool.sync.schemas import CreatedOut, QueuedOut


def _value(meaning: str) -> Raw:
    return Raw(required=True, allow_none=True, metadata={"description": meaning})


def _fields(meaning: str) -> List[Any]:
    return List(
        String(validate=OneOf(list(PUSHED))),
        validate=Length(1, len(PUSHED)),
        metadata={"description": meaning},
    )


class PushIn(Schema):
    """Which of the video's edits to send; nothing means all of them."""

    body_may_be_left_out = True

    dry_run = Boolean(load_default=False, metadata={"description": "Only tell what would be sent"})
    fields_ = _fields("Only the edits of these fields")
    overwrite = _fields(
        "Fields in conflict: write over the value of YouTube that `conflicts` shows. If YouTube's "
        "value has changed once more by then, it is a conflict again"
    )


# `fields` itself is a schema's own attribute.
PushIn._declared_fields["fields"] = PushIn._declared_fields.pop("fields_")


class SentOut(Schema):
    """An edit that would be sent."""

    field = String(required=True, validate=OneOf(list(PUSHED)))
    to = String(required=True, validate=OneOf(TARGETS))
    old = _value("What YouTube had when it was last looked at")
    new = _value("What it would get")
    units = Integer(
        required=True,
        metadata={"description": "What this one adds: fields that go together cost as much as one"},
    )
    also_changes_videos = Integer(
        required=True, metadata={"description": "Other videos here that show the same asset"}
    )


class NotSendableOut(Schema):
    """An edit that can't be sent, and why."""

    field = String(required=True)
    reason = String(required=True)


class ConflictOut(Schema):
    """A field that somebody changed on YouTube after it was edited here."""

    field = String(required=True)
    base = _value("What it was when it was edited here")
    theirs = _value("What it is on YouTube")
    mine = _value("What the edit wants")
    at = DateTime(required=True, metadata={"description": "When that was seen"})


class PushOut(QueuedOut):
    """The task that sends, or what a dry run found."""

    task_id = Integer()
    queue_position = Integer(metadata={"description": "1 is next, 0 runs already"})
    would_send = List(Nested(SentOut))
    not_sendable = List(Nested(NotSendableOut))
    conflicts = List(Nested(ConflictOut))
    units = Integer(metadata={"description": "Of YouTube's quota"})


class PushManyIn(Schema):
    """Either `video_ids` or `filter`: the videos whose edits are to be sent."""

    video_ids = List(String(validate=Length(1, LONGEST_ID)), validate=Length(1, MOST_IDS))
    filter = Nested(FiltersIn, metadata={"description": "The list's own filters, as texts"})
    dry_run = Boolean(load_default=False, metadata={"description": "Only tell what it takes"})


class PushManyOut(CreatedOut):
    """What was queued, or would be."""

    jobs_created = Integer()
    calls = Integer()
    videos = Integer(required=True, metadata={"description": "With edits that can be sent"})
    not_sendable_videos = Integer(
        required=True, metadata={"description": "With edits of which none can be sent"}
    )


class ResolveIn(Schema):
    """How a conflict is settled."""

    take = String(
        required=True,
        validate=OneOf(["theirs", "mine"]),
        metadata={
            "description": "`theirs`: YouTube's value becomes ours, and the edit is gone; `mine`: "
            "the edit stays and may now be sent over YouTube's value"
        },
    )
    theirs = Raw(
        allow_none=True,
        metadata={
            "description": "The value of YouTube that was shown; 409 if it is another by now"
        },
    )
