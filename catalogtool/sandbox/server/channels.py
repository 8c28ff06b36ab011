"""channels.list: by ids, or all channels of the content owner in pages."""

from __future__ import annotations

from typing import Any

from catalogtool.sandbox.mixing import Mixer
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.parameters import (
    ids_of,
    page_size,
    page_start,
    page_token,
    parts_of,
    unknown_filter,
)
from catalogtool.sandbox.server.refusals import forbidden
from catalogtool.sandbox.server.world import World
from catalogtool.sandbox.synthetic import Channel

PARTS = (
    "id", "snippet", "statistics", "status", "contentDetails", "contentOwnerDetails",
    "brandingSettings", "topicDetails", "localizations", "auditDetails",
)  # fmt: skip
_COUNTRIES = ("US", "GB", "DE", "FR", "JP", "KR", "BR", "MX", "IN", None)
FIELDS = {"title", "description", "country", "subscribers", "videos", "views", "gone"}


def list_channels(world: World, request: Request) -> Answer:
    """One unit. Ids that do not exist are left out without a word."""
    parts = parts_of(request, PARTS)
    owner = request.text("onBehalfOfContentOwner")
    if request.flag("managedByMe"):
        if not owner:
            raise forbidden("The request is not made on behalf of a content owner.")
        return _managed(world, request, parts, owner)
    if "id" not in request.query:
        raise unknown_filter()
    ids = ids_of(request)
    known = world.channels()
    items = [_resource(world, known[i], parts, owner) for i in ids if i in known]
    return _answer([item for item in items if item], len(ids))


def channel_facts(world: World, channel: Channel) -> dict[str, Any]:
    """All that is true of a channel now."""
    chance = Mixer(world.choices.seed, "channel facts").words(
        int.from_bytes(channel.channel_id.encode()[-8:], "big")
    )
    day = world.catalogue.today
    subscribers = chance[0] % 3_000_000
    videos = 40 + chance[1] % 800
    facts: dict[str, Any] = {
        "title": channel.name,
        "description": f"The channel of {channel.name}",
        "country": _COUNTRIES[chance[2] % len(_COUNTRIES)],
        "subscribers": subscribers + day * (subscribers // 5000),
        "videos": videos + day // 7,
        "views": videos * (chance[3] % 400_000) + day * (chance[4] % 5000),
        "gone": False,
    }
    return facts | dict(world.store.values("channel", channel.channel_id))


def _managed(world: World, request: Request, parts: list[str], owner: str) -> Answer:
    size = page_size(request, 5, 50)
    start = page_start(request, "channels")
    channels = list(world.channels().values())
    items = [_resource(world, c, parts, owner) for c in channels[start : start + size]]
    token = page_token(start + size, len(channels), "channels")
    return _answer([item for item in items if item], 0, token, len(channels))


def _answer(
    items: list[dict[str, Any]], ids: int, token: str | None = None, total: int | None = None
) -> Answer:
    page = {"totalResults": len(items) if total is None else total, "resultsPerPage": len(items)}
    body: dict[str, Any] = {"kind": "youtube#channelListResponse", "etag": "none", "pageInfo": page}
    if token is not None:
        body["nextPageToken"] = token
    # Google leaves the list out where it would be empty.
    return found(body | {"items": items} if items else body, ids=ids)


def _resource(
    world: World, channel: Channel, parts: list[str], owner: str | None
) -> dict[str, Any] | None:
    facts = channel_facts(world, channel)
    if facts["gone"]:
        return None
    picture = f"https://yt3.ggpht.com/{channel.channel_id}"
    sizes = (("default", 88), ("medium", 240), ("high", 800))
    made: dict[str, dict[str, Any]] = {
        "snippet": {
            "title": facts["title"],
            "description": facts["description"],
            "customUrl": f"@{channel.username}",
            "publishedAt": "2011-01-01T00:00:00Z",
            "thumbnails": {
                name: {"url": f"{picture}=s{size}", "width": size, "height": size}
                for name, size in sizes
            },
        },
        "statistics": {
            "viewCount": str(facts["views"]),
            "subscriberCount": str(facts["subscribers"]),
            "hiddenSubscriberCount": False,
            "videoCount": str(facts["videos"]),
        },
        "status": {"privacyStatus": "public", "isLinked": True, "madeForKids": False},
        "contentDetails": {
            "relatedPlaylists": {"likes": "", "uploads": "UU" + channel.channel_id[2:]}
        },
    }
    if facts["country"]:
        made["snippet"]["country"] = facts["country"]
    if owner:
        made["contentOwnerDetails"] = {"contentOwner": owner, "timeLinked": "2011-01-01T00:00:00Z"}
    head = {"kind": "youtube#channel", "etag": "none", "id": channel.channel_id}
    return head | {part: made[part] for part in parts if part in made}
