"""Routes that no Google has: look behind the scene, change it, and start anew. Loopback only."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from catalogtool.sandbox.server import assets as asset_facts
from catalogtool.sandbox.server import channels as channel_facts
from catalogtool.sandbox.server import claims as claim_facts
from catalogtool.sandbox.server.assets import Assets
from catalogtool.sandbox.server.claims import Claims
from catalogtool.sandbox.server.faults import Faults
from catalogtool.sandbox.server.limits import Limit
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.refusals import Refusal, forbidden, not_found
from catalogtool.sandbox.server.state import State
from catalogtool.sandbox.server.store import Kind

PREFIX = "/_sandbox/"
MOST_VIDEOS = 5000
_FIELDS: dict[Kind, set[str]] = {
    "asset": asset_facts.FIELDS,
    "channel": channel_facts.FIELDS,
    "claim": claim_facts.FIELDS,
}


class Control:
    """GET usage, requests, in_vain (how often each id was asked for in vain), faults, clock,
    videos, videos/<id>, assets/<id>, channels/<id>, claims/<id>; POST faults, quota, clock, reset,
    videos, tokens/revoke, and with values to be changed videos/<id>, assets/<id>, channels/<id>,
    claims/<id>."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._assets = Assets(state.world)
        self._claims = Claims(state.world)
        self._simple: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "usage"): lambda _: state.usage.as_json() | {"quota": state.limit.as_json()},
            ("GET", "requests"): lambda _: list(state.usage.last),
            ("GET", "in_vain"): lambda _: state.usage.in_vain,
            ("GET", "faults"): lambda _: state.faults.as_json(),
            ("POST", "faults"): self._set_faults,
            ("POST", "quota"): self._set_quota,
            ("GET", "clock"): lambda _: {"day": state.world.clock.day},
            ("POST", "clock"): self._forward,
            ("POST", "reset"): self._reset,
            ("POST", "tokens/revoke"): lambda _: state.tokens.revoke(),
            ("GET", "videos"): self._videos,
            ("POST", "videos"): self._videos,
        }

    def answer(self, request: Request) -> Answer:
        if not ipaddress.ip_address(request.peer).is_loopback:
            raise forbidden("Only this machine may do that.")
        name = request.path.removeprefix(PREFIX)
        try:
            if simple := self._simple.get((request.method, name)):
                return found(simple(request))
            kind, _, resource = name.partition("/")
            if resource and request.method == "GET":
                return found(self._shown(kind, resource))
            if resource and request.method == "POST":
                self._change(kind, resource, request.document())
                return found(self._shown(kind, resource))
        except (ValueError, TypeError, KeyError) as error:
            raise Refusal(400, "invalid", str(error)) from None
        raise not_found("notFound", f"No such control: {request.method} {request.path}")

    def _set_faults(self, request: Request) -> object:
        self._state.faults = Faults.of(request.document())
        return self._state.faults.as_json()

    def _set_quota(self, request: Request) -> object:
        given = request.document()
        self._state.limit = Limit(given.get("limit"), given.get("window_seconds"))
        return self._state.limit.as_json()

    def _forward(self, request: Request) -> object:
        self._state.world.clock.forward(float(request.document()["forward_days"]))
        self._state.world.turn_the_day()
        return {"day": self._state.world.clock.day}

    def _reset(self, request: Request) -> object:
        """Counts, faults and quota; with {"all": true} also everything that was written."""
        self._state.reset()
        if request.body and request.document().get("all"):
            self._state.world.store.forget()
            self._state.world.forget_answers()
        return {}

    def _videos(self, request: Request) -> object:
        """The truth about many: `ids`, in the body of a POST, or `start` and `count` of a GET."""
        world = self._state.world
        if request.method == "POST":
            ids = list(request.document()["ids"])
        else:
            start, count = int(request.text("start") or 0), int(request.text("count") or 1000)
            ids = list(world.video_ids(start, count))
        facts = [world.video(video_id) for video_id in ids[:MOST_VIDEOS]]
        return [asdict(known) for known in facts if known is not None]

    def _shown(self, kind: str, resource: str) -> object:
        world = self._state.world
        if kind == "videos" and (video := world.video(resource)):
            claims = self._claims.on_video(resource)
            return asdict(video) | {"claims": [asdict(claim) for claim in claims]}
        if kind == "assets" and (asset := self._assets.find(resource)):
            return asdict(asset)
        if kind == "channels" and resource in world.channels():
            return channel_facts.channel_facts(world, world.channels()[resource])
        if kind == "claims" and (claim := self._claims.find(resource)):
            return asdict(claim)
        raise not_found("notFound", f"Unknown: {kind} {resource}")

    def _change(self, kind: str, resource: str, values: dict[str, Any]) -> None:
        """As if somebody else had done it on YouTube's own pages."""
        world = self._state.world
        if kind == "videos":
            world.write_video(resource, values)
            return
        single: Kind = {"assets": "asset", "channels": "channel", "claims": "claim"}[kind]  # type: ignore[assignment]
        if unknown := set(values) - _FIELDS[single]:
            raise ValueError(f"no such fields: {', '.join(sorted(unknown))}")
        world.write(single, resource, values)
