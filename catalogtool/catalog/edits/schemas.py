"""Shapes of the edits' routes, for the API's document; `changes` and its kin parse what comes in.

They are no validators: a refusal by `changes` names the rule of the field better.
"""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Float, Integer, List, Nested, Raw, String
from apiflask.validators import ContainsNoneOf, Length, OneOf, Range

from catalogtool.auth.schemas import PageIn, PageOut, StatusOut
from catalogtool.catalog.audit_models import SOURCES
from catalogtool.catalog.edits.changes import LONGEST_PATTERN
from catalogtool.catalog.edits.description import NO_DIVIDER, SOMETHING, describe_changes
from catalogtool.catalog.edits.fields import LONGEST_POLICY
from catalogtool.catalog.edits.models import KINDS, STATUSES
from catalogtool.catalog.edits.preview import EXAMPLES
from catalogtool.catalog.edits.selection import LONGEST_ID, MOST_IDS
from catalogtool.catalog.edits.values import LONGEST_CODE, LONGEST_ENTRY, MOST_ENTRIES
from catalogtool.catalog.edits.write import MOST_NAMED
from catalogtool.catalog.schemas import RecordOut, VideoOut, VideoWithClaimsOut, changes
from catalogtool.catalog.search.filters import PRIVACY
from catalogtool.catalog.search.schemas import FiltersIn
from catalogtool.channels.schemas import ChannelOut

LARGEST_BIGINT = 2**63 - 1


def _text(longest: int, **more: Any) -> String:
    return String(allow_none=True, validate=Length(max=longest), **more)


def _list() -> List[Any]:
    entry = String(validate=Length(max=LONGEST_ENTRY), metadata={"pattern": NO_DIVIDER})
    return List(entry, allow_none=True, validate=Length(max=MOST_ENTRIES))


def _plain(longest: int, meaning: str) -> String:
    """A text of a query that can be compared with what is stored."""
    return String(
        validate=[Length(max=longest), ContainsNoneOf("\0", error="NUL is not allowed.")],
        metadata={"description": meaning},
    )


class EditIn(Schema):
    """New values of one video's fields; null clears, what is left out stays."""

    title = String(validate=Length(1, 500), metadata={"pattern": SOMETHING})
    notes = _text(500)
    custom_id = _text(100)
    asset_id = _text(50)
    artist = _list()
    genre = _list()
    label = _text(255)
    upc = _text(LONGEST_CODE, metadata={"description": "The check digit must be right"})
    isrc = _text(LONGEST_CODE)
    category = _text(100)
    privacy_status = String(validate=OneOf(PRIVACY))
    effective_policy = _text(LONGEST_POLICY)
    administered = Boolean()
    hidden = Boolean()
    is_short = Boolean(allow_none=True)
    expected_updated_at = DateTime(
        allow_none=True,
        metadata={"description": "The `updated_at` that you know; 409 if it has moved on"},
    )


class BulkIn(Schema):
    """Either `video_ids` or `filter`, and what is to be done with these videos."""

    video_ids = List(String(validate=Length(1, LONGEST_ID)), validate=Length(1, MOST_IDS))
    filter = Nested(FiltersIn, metadata={"description": "The list's own filters, as texts"})
    changes = Raw(
        required=True,
        metadata=describe_changes()
        | {
            "description": "`{field: value}` sets (null clears); `{field: {append: […]}}` and "
            "`{field: {remove: […]}}` for lists; `{field: {find, replace}}` for texts, at most "
            f"{LONGEST_PATTERN} characters each"
        },
    )
    dry_run = Boolean(load_default=False)
    preview = String(
        allow_none=True,
        metadata={"description": "Of a dry run: what changed since is skipped and reported"},
    )


class ExampleOut(Schema):
    """What would become of one video."""

    video_id = String(required=True)
    title = String(required=True, allow_none=True)
    changes = changes()


class SkippedOut(Schema):
    """A video that was left as it is, in whole or in part."""

    video_id = String(required=True, allow_none=True)
    reason = String(required=True)


