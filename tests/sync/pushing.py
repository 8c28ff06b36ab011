"""A video and its asset, here and on YouTube, and a person who edits and pushes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.sync.push.push import PUSH
from catalogtool.sync.push.requests import request_push
from catalogtool.sync.queue.handler import Batch, Result, Task
from catalogtool.youtube.client import YouTube
from tests.catalog.editing import add_videos, person
from tests.sandbox.running import Sandbox
from tests.sync.pulling import ask, write

VIDEO, OTHER, THIRD = "pushed00001", "pushed00002", "pushed00003"
ASSET = "A000000000000001"
ON_VIDEO = {"title": "Old title", "category": "Music", "privacy_status": "public"}
ON_ASSET = {
    "custom_id": "old-1",
    "artist": ["Ado", "Ben"],
    "genre": ["Pop"],
    "label": "Old label",
    "upc": "4006381333931",
    "isrc": "USRC17607839",
}
MINE = {
    "title": "Song",
    "album": "Album",
    "notes": "ours alone",
    "customId": "old-1",
    "artist": ["Ado", "Ben"],
    "genre": ["Pop"],
    "label": "Old label",
    "upc": "4006381333931",
    "isrc": "USRC17607839",
}
KEPT = {"description": "About\nit", "tags": ["one", "two"], "embeddable": False}


@dataclass
class Place:
    """The sandbox, and the client that talks to it."""

    sandbox: Sandbox
    youtube: YouTube

    def push(self, *fields: str, overwrite: Sequence[str] = (), video_id: str = VIDEO) -> Result:
        """A person sends their edits (of these fields); what came of it."""
        return self.finish(self.begin(*fields, overwrite=overwrite, video_id=video_id))

    def begin(
        self, *fields: str, overwrite: Sequence[str] = (), video_id: str = VIDEO
    ) -> tuple[Batch, Any, Any]:
        """The same up to the moment at which YouTube has answered."""
        return self.ask(asked_for(*fields, overwrite=overwrite, video_id=video_id))

    def ask(self, task: Task) -> tuple[Batch, Any, Any]:
        """The task's first two steps."""
        return ask(PUSH, self.youtube, Batch(1, "metadata_push", (task,)))

    def finish(self, answered: tuple[Batch, Any, Any]) -> Result:
        """The last step."""
        (result,) = write(PUSH, [answered]).values()
        return result

    def truth(self, video_id: str = VIDEO) -> dict[str, Any]:
        """What is true of the video on YouTube."""
        return self.sandbox.truth(video_id)

    def mine(self) -> dict[str, Any]:
        """The owner's version of the asset's metadata on YouTube."""
        found: dict[str, Any] = self.sandbox.asset(ASSET)["mine"]
        return found

    def calls(self, name: str) -> int:
        """How often YouTube was asked for this."""
        counted = self.sandbox.usage()["by_method"].get(name, {})
        return int(counted.get("requests", 0))


def fill(sandbox: Sandbox) -> None:
    """One video with its asset on both sides, alike; a second video shows the same asset."""
    for video_id in (VIDEO, OTHER, THIRD):
        sandbox.change(
            video_id, title="Old title", category_id="10", privacy_status="public", **KEPT
        )
    sandbox.asset(ASSET, metadata_mine=MINE)
    add_videos(
        {"video_id": VIDEO, "asset_id": ASSET, **ON_VIDEO, **ON_ASSET},
        {"video_id": OTHER, "asset_id": ASSET, **ON_VIDEO, **ON_ASSET},
        {"video_id": THIRD, **ON_VIDEO},
    )


def asked_for(*fields: str, overwrite: Sequence[str] = (), video_id: str = VIDEO) -> Task:
    """The task of a person's wish, taken out of the queue."""
    user = person()
    with unit_of_work() as session:
        found, _ = request_push(session, user, video_id, fields or None, overwrite)
        session.execute(text("DELETE FROM processing_queue WHERE id = :id"), {"id": found.id})
        return found


def conflicts() -> dict[str, Any]:
    """The edits in conflict, with what YouTube has, by field."""
    with unit_of_work() as session:
        rows = session.execute(
            text("SELECT field, theirs FROM pending_edit WHERE theirs_at IS NOT NULL")
        )
        return {row.field: row.theirs for row in rows}


def queued(task_type: str) -> list[str]:
    """The videos for which such a task waits."""
    with unit_of_work() as session:
        query = text("SELECT video_id FROM processing_queue WHERE task_type = :type ORDER BY id")
        return list(session.scalars(query, {"type": task_type}))
