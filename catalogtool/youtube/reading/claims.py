"""A claim: who claims and what of claimSearch, its policy of claims.list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogtool.youtube.facts import ClaimFacts
from catalogtool.youtube.reading.policies import policy_text, reach_of
from catalogtool.youtube.reading.scalars import flag_of, part, time_of, word_of
from catalogtool.youtube.reading.territories import spelled_out

ENDED = "inactive"


def is_in_force(item: Mapping[str, Any]) -> bool:
    """Whether the claim is this owner's and has not ended: only then its policy can be asked."""
    status = (word_of(item, "status") or "").lower()
    return item.get("thirdPartyClaim") is not True and status != ENDED


def claim_facts(
    item: Mapping[str, Any], with_policy: Mapping[str, Any] | None = None
) -> ClaimFacts | None:
    """What both items say; None if they do not say which claim, or on which video."""
    claim_id, video_id = word_of(item, "id"), word_of(item, "videoId")
    if claim_id is None or video_id is None:
        return None
    policy = _policy(with_policy or {}) or _policy(item)
    reach = reach_of(policy)
    origin = item.get("origin")
    return ClaimFacts(
        claim_id=claim_id,
        video_id=video_id,
        asset_id=word_of(item, "assetId"),
        status=word_of(item, "status"),
        content_type=word_of(item, "contentType"),
        third_party=flag_of(item, "thirdPartyClaim"),
        policy=policy_text(policy),
        policy_monetize=spelled_out(reach["monetize"]) if reach else None,
        policy_track=spelled_out(reach["track"]) if reach else None,
        policy_block=spelled_out(reach["block"]) if reach else None,
        origin=word_of(origin, "source") if isinstance(origin, dict) else word_of(item, "origin"),
        type=word_of(item, "contentType"),
        created=time_of(item, "timeCreated"),
        is_short_eligible=flag_of(item, "isVideoShortsEligible"),
    )


def _policy(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The policy that YouTube applies, or else the one that the claim asks for."""
    return part(item, "appliedPolicy") or part(item, "policy")
