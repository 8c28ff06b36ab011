"""Shapes of the catalogue's answers, for the API's document.

The rows are made in these shapes by `search.rows` and leave as they are: dumping a hundred wide
rows through a schema would cost more than finding them. A test compares the two.
"""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf

from catalogtool.auth.schemas import PageOut, StatusOut
from catalogtool.catalog.audit_models import SOURCES
from catalogtool.catalog.models import AD_SETTINGS
from catalogtool.catalog.search.filters import POLICIES


def flag() -> String:
    """`Yes`, `No` or null, as reports tell it."""
    return String(allow_none=True, validate=OneOf(["Yes", "No"]))


def text() -> String:
    """A text or null."""
    return String(allow_none=True)


def moment() -> DateTime:
    """A time or null."""
    return DateTime(allow_none=True, metadata={"description": "ISO 8601 in UTC with `Z`"})


def changes() -> Dict:
    """`{field: [old, new]}`."""
    return Dict(
        keys=String(),
        values=List(Raw(allow_none=True), validate=Length(equal=2)),
        metadata={"description": "`{field: [old, new]}`"},
    )


AdSettingsOut = Schema.from_dict({name: flag() for name in AD_SETTINGS}, name="AdSettingsOut")


class PendingEditOut(Schema):
    """A value that a user set here and that no report or sync has confirmed yet.

    `theirs` and `theirs_at` stand there only in a conflict.
    """

    value = Raw(required=True, allow_none=True)
    by = String(required=True, allow_none=True, metadata={"description": "E-mail address"})
    at = DateTime(required=True)
    theirs = Raw(
        allow_none=True,
        metadata={"description": "What somebody made of it on YouTube after it was edited here"},
    )
    theirs_at = DateTime(metadata={"description": "When that was seen"})


class VideoOut(Schema):
    """A video; with `fields`, only what was asked for. Null means unknown."""

    id = Integer()
    video_id = String()
    title = text()
    channel_id = text()
    channel_display_name = text()
    asset_id = text()
    custom_id = text()
    artist = List(String(allow_none=True), allow_none=True)
    genre = List(String(allow_none=True), allow_none=True)
    label = text()
    upc = text()
    isrc = text()
    privacy_status = text()
    claimed_status = text()
    claimed_by_another_owner = flag()
    other_owners_claiming = text()
    embedding_allowed = flag()
    ratings_allowed = flag()
    comments_allowed = flag()
    effective_policy = text()
    policy = String(
        validate=OneOf(POLICIES), metadata={"description": "The class of `effective_policy`"}
    )
    category = text()
    video_length = Integer(allow_none=True, metadata={"description": "Seconds"})
    views = Integer(allow_none=True)
    is_short = Boolean(allow_none=True)
    is_live_stream = Boolean(allow_none=True)
    upload_source = text()
    time_published = moment()
    administered = Boolean()
    administered_at = moment()
    hidden = Boolean()
    notes = text()
    updated_at = DateTime()
    ad_settings = Nested(AdSettingsOut)
    last_synced = moment()
    last_changes = changes()
    pending_edits = Dict(keys=String(), values=Nested(PendingEditOut))


class ListOut(PageOut):
    """A page of videos and the way to its neighbours."""

    videos = List(Nested(VideoOut), required=True)
    total_is_exact = Boolean(
        required=True, metadata={"description": "False where `total` is an estimate above 10,000"}
    )
    next_cursor = String(required=True, allow_none=True)
    prev_cursor = String(required=True, allow_none=True)


class ClaimOut(Schema):
    """One claim on a video: one for each video, claim, asset and custom id."""

    id = Integer()
    claim_id = text()
    asset_id = text()
    custom_id = text()
    claim_status = text()
    claim_status_detail = text()
    claim_origin = text()
    claim_type = text()
    content_type = text()
    effective_policy = text()
    claim_policy_id = text()
    asset_policy_id = text()
    claim_policy_monetize = text()
    claim_policy_track = text()
    claim_policy_block = text()
    asset_policy_monetize = text()
    asset_policy_track = text()
    asset_policy_block = text()
    reference_id = text()
    reference_video_id = text()
    matching_duration = Integer(allow_none=True)
    longest_match = Integer(allow_none=True)
    claim_created = Date(allow_none=True)
    third_party = Boolean(
        allow_none=True, metadata={"description": "Another owner's claim; null: not known"}
    )
    missing_since = DateTime(
        allow_none=True,
        metadata={"description": "Since when YouTube has left it out of its answers"},
    )
    updated_at = DateTime()


class LooksOut(Schema):
    """When YouTube was last asked for a video; null: never."""

    looked_at = moment()
    claims_looked_at = moment()
    missing_since = DateTime(
        allow_none=True,
        metadata={"description": "Since when YouTube has left it out of its answers"},
    )


class VideoWithClaimsOut(VideoOut):
    """A video, the claims on it, and when YouTube was asked for both."""

    claims = List(Nested(ClaimOut), required=True)
    youtube = Nested(LooksOut, required=True)


class OneOut(StatusOut):
    """One video."""

    video = Nested(VideoWithClaimsOut, required=True)


class RecordOut(Schema):
    """One change of a video."""

    id = Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "For a rollback. Null for a step of the counters alone: it came from "
            "a report or from YouTube and can't be put back"
        },
    )
    sync_time = DateTime(required=True)
    changes = changes()
    source = String(required=True, validate=OneOf(SOURCES))
    user = String(required=True, allow_none=True, metadata={"description": "E-mail address"})
    report_id = Integer(required=True, allow_none=True)
    batch_id = String(required=True, allow_none=True, metadata={"format": "uuid"})


class HistoryOut(PageOut):
    """A page of a video's changes, newest first."""

    records = List(Nested(RecordOut), required=True)


class FacetsOut(Schema):
    """Values that the filters can be set to."""

    category = List(String(), required=True)
    claimed_status = List(String(), required=True)
    policy = List(String(validate=OneOf(POLICIES)), required=True)
    privacy_status = List(String(), required=True)


class FacetsAnswerOut(StatusOut):
    """The choices of the filters."""

    facets = Nested(FacetsOut, required=True)
