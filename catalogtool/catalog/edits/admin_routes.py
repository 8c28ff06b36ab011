"""Edits that administrators make by the id of a thing, whatever kind of thing it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify

from catalogtool.auth.policy import needs
from catalogtool.auth.routes import admin_bp, the_user
from catalogtool.catalog import queries
from catalogtool.catalog.edits import batches, schemas
from catalogtool.catalog.edits.administered import list_administered
from catalogtool.catalog.edits.bodies import read_object
from catalogtool.catalog.edits.bulk import edit_many
from catalogtool.catalog.edits.changes import parse_changes
from catalogtool.catalog.edits.routes import ACCEPTED, answer_batch
from catalogtool.catalog.edits.selection import parse_asset
from catalogtool.catalog.edits.single import update_video
from catalogtool.catalog.search.parameters import check_text, refuse
from catalogtool.channels.queries import channel_view, count_videos
from catalogtool.channels.service import update_channel
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import NotFoundError


@admin_bp.get("/administered")
@admin_bp.input(schemas.AdministeredIn, location="query")
@admin_bp.output(schemas.AdministeredOut)
@needs("admin")
def read_administered(query_data: dict[str, Any]) -> Response:
    """The videos that are administered here"""
    with unit_of_work() as session:
        return jsonify(status="success", **list_administered(session, **query_data))


@admin_bp.post("/<asset_type>/update")
@admin_bp.input(schemas.AdminUpdateIn, validation=False)
@admin_bp.output(schemas.AdminUpdateOut)
@admin_bp.doc(responses=ACCEPTED)
@needs("admin")
def update_thing(asset_type: str, json_data: Any) -> Response:
    """Edit a video, every video of an asset, or a channel"""
    if asset_type not in KINDS:
        raise NotFoundError(details={"field": "asset_type", "allowed": sorted(KINDS)})
    body = dict(read_object(json_data))
    if "id" not in body:
        refuse("id", "must name what is to be changed")
    key = check_text("id", body.pop("id"))
    # The changes stand by themselves or beside the id.
    given = body["changes"] if set(body) == {"changes"} else body
    return KINDS[asset_type](key, given)


def _video(video_id: str, given: Any) -> Response:
    changes = parse_changes(given)
    with unit_of_work() as session:
        update_video(session, the_user(), video_id, changes, None)
        return jsonify(status="success", video=queries.get_video(session, video_id))


def _asset(asset_id: str, given: Any) -> Response:
    changes = parse_changes(given)
    if not changes:
        refuse("changes", "must name at least one field")
    with unit_of_work() as session:
        batch = edit_many(session, the_user(), parse_asset(asset_id), changes)
        if not batch.matched:
            raise NotFoundError("No video shows this asset.", {"id": asset_id})
        return answer_batch(batches.describe(session, batch.id))


def _channel(name: str, given: Any) -> Response:
    with unit_of_work() as session:
        channel = update_channel(session, name, read_object(given), user=the_user())
        videos = count_videos(session, [channel.name]).get(channel.name, 0)
        return jsonify(status="success", channel=channel_view(channel, videos))


KINDS: dict[str, Callable[[str, Any], Response]] = {
    "video": _video,
    "asset": _asset,
    "channel": _channel,
}
