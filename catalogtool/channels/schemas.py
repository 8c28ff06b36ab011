"""Shapes of the channels' routes."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Integer, List, Nested, String
from apiflask.validators import ContainsNoneOf, Length, OneOf, Range, Regexp

from catalogtool.auth.schemas import PageIn, PageOut, StatusOut
from catalogtool.channels.changes import HTTPS_URL, LONGEST_DESCRIPTION, LONGEST_URL
from catalogtool.channels.countries import COUNTRIES
from catalogtool.channels.models import NAME_LENGTH


def search_text() -> String:
    """A part of a channel's name; a NUL character is something that no name can hold."""
    return String(
        load_default="",
        validate=[Length(max=NAME_LENGTH), ContainsNoneOf("\0", error="NUL is not allowed.")],
        metadata={"description": "Part of the name, in any case, literally"},
    )


class ChannelsIn(PageIn):
    """Which channels."""

    search = search_text()
    monetization = String(validate=OneOf(("monetizing", "not_monetizing")))


class ChannelOut(Schema):
    """A channel; null means unknown."""

    id = Integer(required=True)
    channel_id = String(required=True, allow_none=True)
    name = String(required=True)
    image_url = String(required=True, allow_none=True)
    subscriber_count = Integer(required=True, allow_none=True)
    video_count = Integer(required=True, metadata={"description": "Its videos in the catalogue"})
    youtube_video_count = Integer(required=True, allow_none=True)
    view_count = Integer(required=True, allow_none=True)
    description = String(required=True, allow_none=True)
    country = String(required=True, allow_none=True)
    is_monetized = Boolean(required=True, allow_none=True)
    hidden = Boolean(required=True)
    updated_at = DateTime(required=True)


class ChannelsOut(PageOut):
    """A page of channels, by name."""

    channels = List(Nested(ChannelOut), required=True)


class ChannelChangeIn(Schema):
    """What to change; null means unknown."""

    new_name = String(
        validate=[Length(1, NAME_LENGTH), Regexp(r"^[\s\S]*\S", error="Must not be empty.")],
        metadata={"description": "Its videos follow; no other channel may have it"},
    )
    description = String(allow_none=True, validate=Length(max=LONGEST_DESCRIPTION))
    image_url = String(
        allow_none=True,
        validate=[Length(max=LONGEST_URL), Regexp(HTTPS_URL, error="Must be an https:// address.")],
        metadata={"description": "For browsers; the server never asks for it"},
    )
    country = String(
        allow_none=True,
        validate=OneOf(sorted(COUNTRIES)),
        metadata={"description": "ISO 3166-1, two letters"},
    )
    is_monetized = Boolean(allow_none=True)


class HiddenIn(Schema):
    """Whether the channel and its videos stay out of lists."""

    hidden = Boolean(required=True)


class OneChannelOut(StatusOut):
    """The channel as it is now."""

    channel = Nested(ChannelOut, required=True)


class SuggestionsIn(Schema):
    """What was typed so far."""

    search = search_text()
    per_page = Integer(load_default=20, validate=Range(1, 100))


class SuggestionOut(Schema):
    """A channel that can be meant."""

    name = String(required=True)
    hidden = Boolean(required=True)


class SuggestionsOut(StatusOut):
    """Channels that can be meant, the likeliest first."""

    channels = List(Nested(SuggestionOut), required=True)
