"""The Content ID API's claimSearch, claims.list and claims.get."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalogtool.sandbox.server.claims import ClaimFacts, Claims, resource, snippet
from catalogtool.sandbox.server.drift import SHORT_SECONDS
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.parameters import ids_of, needed_ids, page_start, page_token
from catalogtool.sandbox.server.policies import KNOWN
from catalogtool.sandbox.server.refusals import invalid, not_found
from catalogtool.sandbox.server.world import World

PAGE = 25
FILTERS = ("assetId", "videoId", "q", "referenceId", "status")
STATUSES = (
    "active", "appealed", "disputed", "inactive", "pending", "potential", "routedForReview",
    "takedown",
)  # fmt: skip


class ClaimAnswers:
    def __init__(self, world: World) -> None:
        self._world = world
        self._claims = Claims(world)

    def search(self, request: Request) -> Answer:
        """Snippets in pages; exactly one of FILTERS must be given."""
        given = [name for name in FILTERS if name in request.query]
        if len(given) != 1:
            raise invalid(f"Exactly one of {', '.join(FILTERS)} must be specified.", "parameters")
        ids = len(ids_of(request, "videoId"))
        chosen = [claim for claim in self._asked_for(request, given[0]) if _wanted(request, claim)]
        scope = (given[0], tuple(request.query[given[0]]), request.text("contentType"))
        start = page_start(request, scope)
        page = chosen[start : start + PAGE]
        body = {
            "kind": "youtubePartner#claimSnippetList",
            "nextPageToken": page_token(start + PAGE, len(chosen), scope),
            "pageInfo": {"totalResults": len(chosen), "resultsPerPage": PAGE, "startIndex": start},
            "items": [self._snippet(claim) for claim in page],
        }
        return found(body, ids=ids)

    def list(self, request: Request) -> Answer:
        """Claims in full, by their ids; other questions are answered as a search."""
        if "id" not in request.query:
            return self.search(request)
        ids = needed_ids(request)
        claims = [claim for name in ids if (claim := self._claims.find(name))]
        body = {
            "kind": "youtubePartner#claimList",
            "nextPageToken": "",
            "pageInfo": {"totalResults": len(claims), "resultsPerPage": 50, "startIndex": 0},
            "items": [resource(claim, KNOWN.get(claim.policy)) for claim in claims],
        }
        return found(body, ids=len(ids))

    def get(self, _request: Request, claim_id: str) -> Answer:
        claim = self._claims.find(claim_id)
        if claim is None:
            raise not_found("notFound", f"Claim not found: {claim_id}")
        return found(resource(claim, KNOWN.get(claim.policy)), ids=1)

    def _asked_for(self, request: Request, name: str) -> Iterator[ClaimFacts]:
        if name == "videoId":
            for video_id in ids_of(request, "videoId"):
                yield from self._claims.on_video(video_id)
        elif name == "assetId":
            for asset_id in request.texts("assetId")[:1]:
                yield from self._claims.on_asset(asset_id)
        elif name == "status":
            status = _status(request.text("status") or "")
            for index in range(self._world.choices.videos):
                for claim in self._claims.of(self._world.catalogue.video(index)):
                    if claim.status == status:
                        yield claim

    def _snippet(self, claim: ClaimFacts) -> dict[str, object]:
        video = self._world.video(claim.video_id)
        assert video is not None
        shorts = (video.length or SHORT_SECONDS + 1) <= SHORT_SECONDS
        return snippet(claim, video.title, video.views, shorts)


def _wanted(request: Request, claim: ClaimFacts) -> bool:
    if claim.third_party and not request.flag("includeThirdPartyClaims"):
        return False
    content_type = request.text("contentType")
    tests: list[Callable[[], bool]] = [
        lambda: not content_type or claim.content_type == content_type.lower(),
        lambda: claim.created[:10] > (request.text("createdAfter") or ""),
        lambda: claim.created[:10] >= (request.text("statusModifiedAfter") or ""),
    ]
    return all(test() for test in tests)


def _status(text: str) -> str:
    """A claim's status in the API's spelling; capitals are taken too."""
    names = {status.lower(): status for status in STATUSES}
    plain = text.lower().replace("_", "")
    if plain not in names:
        raise invalid(f"Invalid value: {text}", "status")
    return names[plain]
