"""Channels over HTTP: suggestions for everybody, the full list for administrators."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from sqlalchemy.orm import Session

from catalogtool.auth.policy import needs
from catalogtool.auth.routes import admin_bp, the_user
from catalogtool.channels import queries, schemas, service
from catalogtool.channels.models import Channel
from catalogtool.core.db import unit_of_work

Answer = dict[str, Any]
channels_bp = APIBlueprint("channels", __name__, url_prefix="/api/channels", tag="Channels")


@channels_bp.get("")
@channels_bp.input(schemas.SuggestionsIn, location="query")
@channels_bp.output(schemas.SuggestionsOut)
@needs("login")
def suggest_channels(query_data: dict[str, Any]) -> Response:
    """Channels whose name holds a text"""
    with unit_of_work() as session:
        return jsonify(status="success", channels=queries.suggest_channels(session, **query_data))


@admin_bp.get("/channels")
@admin_bp.input(schemas.ChannelsIn, location="query")
@admin_bp.output(schemas.ChannelsOut)
@needs("admin")
def list_channels(query_data: dict[str, Any]) -> Response:
    """All channels, with the number of their videos"""
    with unit_of_work() as session:
        return jsonify(status="success", **queries.list_channels(session, **query_data))


# A name may hold slashes, one after the other as well.
@admin_bp.post("/channels/<path:name>/update", merge_slashes=False)
@admin_bp.input(schemas.ChannelChangeIn)
@admin_bp.output(schemas.OneChannelOut)
@needs("admin")
def update_channel(name: str, json_data: Answer) -> Response:
    """Change a channel; a new name is the name of its videos as well"""
    with unit_of_work() as session:
        return _one(session, service.update_channel(session, name, json_data, user=the_user()))


@admin_bp.post("/channels/<path:name>/hide", merge_slashes=False)
@admin_bp.input(schemas.HiddenIn)
@admin_bp.output(schemas.OneChannelOut)
@needs("admin")
def hide_channel(name: str, json_data: Answer) -> Response:
    """Keep a channel and its videos out of lists, or show them again"""
    hidden = json_data["hidden"]
    with unit_of_work() as session:
        return _one(session, service.hide_channel(session, name, hidden, user=the_user()))


def _one(session: Session, channel: Channel) -> Response:
    counts = queries.count_videos(session, [channel.name])
    view = queries.channel_view(channel, counts.get(channel.name, 0))
    return jsonify(status="success", channel=view)
