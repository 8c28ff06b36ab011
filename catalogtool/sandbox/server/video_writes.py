"""videos.update: every mutable property of the named parts is replaced, also by nothing."""

from __future__ import annotations

import json
from typing import Any

from catalogtool.sandbox.server.facts import CATEGORY_NAMES, VideoFacts
from catalogtool.sandbox.server.messages import Answer, Request
from catalogtool.sandbox.server.parameters import parts_of
from catalogtool.sandbox.server.refusals import bad_body, forbidden, missing, not_found
from catalogtool.sandbox.server.videos import PARTS, refuse_if_told, resource
from catalogtool.sandbox.server.world import World

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_TAGS = 100, 5000, 500
_PRIVACY = ("public", "unlisted", "private")
_LICENSES = ("youtube", "creativeCommon")


def update_video(world: World, request: Request) -> Answer:
    """Fifty units; the answer has the parts that were named, as they are now."""
    parts = parts_of(request, (*PARTS, "id"))
    try:
        body = request.document()
    except (ValueError, json.JSONDecodeError) as error:
        raise bad_body("parseError", f"The body cannot be read: {error}", "body") from None
    video_id = body.get("id")
    if not isinstance(video_id, str) or not video_id:
        raise missing("id")
    facts = world.video(video_id)
    if facts is None or facts.gone:
        message = "The video that you are trying to update cannot be found."
        raise not_found("videoNotFound", message, "youtube.video")
    refuse_if_told(facts)
    values: dict[str, Any] = {}
    if "snippet" in parts:
        values |= _snippet_values(facts, _part(body, "snippet"))
    if "status" in parts:
        values |= _status_values(_part(body, "status"))
    world.write_video(video_id, values)
    changed = world.video(video_id)
    assert changed is not None
    return Answer(200, resource(world, changed, parts, (None, None)), ids=1)


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise missing(name)
    return part


def _snippet_values(facts: VideoFacts, part: dict[str, Any]) -> dict[str, Any]:
    title, tags = part.get("title"), part.get("tags") or []
    description = part.get("description") or ""
    category = part.get("categoryId")
    # What stands there already may stay, though nobody could write it today.
    if title != facts.title and not _good_title(title):
        message = "The request metadata specifies an invalid or empty video title."
        raise bad_body("invalidTitle", message, "body.snippet.title")
    if category not in CATEGORY_NAMES:
        message = "The snippet.categoryId property specifies an invalid category ID."
        raise bad_body("invalidCategoryId", message, "body.snippet.categoryId")
    if not isinstance(description, str) or len(description.encode()) > LONGEST_DESCRIPTION:
        message = "The request metadata specifies an invalid video description."
        raise bad_body("invalidDescription", message, "body.snippet.description")
    if not _good_tags(tags):
        message = "The request metadata specifies invalid video keywords."
        raise bad_body("invalidTags", message, "body.snippet.tags")
    return {
        "title": title,
        "description": description,
        "tags": tags,
        "category_id": category,
        "default_language": part.get("defaultLanguage"),
    }


def _good_title(title: object) -> bool:
    return (
        isinstance(title, str)
        and bool(title.strip())
        and len(title) <= LONGEST_TITLE
        and not set(title) & set("<>")
    )


def _good_tags(tags: object) -> bool:
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        return False
    return sum(map(len, tags)) + len(tags) <= LONGEST_TAGS


def _status_values(part: dict[str, Any]) -> dict[str, Any]:
    """What is not given falls back to what a new video would have."""
    privacy = part.get("privacyStatus", "public")
    license_ = part.get("license", "youtube")
    if privacy not in _PRIVACY:
        raise forbidden("The request attempts to set an invalid privacy setting for the video.")
    if license_ not in _LICENSES:
        message = "The request metadata is invalid."
        raise bad_body("invalidVideoMetadata", message, "body.status.license")
    return {
        "privacy_status": privacy,
        "license": license_,
        "embeddable": bool(part.get("embeddable", True)),
        "public_stats_viewable": bool(part.get("publicStatsViewable", True)),
        "made_for_kids": bool(part.get("selfDeclaredMadeForKids", False)),
    }
