"""The catalogue over HTTP: the list, one video, its history."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify, request

from catalogtool.auth.policy import needs
from catalogtool.auth.schemas import PageIn
from catalogtool.catalog import queries, schemas
from catalogtool.catalog.history import list_history
from catalogtool.catalog.search.find import search_videos
from catalogtool.catalog.search.parameters import read_query
from catalogtool.catalog.search.request import parse_request
from catalogtool.catalog.search.schemas import SearchIn
from catalogtool.core.db import reading, unit_of_work

videos_bp = APIBlueprint("videos", __name__, url_prefix="/api/videos", tag="Videos")


# The raw query is parsed in the view: it alone shows what is repeated or not UTF-8.
@videos_bp.get("")
@videos_bp.get("/search", endpoint="search_videos")
@videos_bp.input(SearchIn, location="query", validation=False, arg_name="_")
@videos_bp.output(schemas.ListOut)
@needs("login")
def list_videos(_: Any) -> Response:
    """Find videos"""
    question = parse_request(read_query(request.query_string))
    with reading() as connection:
        answer = search_videos(connection, question, _cursor_key())
    return jsonify(status="success", **vars(answer))


@videos_bp.get("/facets")
@videos_bp.output(schemas.FacetsAnswerOut)
@needs("login")
def list_facets() -> Response:
    """What the filters can be set to"""
    with unit_of_work() as session:
        return jsonify(status="success", facets=queries.list_facets(session))


@videos_bp.get("/<video_id>")
@videos_bp.output(schemas.OneOut)
@needs("login")
def read_video(video_id: str) -> Response:
    """One video with its claims"""
    with unit_of_work() as session:
        return jsonify(status="success", video=queries.get_video(session, video_id))


@videos_bp.get("/<video_id>/history")
@videos_bp.input(PageIn, location="query")
@videos_bp.output(schemas.HistoryOut)
@needs("login")
def read_history(video_id: str, query_data: dict[str, int]) -> Response:
    """What changed in a video, newest first"""
    with unit_of_work() as session:
        return jsonify(status="success", **list_history(session, video_id, **query_data))


def _cursor_key() -> bytes:
    return str(current_app.config["SECRET_KEY"]).encode()
