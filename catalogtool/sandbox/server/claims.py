"""Claims: those of the reports, ended ones, and those of other owners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalogtool.sandbox.identifiers import ASSETS_PER_VIDEO, MAX_CLAIMS
from catalogtool.sandbox.report_rows import claim_origin, day_cell, other_owners
from catalogtool.sandbox.server.assets import GROUP
from catalogtool.sandbox.server.world import World
from catalogtool.sandbox.synthetic import Claim, Video

THIRD_PARTY_POSITION = MAX_CLAIMS + 1
FIELDS = {"status", "policy"}


@dataclass(frozen=True)
class ClaimFacts:
    """One claim; `policy` is a number of `policies.KNOWN`, 0 for none."""

    claim_id: str
    video_id: str
    asset_id: str
    status: str
    content_type: str
    origin: str
    created: str
    policy: int
    third_party: bool


class Claims:
    """All claims of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def on_video(self, video_id: str) -> list[ClaimFacts]:
        """All claims on a video, also ended ones and those of others."""
        facts = self._world.video(video_id)
        index = self._world.catalogue.ids.video_index(video_id)
        if facts is None or facts.gone or index is None or index >= self._world.choices.videos:
            return []
        return self.of(self._world.catalogue.video(index))

    def of(self, video: Video) -> list[ClaimFacts]:
        catalogue = self._world.catalogue
        claims = catalogue.claims(video)
        if ended := catalogue.ended_claim(video):
            claims.append(ended)
        known = [self._facts(video, claim, False) for claim in claims]
        if other_owners(video):
            claim_id = catalogue.ids.claim_id(video.number, THIRD_PARTY_POSITION)
            theirs = Claim(claim_id, (video.number + 10**7) * ASSETS_PER_VIDEO, "ACTIVE")
            known.append(self._facts(video, theirs, True))
        return known

    def on_asset(self, asset_id: str) -> list[ClaimFacts]:
        """The claims that this asset makes: on its own video, or on those of its group."""
        number = self._world.catalogue.ids.asset_number(asset_id)
        if number is None:
            return []
        home = number // ASSETS_PER_VIDEO
        lends = number % (GROUP * ASSETS_PER_VIDEO) == 0
        indexes = range(home, min(home + (GROUP if lends else 1), self._world.choices.videos))
        return [
            claim
            for index in indexes
            for claim in self.of(self._world.catalogue.video(index))
            if claim.asset_id == asset_id
        ]

    def find(self, claim_id: str) -> ClaimFacts | None:
        place = self._world.catalogue.ids.claim_place(claim_id)
        if place is None or place[0] >= self._world.choices.videos:
            return None
        claims = self.of(self._world.catalogue.video(place[0]))
        return next((claim for claim in claims if claim.claim_id == claim_id), None)

    def _facts(self, video: Video, claim: Claim, third_party: bool) -> ClaimFacts:
        written = self._world.store.values("claim", claim.claim_id)
        return ClaimFacts(
            claim.claim_id,
            video.video_id,
            self._world.catalogue.ids.asset_codes(claim.asset).asset_id,
            written.get("status", claim.status.lower()),
            "audiovisual" if claim.asset & 3 else "audio",
            claim_origin(claim),
            f"{day_cell(video.published + video.chance[15] % 90)}T00:00:00.000Z",
            written.get("policy", video.policy),
            third_party,
        )


def snippet(claim: ClaimFacts, title: str, views: int, shorts: bool) -> dict[str, Any]:
    """A claim as a search shows it: without its policy."""
    return {
        "kind": "youtubePartner#claimSnippet",
        "id": claim.claim_id,
        "assetId": claim.asset_id,
        "videoId": claim.video_id,
        "status": claim.status,
        "contentType": claim.content_type,
        "timeCreated": claim.created,
        "timeStatusLastModified": claim.created,
        "videoTitle": title,
        "videoViews": str(views),
        "thirdPartyClaim": claim.third_party,
        "isPartnerUploaded": not claim.third_party,
        "isVideoShortsEligible": shorts,
        "origin": {"source": _source(claim)},
    }


def resource(claim: ClaimFacts, policy: dict[str, Any] | None) -> dict[str, Any]:
    """A claim in full."""
    body = {
        "kind": "youtubePartner#claim",
        "id": claim.claim_id,
        "assetId": claim.asset_id,
        "videoId": claim.video_id,
        "status": claim.status,
        "contentType": claim.content_type,
        "timeCreated": claim.created,
        "isPartnerUploaded": not claim.third_party,
        "blockOutsideOwnership": False,
        "origin": {"source": _source(claim)},
    }
    if policy:
        body["appliedPolicy"] = policy
        if not claim.third_party:
            body["policy"] = policy
    return body


def _source(claim: ClaimFacts) -> str:
    """As the API spells it: audioMatch, descriptiveSearch and the like."""
    first, *others = claim.origin.split(" ")
    return first.lower() + "".join(other.title() for other in others)
