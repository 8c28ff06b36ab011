"""Sending edits to YouTube over HTTP: looked at first, then asked for; and settling conflicts."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from catalogtool.auth.audit import record_audit
from catalogtool.auth.policy import needs
from catalogtool.auth.routes import the_user
from catalogtool.catalog import queries
from catalogtool.catalog import schemas as videos
from catalogtool.catalog.edits.bodies import read_object, read_switch
from catalogtool.catalog.edits.selection import parse_selection
from catalogtool.catalog.routes import videos_bp
from catalogtool.core.db import unit_of_work
from catalogtool.core.times import iso
from catalogtool.sync.push import schemas as push_schemas
from catalogtool.sync.push.conflicts import settle_conflict
from catalogtool.sync.push.preview import preview_many, preview_push
from catalogtool.sync.push.requests import request_push, request_pushes
from catalogtool.sync.queue.status import queue_position
from catalogtool.sync.requests import of_selection
from catalogtool.sync.routes import QUEUED, answer_created, answer_queued, the_settings

PUSHING = {409: "None of these edits can be sent; `details` tells of each why"}
SETTLED = {409: "There is no such conflict any more, or YouTube has another value by now"}
MANY = ("video_ids", "filter", "dry_run")


@videos_bp.post("/<video_id>/push")
@videos_bp.input(push_schemas.PushIn)
@videos_bp.output(push_schemas.PushOut)
@videos_bp.doc(responses=PUSHING)
@needs("login")
def push_one(video_id: str, json_data: dict[str, Any]) -> Response:
    """Send a video's edits to YouTube, or see what that would send"""
    fields, overwrite = json_data.get("fields"), json_data.get("overwrite", [])
    with unit_of_work() as session:
        queries.find_video_pk(session, video_id)
        if json_data["dry_run"]:
            found = preview_push(session, video_id, fields, overwrite)
            for conflict in found["conflicts"]:
                conflict["at"] = iso(conflict["at"])
            return jsonify(status="success", video_id=video_id, **found)
        task, state = request_push(session, the_user(), video_id, fields, overwrite)
        return answer_queued(task, state, queue_position(session, task.id))


@videos_bp.post("/push")
@videos_bp.input(push_schemas.PushManyIn, validation=False)
@videos_bp.output(push_schemas.PushManyOut)
@videos_bp.doc(responses=QUEUED)
@needs("admin")
def push_many(json_data: Any) -> Response:
    """Send the edits of many videos to YouTube, or see what that takes"""
    body = read_object(json_data, MANY)
    selection, dry_run = parse_selection(body), read_switch(body, "dry_run")
    with unit_of_work() as session:
        chosen = of_selection(session, selection)
        found = preview_many(session, the_settings(), chosen)
        if not dry_run:
            found["jobs_created"] = request_pushes(session, the_user(), chosen)
            told = {name: found[name] for name in ("videos", "units", "jobs_created")}
            record_audit(session, the_user(), "edits_pushed", details=told)
    return answer_created(found, dry_run=dry_run)


@videos_bp.post("/<video_id>/pending/<field>/resolve")
@videos_bp.input(push_schemas.ResolveIn)
@videos_bp.output(videos.OneOut)
@videos_bp.doc(responses=SETTLED)
@needs("login")
def resolve(video_id: str, field: str, json_data: dict[str, Any]) -> Response:
    """Settle the conflict of an edit with what YouTube holds by now"""
    with unit_of_work() as session:
        settle_conflict(session, the_user(), video_id, field, **json_data)
        return jsonify(status="success", video=queries.get_video(session, video_id))
