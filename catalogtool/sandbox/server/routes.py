"""Which call is which: method and path, its name, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from catalogtool.sandbox.server.asset_answers import AssetAnswers
from catalogtool.sandbox.server.channels import list_channels
from catalogtool.sandbox.server.choices import OWNER
from catalogtool.sandbox.server.claim_answers import ClaimAnswers
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.policies import get_policy, list_policies
from catalogtool.sandbox.server.reporting import ReportAnswers
from catalogtool.sandbox.server.video_writes import update_video
from catalogtool.sandbox.server.videos import list_videos
from catalogtool.sandbox.server.world import World

Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Call:
    """One method of one API; `units` is its price, `owned` whether it needs a content owner."""

    name: str
    method: str
    pattern: re.Pattern[str]
    units: int
    owned: bool
    handler: Handler


class Routes:
    """All calls that the sandbox knows."""

    def __init__(self, world: World, address: str) -> None:
        self.reports = ReportAnswers(world, address)
        self._calls = [*_data_calls(world), *_partner_calls(world), *_reporting(self.reports)]

    def find(self, request: Request) -> tuple[Call, tuple[str, ...]] | None:
        """The call and the ids in its path."""
        for call in self._calls:
            if call.method == request.method and (match := call.pattern.fullmatch(request.path)):
                return call, match.groups()
        return None


def _call(text: str, units: int, handler: Handler, *, owned: bool = False) -> Call:
    """From `name METHOD path`, where `*` in the path is an id."""
    name, method, path = text.split(" ")
    pattern = re.compile(path.replace("*", "([^/]+)"))
    return Call(name, method, pattern, units, owned, handler)


def _data_calls(world: World) -> list[Call]:
    base = "/youtube/v3"
    return [
        _call(f"videos.list GET {base}/videos", 1, lambda r: list_videos(world, r)),
        _call(f"videos.update PUT {base}/videos", 50, lambda r: update_video(world, r)),
        _call(f"channels.list GET {base}/channels", 1, lambda r: list_channels(world, r)),
    ]


def _partner_calls(world: World) -> list[Call]:
    assets, claims = AssetAnswers(world), ClaimAnswers(world)
    base = "/youtube/partner/v1"
    calls: list[tuple[str, int, Handler]] = [
        (f"assets.list GET {base}/assets", 1, assets.list),
        (f"assets.get GET {base}/assets/*", 1, assets.get),
        (f"assets.patch PATCH {base}/assets/*", 50, assets.patch),
        (f"assets.update PUT {base}/assets/*", 50, assets.put),
        (f"ownership.get GET {base}/assets/*/ownership", 1, assets.ownership),
        (f"assetMatchPolicy.get GET {base}/assets/*/matchPolicy", 1, assets.match_policy),
        (f"claimSearch.list GET {base}/claimSearch", 1, claims.search),
        (f"claims.list GET {base}/claims", 1, claims.list),
        (f"claims.get GET {base}/claims/*", 1, claims.get),
        (f"policies.list GET {base}/policies", 1, lambda r: list_policies(world, r)),
        (f"policies.get GET {base}/policies/*", 1, lambda r, i: get_policy(world, r, i)),
        (f"contentOwners.list GET {base}/contentOwners", 1, _owners),
    ]
    return [_call(text, units, handler, owned=True) for text, units, handler in calls]


def _reporting(reports: ReportAnswers) -> list[Call]:
    calls: list[tuple[str, Handler]] = [
        ("reportTypes.list GET /v1/reportTypes", reports.types),
        ("jobs.list GET /v1/jobs", reports.jobs),
        ("jobs.get GET /v1/jobs/*", reports.job),
        ("reports.list GET /v1/jobs/*/reports", reports.reports),
        ("reports.get GET /v1/jobs/*/reports/*", reports.report),
        ("media.download GET /v1/media/*/*", reports.media),
    ]
    return [_call(text, 1, handler, owned=True) for text, handler in calls]


def _owners(_request: Request) -> Answer:
    owner = {"kind": "youtubePartner#contentOwner", "id": OWNER, "displayName": "Sandbox"}
    return found({"kind": "youtubePartner#contentOwnerList", "items": [owner]})
