"""People's edits that are on their way to YouTube while everything goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from catalogtool.auth.models import User
from catalogtool.catalog.edits.changes import parse_changes
from catalogtool.catalog.edits.single import update_video
from catalogtool.core import db
from catalogtool.sync.push.requests import request_push
from syncing.playing import Playing

SOMEBODY = """INSERT INTO "user" (id, email, fs_uniquifier) OVERRIDING SYSTEM VALUE
    VALUES (1, 'ann@example.com', 'ann') ON CONFLICT DO NOTHING"""
CANDIDATES = "SELECT video_id, title, privacy_status FROM video ORDER BY hashtext(video_id) DESC"
PUSHES = """SELECT q.video_id, q.status, q.error_message, q.result,
    EXISTS (SELECT FROM pending_edit p WHERE p.video_id = q.video_id AND p.field = 'title')
    FROM processing_queue q WHERE q.task_type = 'metadata_push'"""


@dataclass(frozen=True)
class Pushes:
    """New titles by video id, and all else that was true of these videos before."""

    titles: dict[str, str]
    before: dict[str, dict[str, Any]]


def push_titles(url: str, sandbox: Playing, videos: int) -> Pushes:
    """Edit the titles of so many videos that are as they were, and ask for their being sent."""
    with psycopg.connect(url) as connection:
        connection.execute(SOMEBODY)
        rows = connection.execute(CANDIDATES).fetchall()
    truths = sandbox.truths([row[0] for row in rows])
    same = [
        video_id
        for video_id, title, privacy in rows
        if not truths[video_id]["gone"]
        and (truths[video_id]["title"], truths[video_id]["privacy_status"]) == (title, privacy)
    ]
    titles = {video_id: f"Edited {number}" for number, video_id in enumerate(same[:videos])}
    engine = db.connect(url)
    for video_id, title in titles.items():
        with db.unit_of_work() as session:
            user = session.get_one(User, 1)
            update_video(session, user, video_id, parse_changes({"title": title}), None)
            request_push(session, user, video_id, None, [])
    engine.dispose()
    return Pushes(titles, {video_id: _besides(truths[video_id]) for video_id in titles})


def wrong_pushes(url: str, sandbox: Playing, pushes: Pushes) -> list[str]:
    """A line for each edit that is neither at YouTube and settled, nor failed and still pending."""
    truths = sandbox.truths(list(pushes.titles))
    with psycopg.connect(url) as connection:
        ends = {row[0]: row[1:] for row in connection.execute(PUSHES)}
    wrong = []
    for video_id, title in pushes.titles.items():
        status, error, result, pending = ends[video_id]
        there = truths[video_id]["title"] == title
        settled = status == "completed" and there and not pending
        if not settled and not (status == "failed" and pending):
            wrong.append(f"{video_id}: push {status}, there {there}, {pending}: {result} {error}")
        if pushes.before[video_id] != _besides(truths[video_id]):
            wrong.append(f"{video_id}: the push changed more than the title: {truths[video_id]}")
    return wrong


def _besides(truth: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in truth.items() if name != "title"}