class BatchOut(Schema):
    """An edit or a rollback of many videos; every changed one has a record with this id."""

    batch_id = String(required=True, metadata={"format": "uuid"})
    kind = String(required=True, validate=OneOf(KINDS))
    status = String(required=True, validate=OneOf(STATUSES))
    matched = Integer(required=True)
    processed = Integer(required=True)
    updated = Integer(required=True)
    unchanged = Integer(required=True)
    skipped_count = Integer(required=True)
    skipped = List(Nested(SkippedOut), required=True, validate=Length(max=MOST_NAMED))
    percentage = Float(required=True)
    user = String(required=True, allow_none=True, metadata={"description": "E-mail address"})
    changes = Dict(required=True, allow_none=True)
    filter = Dict(required=True, allow_none=True)
    created_at = DateTime(required=True)
    finished_at = DateTime(required=True, allow_none=True)
    error_message = String(required=True, allow_none=True)
    rolled_back_by = String(required=True, allow_none=True, metadata={"format": "uuid"})
    undoes_batch_id = String(required=True, allow_none=True, metadata={"format": "uuid"})
    undoes_report_id = Integer(required=True, allow_none=True)
    undoes_record_id = Integer(required=True, allow_none=True)


class OneBatchOut(StatusOut):
    """A batch; `accepted` and still to be run, or as it is."""

    status = String(required=True, validate=OneOf(["success", "accepted"]))
    batch = Nested(BatchOut, required=True)


class BulkOut(StatusOut):
    """The batch that was done, or what a dry run found."""

    batch = Nested(BatchOut)
    dry_run = Boolean()
    matched = Integer()
    would_change = Integer()
    examples = List(Nested(ExampleOut), validate=Length(max=EXAMPLES))
    preview = String()


class BatchesOut(PageOut):
    """A page of batches, newest first."""

    batches = List(Nested(BatchOut), required=True)


class AuditIn(PageIn):
    """Which changes."""

    field = _plain(200, "The name of a field that changed")
    source = String(validate=OneOf(SOURCES))
    user = _plain(255, "The e-mail address of the person")
    video_id = _plain(LONGEST_ID, "The exact video id")
    report_id = Integer(validate=Range(1, LARGEST_BIGINT))
    batch_id = String(
        validate=Length(max=40), metadata={"format": "uuid", "description": "The batch's id"}
    )
    date_from = Date(metadata={"description": "On this day (UTC) or later"})
    date_to = Date(metadata={"description": "On this day (UTC) or earlier"})


class ChangeOut(RecordOut):
    """One change of one video."""

    video_id = String(required=True)
    video_title = String(required=True, allow_none=True)


class ChangesOut(PageOut):
    """A page of changes, newest first."""

    records = List(Nested(ChangeOut), required=True)
    total_is_exact = Boolean(required=True)


class LeftOut(Schema):
    """A field that kept its present value."""

    field = String(required=True, allow_none=True)
    reason = String(required=True)
    present = Raw(required=True, allow_none=True)


class RolledBackOut(StatusOut):
    """What was put back, and what was not."""

    restored = Dict(required=True, keys=String(), values=Raw(allow_none=True))
    skipped = List(Nested(LeftOut), required=True)
    record_id = Integer(required=True, allow_none=True)


class AdministeredIn(PageIn):
    """Which of the administered videos."""

    search = String(
        load_default="",
        validate=[Length(max=500), ContainsNoneOf("\0", error="NUL is not allowed.")],
        metadata={"description": "Part of a title, an id or a channel's name, in any case"},
    )


class AdministeredOut(PageOut):
    """A page of administered videos, the latest first."""

    assets = List(Nested(VideoOut), required=True)


class AdminUpdateIn(Schema):
    """What to change, by its id: a video id, an asset id or a channel's name."""

    id = String(required=True, validate=Length(1, 200))
    changes = Dict(
        keys=String(),
        values=Raw(allow_none=True),
        metadata={"description": "`{field: value}`; the fields may also stand beside the id"},
    )


class AdminUpdateOut(StatusOut):
    """What was changed: the video, the channel, or a batch for every video of an asset."""

    status = String(required=True, validate=OneOf(["success", "accepted"]))
    video = Nested(VideoWithClaimsOut)
    batch = Nested(BatchOut)
    channel = Nested(ChannelOut)
