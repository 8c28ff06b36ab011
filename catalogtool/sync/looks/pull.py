"""metadata_sync: what videos.list says of some videos, brought into the catalogue.

A video that the answer leaves out is marked and otherwise left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from catalogtool.catalog.looks.videos import Changes, look_at_videos
from catalogtool.sync.looks import channel_looks
from catalogtool.sync.looks.pull_values import Stored, missing_video, stored_video
from catalogtool.sync.queue.handler import Batch, Fetched, Handler, Result
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.facts import ChannelFacts, Listing, VideoFacts

# What YouTube says of the file behind a video; these two need no word.
USUAL = ("uploaded", "processed")


@dataclass(frozen=True)
class Asked:
    """The videos to ask for, and the channels whose figures have grown old."""

    video_ids: list[str]
    channel_ids: list[str]


@dataclass(frozen=True)
class Answer:
    """What YouTube said, and when it was asked."""

    at: datetime
    videos: Listing[VideoFacts]
    channels: Listing[ChannelFacts] | None = None


def prepare(session: Session, batch: Batch) -> Asked:
    """Each video once, and the channels that are due by now."""
    video_ids = list(dict.fromkeys(task.video_id for task in batch.tasks))
    return Asked(video_ids, channel_looks.due_with(session, batch.lease_id, video_ids))


def fetch(youtube: YouTube, asked: Asked) -> Answer:
    """One call for up to 50 videos, and now and then one for 50 channels."""
    at = datetime.now(UTC)
    videos = youtube.videos(asked.video_ids)
    return Answer(at, videos, channel_looks.fetch(youtube, asked.channel_ids))


def apply(session: Session, fetched: Sequence[Fetched]) -> dict[int, Result]:
    """All answers in one go; a result for each task."""
    answers: list[Answer] = [answer for _, _, answer in fetched]
    rows = {row["video_id"]: row for row in _rows(answers)}
    changed = look_at_videos(session, list(rows.values()))
    for answer in answers:
        channel_looks.apply(session, answer.channels, answer.at)
    return {
        task.id: _result(task.id, task.video_id, answer, changed)
        for batch, _, answer in fetched
        for task in batch.tasks
    }


def _rows(answers: Sequence[Answer]) -> list[Stored]:
    """The rows to look at, the oldest answers first, so that the latest word on a video counts."""
    return [
        row
        for answer in sorted(answers, key=lambda answer: answer.at)
        for row in (
            *(stored_video(facts, answer.at) for facts in answer.videos.found.values()),
            *(missing_video(video_id, answer.at) for video_id in answer.videos.missing),
        )
    ]


def _result(task_id: int, video_id: str, answer: Answer, changed: Mapping[str, Changes]) -> Result:
    changes = changed.get(video_id, {})
    facts = answer.videos.found.get(video_id)
    told: dict[str, Any] = {"found": facts is not None}
    if changes or facts is not None:
        told["changes"] = changes
    if facts is not None and facts.upload_status not in (None, *USUAL):
        told["upload_status"] = facts.upload_status
        if facts.rejection_reason:
            told["rejection_reason"] = facts.rejection_reason
    return Result(task_id, result=told, changed=bool(changes))


HANDLER = Handler(prepare, fetch, apply)
