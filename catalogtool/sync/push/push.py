"""metadata_push: edits that people asked for go to YouTube, each read again right before.

A worker that dies between the write and the note leaves no harm: who takes the task up reads first,
finds the value there, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogtool.catalog.models import Asset
from catalogtool.sync.push.answer import Asked, Told
from catalogtool.sync.push.apply import apply
from catalogtool.sync.push.asset import push_asset
from catalogtool.sync.push.compare import NOTHING, Wish
from catalogtool.sync.push.fields import ASSET, VIDEO
from catalogtool.sync.push.payload import is_asked_for
from catalogtool.sync.push.preview import Edit, read_edits
from catalogtool.sync.push.video import push_video
from catalogtool.sync.queue.handler import Batch, Handler, Task
from catalogtool.sync.running.failures import ABOUT_OUR_ACCESS
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import BadRequest, NotFound, Refused

SINCE = "It was edited again after this was asked for"


def prepare(session: Session, batch: Batch) -> list[Asked]:
    """What each task is to send."""
    edits = read_edits(session, [task.video_id for task in batch.tasks])
    return [
        _asked(session, task, [edit for edit in edits if edit.video_id == task.video_id])
        for task in batch.tasks
    ]


def fetch(youtube: YouTube, asked: Sequence[Asked]) -> list[Told]:
    """Read and write; what YouTube refuses of one target does not keep the other from going."""
    return [_push(youtube, one) for one in asked]


def _asked(session: Session, task: Task, edits: Sequence[Edit]) -> Asked:
    wanted, not_sent = [], {}
    for edit in edits:
        if not is_asked_for(task.payload, edit.field, edit.edited_at):
            if edit.field in task.payload.get("fields", {}):
                not_sent[edit.field] = SINCE
        elif edit.reason is not None:
            not_sent[edit.field] = edit.reason
        else:
            wanted.append(edit)
    asset_id = edits[0].asset_id if edits else None
    asset = select(Asset.artist).where(Asset.asset_id == asset_id)
    return Asked(
        task.video_id,
        on_video=_wishes(task, wanted, VIDEO),
        on_asset=_wishes(task, wanted, ASSET),
        asset_id=asset_id,
        artist=tuple(session.scalar(asset) or ()),
        not_sent=not_sent,
    )


def _wishes(task: Task, edits: Sequence[Edit], target: str) -> tuple[Wish, ...]:
    seen = task.payload.get("overwrite", {})
    return tuple(
        Wish(edit.field, edit.value, edit.base, seen.get(edit.field, NOTHING))
        for edit in edits
        if edit.target == target
    )


def _push(youtube: YouTube, asked: Asked) -> Told:
    told = Told()
    for wishes, send in ((asked.on_video, push_video), (asked.on_asset, push_asset)):
        if not wishes:
            continue
        try:
            send(youtube, asked, told)
        except (Refused, BadRequest, NotFound) as error:
            if error.reason in ABOUT_OUR_ACCESS:
                raise
            left = told.settled | told.conflicts.keys() | told.refused.keys()
            told.refuse([wish for wish in wishes if wish.field not in left], error.message)
    return told


PUSH = Handler(prepare, fetch, apply)
