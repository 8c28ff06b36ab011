"""Channels over HTTP: suggestions for everybody, the full list for administrators."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify

from catalogtool.auth.policy import needs
from catalogtool.auth.routes import admin_bp
from catalogtool.channels import queries, schemas
from catalogtool.core.db import unit_of_work

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
