"""The owner's policies, with the territories that the reports give for them."""

from __future__ import annotations

from typing import Any

from catalogtool.sandbox.asset_rows import TERRITORIES
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.refusals import not_found
from catalogtool.sandbox.server.world import World
from catalogtool.sandbox.synthetic import POLICIES

Policy = dict[str, Any]
_ACTIONS = ("monetize", "track", "block")


def _policy(number: int) -> Policy:
    rules = [
        {
            "action": action,
            "conditions": {
                "requiredTerritories": {"type": "include", "territories": territories.split("|")}
            },
        }
        for action, territories in zip(_ACTIONS, TERRITORIES[number], strict=True)
        if territories
    ]
    return {
        "kind": "youtubePartner#policy",
        "id": f"S{100_000 + number}",
        "name": POLICIES[number],
        "description": "",
        "timeUpdated": "2020-01-01T00:00:00.000Z",
        "rules": rules,
    }


KNOWN = {number: _policy(number) for number in range(1, len(POLICIES))}
"""By the number that a video has for its policy; 0 is none."""
BY_ID = {policy["id"]: policy for policy in KNOWN.values()}


def list_policies(_world: World, request: Request) -> Answer:
    ids = request.texts("id")
    items = [policy for name, policy in BY_ID.items() if not ids or name in ids]
    return found({"kind": "youtubePartner#policyList", "items": items}, ids=len(ids))


def get_policy(_world: World, _request: Request, policy_id: str) -> Answer:
    if policy_id not in BY_ID:
        raise not_found("notFound", f"Policy not found: {policy_id}")
    return found(BY_ID[policy_id], ids=1)
