"""What administrators do to the queue as a whole; each leaves a line in the log of operations."""

from __future__ import annotations

from typing import Any

from flask import Response

from catalogtool.auth.audit import record_audit
from catalogtool.auth.policy import needs
from catalogtool.auth.routes import admin_bp, the_user
from catalogtool.core.db import unit_of_work
from catalogtool.sync import schemas
from catalogtool.sync.queue import control
from catalogtool.sync.requests import Wanted, of_channels, request_many
from catalogtool.sync.routes import QUEUED, answer_created, the_settings

Answer = dict[str, Any]


@admin_bp.post("/sync/all")
@admin_bp.input(schemas.AllIn)
@admin_bp.output(schemas.CreatedOut)
@admin_bp.doc(responses=QUEUED)
@needs("admin")
def sync_all(json_data: Answer) -> Response:
    """Ask YouTube for every video, or for all of some channels, or see what that takes"""
    dry_run = json_data["dry_run"]
    wanted = Wanted(priority=json_data["priority"], force_refresh=json_data["force_refresh"])
    with unit_of_work() as session:
        videos = of_channels(session, json_data.get("channels"))
        found = request_many(session, the_settings(), the_user(), videos, wanted, dry_run=dry_run)
        if not dry_run:
            asked = {**json_data, "jobs_created": found["jobs_created"]}
            record_audit(session, the_user(), "sync_all", details=asked)
    return answer_created(found, dry_run=dry_run)


@admin_bp.post("/sync/pause")
@admin_bp.output(schemas.PausedOut)
@needs("admin")
def pause() -> Answer:
    """Ask YouTube for nothing more until somebody resumes"""
    with unit_of_work() as session:
        control.pause(session, the_user().id)
        record_audit(session, the_user(), "sync_paused")
    return {"paused": True}


@admin_bp.post("/sync/resume")
@admin_bp.output(schemas.PausedOut)
@needs("admin")
def resume() -> Answer:
    """Go on with what waits"""
    with unit_of_work() as session:
        control.resume(session)
        record_audit(session, the_user(), "sync_resumed")
    return {"paused": False}


@admin_bp.post("/sync/retry-failed")
@admin_bp.input(schemas.RetryFailedIn)
@admin_bp.output(schemas.RetriedOut)
@needs("admin")
def retry_failed(json_data: Answer) -> Answer:
    """Try all failed tasks again, or all of one type"""
    with unit_of_work() as session:
        retried = control.retry_failed(session, json_data.get("task_type"))
        record_audit(session, the_user(), "sync_retried", details={**json_data, "retried": retried})
    return {"retried": retried}
