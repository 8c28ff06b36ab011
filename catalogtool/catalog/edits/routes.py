"""Edits over HTTP: one video, many videos, and the end of one."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, jsonify

from catalogtool.auth.policy import needs
from catalogtool.auth.routes import the_user
from catalogtool.auth.schemas import StatusOut
from catalogtool.catalog import queries
from catalogtool.catalog import schemas as videos
from catalogtool.catalog.edits import batches, schemas
from catalogtool.catalog.edits.bodies import read_object, read_switch
from catalogtool.catalog.edits.bulk import edit_many
from catalogtool.catalog.edits.changes import Changes, parse_changes
from catalogtool.catalog.edits.models import OPEN
from catalogtool.catalog.edits.preview import preview_edit, read_sign
from catalogtool.catalog.edits.selection import Selection, parse_selection
from catalogtool.catalog.edits.single import delete_video, parse_expected, update_video
from catalogtool.catalog.routes import videos_bp
from catalogtool.catalog.search.parameters import refuse
from catalogtool.core.db import unit_of_work

ACCEPTED = {202: "More than 1,000 videos: a worker does it, and the batch tells how far it is"}
BULK = ("video_ids", "filter", "changes", "dry_run", "preview")


# Bodies are parsed in the views: their rules depend on the field, and a refusal names it.
@videos_bp.post("/<video_id>/update")
@videos_bp.input(schemas.EditIn, validation=False)
@videos_bp.output(videos.OneOut)
@videos_bp.doc(responses={409: "It changed since `expected_updated_at`; `details` tells what"})
@needs("login")
def update_one(video_id: str, json_data: Any) -> Response:
    """Edit a video"""
    body = dict(read_object(json_data))
    expected = parse_expected(body.pop("expected_updated_at", None))
    changes = parse_changes(body, only_set=True)
    with unit_of_work() as session:
        update_video(session, the_user(), video_id, changes, expected)
        return jsonify(status="success", video=queries.get_video(session, video_id))


@videos_bp.post("/bulk-update")
@videos_bp.input(schemas.BulkIn, validation=False)
@videos_bp.output(schemas.BulkOut)
@videos_bp.doc(responses=ACCEPTED)
@needs("login")
def bulk_update(json_data: Any) -> Response:
    """Edit many videos, or see what such an edit would do"""
    body = read_object(json_data, BULK)
    changes = parse_changes(body.get("changes"))
    if not changes:
        refuse("changes", "must name at least one field")
    selection = parse_selection(body)
    if read_switch(body, "dry_run"):
        return _preview(selection, changes)
    snapshot = None
    if body.get("preview") is not None:
        snapshot = read_sign(body["preview"], selection, changes, secret_key())
    with unit_of_work() as session:
        batch = edit_many(session, the_user(), selection, changes, snapshot)
        return answer_batch(batches.describe(session, batch.id))


@videos_bp.delete("/<video_id>")
@videos_bp.output(StatusOut)
@needs("admin")
def delete_one(video_id: str) -> Response:
    """Remove a video with its claims and its history"""
    with unit_of_work() as session:
        delete_video(session, the_user(), video_id)
    return jsonify(status="success")


def answer_batch(batch: dict[str, Any]) -> Response:
    """A batch that is done, or one that a worker will do."""
    if batch["status"] not in OPEN:
        return jsonify(status="success", batch=batch)
    response = jsonify(status="accepted", batch=batch)
    response.status_code = 202
    return response


def secret_key() -> bytes:
    """What previews are signed with."""
    return str(current_app.config["SECRET_KEY"]).encode()


def _preview(selection: Selection, changes: Changes) -> Response:
    with unit_of_work() as session:
        found = preview_edit(session, selection, changes, secret_key())
    return jsonify(status="success", dry_run=True, **vars(found))
