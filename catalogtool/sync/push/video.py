"""Edits of a video's own fields: read, compared, and written back whole.

An update overwrites everything that a part may hold, so that each part goes back as it was read,
with only the edited values changed.
"""

from __future__ import annotations

from typing import Any

from catalogtool.sync.push.answer import Asked, Told
from catalogtool.sync.push.compare import Verdict, Wish, judge, same
from catalogtool.sync.push.fields import PARTS
from catalogtool.youtube.categories import category_id
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import BrokenAnswer
from catalogtool.youtube.facts import VideoFacts
from catalogtool.youtube.reading.videos import video_facts

GONE = "YouTube does not know this video, or not any more"
KEPT = "YouTube took it and then showed another value"

_PROPERTIES = {"title": "title", "category": "categoryId", "privacy_status": "privacyStatus"}
# What an update may not set, and need not hear again.
_READ_ONLY = {
    "snippet": {
        "publishedAt",
        "channelId",
        "channelTitle",
        "thumbnails",
        "liveBroadcastContent",
        "localized",
    },
    "status": {"uploadStatus", "failureReason", "rejectionReason", "madeForKids"},
}


def push_video(youtube: YouTube, asked: Asked, told: Told) -> None:
    """Send what is wanted of the video; the errors of `youtube.errors` as they come."""
    wishes = list(asked.on_video)
    resource = youtube.video_resource(asked.video_id, _parts(wishes))
    facts = video_facts(resource) if resource else None
    if resource is None or facts is None:
        told.refuse(wishes, GONE)
        return
    _check(resource, _parts(wishes))
    to_write = [wish for wish in wishes if _is_to_write(wish, facts, told)]
    if not to_write:
        return
    parts = _parts(to_write)
    answer = youtube.update_video(_body(resource, to_write), parts)
    for wish in to_write:
        present = _shown(answer, wish.field)
        if present is None or same(wish.field, present, wish.value):
            told.sent[wish.field] = [_shown(facts, wish.field), wish.value]
        else:
            told.refuse([wish], KEPT)


def _parts(wishes: list[Wish]) -> list[str]:
    return sorted({PARTS[wish.field] for wish in wishes})


def _check(resource: dict[str, Any], parts: list[str]) -> None:
    """What is not read whole must not be written."""
    for part in parts:
        if not isinstance(resource.get(part), dict):
            raise BrokenAnswer(f"YouTube's answer holds no {part}.", reason="missing_part")


def _is_to_write(wish: Wish, facts: VideoFacts, told: Told) -> bool:
    present = _shown(facts, wish.field)
    verdict = judge(wish, [present])
    if verdict is Verdict.SAME:
        told.confirmed.append(wish.field)
    elif verdict is Verdict.CONFLICT:
        told.conflicts[wish.field] = present
    return verdict is Verdict.WRITE


def _shown(facts: VideoFacts, field: str) -> str | None:
    """The value in the catalogue's words; a category without a name by its number."""
    if field == "category":
        return facts.category or facts.category_id
    value: str | None = getattr(facts, field)
    return value


def _body(resource: dict[str, Any], wishes: list[Wish]) -> dict[str, Any]:
    body: dict[str, Any] = {"id": resource["id"]}
    for part in _parts(wishes):
        body[part] = {k: v for k, v in resource[part].items() if k not in _READ_ONLY[part]}
    for wish in wishes:
        value = category_id(wish.value) if wish.field == "category" else wish.value
        body[PARTS[wish.field]][_PROPERTIES[wish.field]] = value
        if wish.field == "privacy_status" and wish.value != "private":
            # Only a private video can have a time at which it becomes public.
            body["status"].pop("publishAt", None)
    return body
