"""videos.list: a resource for each id that exists, put together from the parts asked for."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from catalogtool.sandbox.server.facts import VideoFacts
from catalogtool.sandbox.server.messages import Answer, Request, encoded
from catalogtool.sandbox.server.parameters import needed_ids, parts_of, unknown_filter
from catalogtool.sandbox.server.refusals import Refusal, forbidden, invalid
from catalogtool.sandbox.server.world import World

Part = dict[str, Any]
OWNER_PARTS = ("fileDetails", "processingDetails", "suggestions")


def list_videos(world: World, request: Request) -> Answer:
    """One unit, whatever the parts and however many ids."""
    parts = parts_of(request, (*PARTS, "id", "player", *OWNER_PARTS))
    owner = request.text("onBehalfOfContentOwner")
    if not owner and any(part in OWNER_PARTS for part in parts):
        raise forbidden("The request cannot access user rating or owner-only information.")
    if not any(name in request.query for name in ("id", "chart", "myRating")):
        raise unknown_filter()
    ids = needed_ids(request)
    box = _box(request) if "player" in parts else (None, None)
    items = []
    for video_id in ids:
        facts = world.video(video_id)
        if facts is not None and not facts.gone:
            refuse_if_told(facts)
            if not request.forgetful or not _forgotten(request, video_id):
                items.append(resource(world, facts, parts, box))
    count = len(items)
    body = b",".join(items)
    etag = blake2b(body, digest_size=15).hexdigest().encode()
    head = b'{"kind":"youtube#videoListResponse","etag":"%s","items":[' % etag
    tail = b'],"pageInfo":{"totalResults":%d,"resultsPerPage":%d}}' % (count, count)
    return Answer(200, head + body + tail, ids=len(ids))


def resource(
    world: World, facts: VideoFacts, parts: list[str], box: tuple[int | None, int | None]
) -> bytes:
    """One video as JSON."""
    pieces = [b'{"kind":"youtube#video","etag":"%s","id":"%s"' % (_etag(facts), _id(facts))]
    known = world.pieces(facts.video_id)
    for part in parts:
        if part == "player":
            pieces.append(b'"player":' + encoded(_player(facts, *box)))
        elif part != "id":
            if part not in known:
                value = PARTS[part](facts)
                known[part] = b"" if value is None else b'"%s":%s' % (part.encode(), encoded(value))
            if known[part]:
                pieces.append(known[part])
    return b",".join(pieces) + b"}"


def refuse_if_told(facts: VideoFacts) -> None:
    """Refuse a request that names a video for which a test has asked that."""
    if facts.refuse == "forbidden":
        raise forbidden(f"The request cannot access video {facts.video_id}.")
    if facts.refuse:
        raise Refusal(400, facts.refuse, f"The video {facts.video_id} cannot be served.")


def duration(seconds: int | None) -> str:
    """ISO 8601 as YouTube writes it: PT4M13S, P1DT2H, and P0D for a broadcast."""
    if not seconds:
        return "P0D"
    days, rest = divmod(seconds, 86400)
    parts = ((rest // 3600, "H"), (rest // 60 % 60, "M"), (rest % 60, "S"))
    time = "".join(f"{number}{unit}" for number, unit in parts if number)
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


def _forgotten(request: Request, video_id: str) -> bool:
    """About every third item, others in each request."""
    digest = blake2b(f"{request.number}:{video_id}".encode(), digest_size=2).digest()
    if digest[0] % 3:
        return False
    request.left_out.add(video_id)
    return True


def _id(facts: VideoFacts) -> bytes:
    return encoded(facts.video_id)[1:-1]


def _etag(facts: VideoFacts) -> bytes:
    return blake2b(f"{facts.video_id}{facts.views}".encode(), digest_size=15).hexdigest().encode()


def _snippet(facts: VideoFacts) -> Part:
    picture = f"https://i.ytimg.com/vi/{facts.video_id}"
    sizes = (("default", 120, 90), ("medium", 320, 180), ("high", 480, 360))
    part: Part = {
        "publishedAt": facts.published_at,
        "channelId": facts.channel_id,
        "title": facts.title,
        "description": facts.description,
        "thumbnails": {
            name: {"url": f"{picture}/{name}.jpg", "width": width, "height": height}
            for name, width, height in sizes
        },
        "channelTitle": facts.channel_title,
        "categoryId": facts.category_id,
        "liveBroadcastContent": facts.live_state
        if facts.live_state in ("live", "upcoming")
        else "none",
        "localized": {"title": facts.title, "description": facts.description},
    }
    if facts.tags:
        part["tags"] = facts.tags
    if facts.default_language:
        part["defaultLanguage"] = facts.default_language
    return part


def _content_details(facts: VideoFacts) -> Part:
    return {
        "duration": duration(facts.length),
        "dimension": "2d",
        "definition": "hd",
        "caption": "false",
        "licensedContent": True,
        "contentRating": {},
        "projection": "rectangular",
    }


def _status(facts: VideoFacts) -> Part:
    part: Part = {
        "uploadStatus": facts.upload_status,
        "privacyStatus": facts.privacy_status,
        "license": facts.license,
        "embeddable": facts.embeddable,
        "publicStatsViewable": facts.public_stats_viewable,
        "madeForKids": facts.made_for_kids,
    }
    if facts.rejection_reason:
        part["rejectionReason"] = facts.rejection_reason
    return part


def _statistics(facts: VideoFacts) -> Part:
    counts = {
        "viewCount": facts.views,
        "likeCount": facts.likes,
        "favoriteCount": 0,
        "commentCount": facts.comments,
    }
    return {name: str(count) for name, count in counts.items() if count is not None}


def _live(facts: VideoFacts) -> Part | None:
    if facts.live_state == "none":
        return None
    part = {"scheduledStartTime": facts.published_at}
    if facts.live_state != "upcoming":
        part["actualStartTime"] = facts.published_at
    if facts.live_state == "completed":
        part["actualEndTime"] = facts.published_at
    return part


def _file_details(facts: VideoFacts) -> Part:
    stream = {
        "widthPixels": facts.width,
        "heightPixels": facts.height,
        "aspectRatio": facts.width / facts.height,
    }
    return {
        "fileType": "video",
        "durationMs": str(1000 * (facts.length or 0)),
        "videoStreams": [stream],
    }


def _player(facts: VideoFacts, most_wide: int | None, most_high: int | None) -> Part:
    """The size of the player is told only to those who say what room they have."""
    source = f"//www.youtube.com/embed/{facts.video_id}"
    part: Part = {"embedHtml": f'<iframe src="{source}"></iframe>'}
    if most_wide or most_high:
        wide = (most_wide or 10**6) / facts.width
        high = (most_high or 10**6) / facts.height
        scale = min(wide, high)
        part["embedHeight"] = str(round(facts.height * scale))
        part["embedWidth"] = str(round(facts.width * scale))
    return part


def _box(request: Request) -> tuple[int | None, int | None]:
    sizes = []
    for name in ("maxWidth", "maxHeight"):
        text = request.text(name)
        if text is not None and (not text.isdecimal() or not 72 <= int(text) <= 8192):
            raise invalid(f"Invalid value '{text}'.", name)
        sizes.append(int(text) if text else None)
    return sizes[0], sizes[1]


PARTS: dict[str, Callable[[VideoFacts], Part | None]] = {
    "snippet": _snippet,
    "contentDetails": _content_details,
    "status": _status,
    "statistics": _statistics,
    "liveStreamingDetails": _live,
    "fileDetails": _file_details,
    "processingDetails": lambda _: {"processingStatus": "succeeded"},
    "suggestions": lambda _: {},
    "topicDetails": lambda _: None,
    "recordingDetails": lambda _: {},
    "localizations": lambda _: None,
    "monetizationDetails": lambda _: {"access": {"allowed": True}},
}
