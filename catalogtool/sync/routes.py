"""The queue over HTTP: what stands in it, one video's turn, and what became of a task."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify

from catalogtool.auth.policy import needs
from catalogtool.auth.routes import the_user
from catalogtool.catalog.edits.bodies import read_object, read_switch
from catalogtool.catalog.edits.selection import parse_selection
from catalogtool.catalog.queries import find_video_pk
from catalogtool.catalog.routes import videos_bp
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.sync import queries, schemas
from catalogtool.sync.overview import describe_sync
from catalogtool.sync.queue import control
from catalogtool.sync.queue.enqueue import PERSON_PRIORITY, PRIORITY, State, enqueue_video
from catalogtool.sync.queue.handler import Task
from catalogtool.sync.queue.status import queue_position
from catalogtool.sync.requests import PULLS, Wanted, of_selection, one_of, request_many

sync_bp = APIBlueprint("sync", __name__, url_prefix="/api", tag="YouTube")

Answer = dict[str, Any]
RUNNING: dict[int | str, Any] = {202: "It is being done already, by this task"}
QUEUED: dict[int | str, Any] = {202: "Queued; with `dry_run` it would be 200"}
MANY = ("video_ids", "filter", "task_type", "priority", "force_refresh", "dry_run")


def the_settings() -> Settings:
    """The settings of this application."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@videos_bp.post("/<video_id>/sync")
@videos_bp.input(schemas.SyncIn)
@videos_bp.output(schemas.QueuedOut)
@videos_bp.doc(responses=RUNNING)
@needs("login")
def sync_one(video_id: str, json_data: Answer) -> Response:
    """Ask YouTube for a video as it is now"""
    with unit_of_work() as session:
        find_video_pk(session, video_id)
        task, state = enqueue_video(
            session,
            video_id,
            json_data["task_type"],
            user_id=the_user().id,
            payload={"single": True},
        )
        return answer_queued(task, state, queue_position(session, task.id))


@videos_bp.post("/sync")
@videos_bp.input(schemas.ManyIn, validation=False)
@videos_bp.output(schemas.CreatedOut)
@videos_bp.doc(responses=QUEUED)
@needs("login")
def sync_many(json_data: Any) -> Response:
    """Ask YouTube for many videos, or see what that takes"""
    body = read_object(json_data, MANY)
    selection = parse_selection(body)
    wanted = Wanted(
        one_of(body, "task_type", PULLS, PULLS[0]),
        one_of(body, "priority", list(PRIORITY), "normal"),
        read_switch(body, "force_refresh"),
    )
    dry_run = read_switch(body, "dry_run")
    with unit_of_work() as session:
        videos = of_selection(session, selection)
        found = request_many(session, the_settings(), the_user(), videos, wanted, dry_run=dry_run)
    return answer_created(found, dry_run=dry_run)


@sync_bp.get("/sync/status")
@sync_bp.output(schemas.SyncStatusOut)
@needs("login")
def sync_status() -> Answer:
    """What is being done, what waits, and for what"""
    with unit_of_work() as session:
        return describe_sync(session, the_settings())


@sync_bp.get("/sync/tasks")
@sync_bp.input(schemas.TasksIn, location="query")
@sync_bp.output(schemas.TasksOut)
@needs("login")
def list_tasks(query_data: Answer) -> Answer:
    """Tasks that wait, run and have ended, newest first"""
    page, per_page = query_data.pop("page"), query_data.pop("per_page")
    with unit_of_work() as session:
        return queries.list_tasks(session, queries.Wanted(**query_data), page, per_page)


@sync_bp.post("/sync/tasks/<int:task_id>/retry")
@sync_bp.output(schemas.OneTaskOut)
@sync_bp.doc(responses={409: "It has not failed"})
@needs("login")
def retry_task(task_id: int) -> Answer:
    """Try a failed task again; the answer is the task that will do it"""
    with unit_of_work() as session:
        again = control.retry_task(session, task_id, priority=PERSON_PRIORITY)
        return {"task": queries.get_task(session, again)}


@sync_bp.post("/sync/tasks/<int:task_id>/cancel")
@sync_bp.output(schemas.OneTaskOut)
@sync_bp.doc(responses={409: "It does not wait any longer"})
@needs("login")
def cancel_task(task_id: int) -> Answer:
    """Take a waiting task away; the answer is the task as it was"""
    with unit_of_work() as session:
        task = queries.get_task(session, task_id)
        control.cancel_task(session, task_id)
        return {"task": task}


def answer_queued(task: Task, state: State, position: int) -> Response:
    """200 for a task that waits, 202 for one that runs already."""
    running = state == "running"
    response = jsonify(
        status="accepted" if running else "success",
        task_id=task.id,
        video_id=task.video_id,
        queue_position=position,
    )
    response.status_code = 202 if running else 200
    return response


def answer_created(found: Answer, *, dry_run: bool) -> Response:
    """202 for what was queued, 200 for what would be."""
    response = jsonify(status="success" if dry_run else "accepted", **found)
    response.status_code = 200 if dry_run else 202
    return response
