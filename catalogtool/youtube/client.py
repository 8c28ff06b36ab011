"""YouTube's three APIs as methods that take ids and give values; each request pays its quota."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from catalogtool.core.settings import Settings
from catalogtool.core.times import iso
from catalogtool.youtube.access import Access
from catalogtool.youtube.calls import Api, Caller, Sink
from catalogtool.youtube.facts import (
    AssetFacts,
    ChannelFacts,
    ClaimFacts,
    Listing,
    PolicyFacts,
    ReportingJob,
    ReportingReport,
    ReportType,
    VideoFacts,
)
from catalogtool.youtube.quota import RateLimiter
from catalogtool.youtube.reading.assets import asset_facts, by_asked_id, ids_of
from catalogtool.youtube.reading.channels import channel_facts
from catalogtool.youtube.reading.claims import claim_facts, is_in_force
from catalogtool.youtube.reading.policies import policy_facts
from catalogtool.youtube.reading.reporting import report_type, reporting_job, reporting_report
from catalogtool.youtube.reading.scalars import items_of, text_of
from catalogtool.youtube.reading.videos import video_facts

T = TypeVar("T")
Verb = Literal["PATCH", "PUT"]

MOST_IDS = 50
UPDATE_UNITS = 50
VIDEO_PARTS = "snippet,contentDetails,status,statistics,liveStreamingDetails,player"
# The player's size within this square tells the shape of a video to everybody, not only its owner.
PLAYER = {"maxWidth": 1280, "maxHeight": 1280}
VIDEOS, CHANNELS = "/youtube/v3/videos", "/youtube/v3/channels"
PARTNER = "/youtube/partner/v1"
METADATA = {"fetchMetadata": "effective,mine"}
OWNERSHIP = {
    "fetchOwnership": "effective",
    "fetchMatchPolicy": "effective",
    "fetchOwnershipConflicts": "true",
}

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


class YouTube:
    """Safe to share between threads; keep one for a process, since it keeps its connections.

    Every method may raise the errors of `youtube.errors`. Methods that take ids take at most 50
    (ValueError beyond) and answer for each whether it was found. Nothing is retried here except
    once after a refused token.
    """

    def __init__(
        self,
        access: Access,
        limiter: RateLimiter,
        *,
        stop: threading.Event | None = None,
        asset_verb: Verb = "PATCH",
    ) -> None:
        self._calls = Caller(access, limiter, stop)
        self._asset_verb: Verb = asset_verb

    @classmethod
    def of(cls, settings: Settings, *, stop: threading.Event | None = None) -> YouTube:
        """With the access and the quota of the settings; NoToken if there is no access."""
        limiter = RateLimiter.of(settings)
        verb = settings.youtube_asset_verb
        return cls(Access.of(settings), limiter, stop=stop, asset_verb=verb)

    @property
    def access(self) -> Access:
        """Where requests go at present."""
        return self._calls.access

    def token(self) -> str:
        """An access token that is good for a while; NoToken."""
        return self._calls.tokens.token()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._calls.close()

    def videos(self, ids: Sequence[str]) -> Listing[VideoFacts]:
        """videos.list; 1 unit."""
        items = self._items("data", VIDEOS, ids, {"part": VIDEO_PARTS, **PLAYER})
        return _listing(ids, {v.video_id: v for v in map(video_facts, items) if v})

    def channels(self, ids: Sequence[str]) -> Listing[ChannelFacts]:
        """channels.list; 1 unit."""
        items = self._items("data", CHANNELS, ids, {"part": "snippet,statistics"})
        return _listing(ids, {c.channel_id: c for c in map(channel_facts, items) if c})

    def assets(self, ids: Sequence[str], *, ownership: bool = False) -> Listing[AssetFacts]:
        """assets.list; 1 unit. An asset that was merged into another is found by its old id."""
        params = METADATA | (OWNERSHIP if ownership else {})
        items = self._items("partner", f"{PARTNER}/assets", ids, params)
        return _listing(ids, by_asked_id(ids, filter(None, map(asset_facts, items))))

    def _items(
        self, api: Api, path: str, ids: Sequence[str], params: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """The items of an answer for these ids; no request where none of them can be asked for."""
        askable = _askable(ids)
        if not askable:
            return []
        return items_of(self._calls.get(api, path, {**params, "id": ",".join(askable)}))

    def claims(self, video_ids: Sequence[str]) -> dict[str, list[ClaimFacts]]:
        """All claims on each of these videos, other owners' too; an empty list where there is none.

        claimSearch, 1 unit a page, and for the policies of own claims that have not ended
        claims.list, 1 unit for 50 of them.
        """
        found = self._claims_on(_askable(video_ids))
        ours = [one for item in found if is_in_force(item) and (one := text_of(item, "id"))]
        policies = self._claims_with_policies(
            [one for one in dict.fromkeys(ours) if _ID.fullmatch(one)]
        )
        claims: dict[str, list[ClaimFacts]] = {video_id: [] for video_id in video_ids}
        for item in found:
            facts = claim_facts(item, policies.get(text_of(item, "id") or ""))
            if facts and facts.video_id in claims:
                claims[facts.video_id].append(facts)
        return claims

    def _claims_on(self, video_ids: list[str]) -> list[dict[str, Any]]:
        if not video_ids:
            return []
        params = {"videoId": ",".join(video_ids), "includeThirdPartyClaims": "true"}
        pages = self._calls.pages("partner", f"{PARTNER}/claimSearch", params)
        return [item for page in pages for item in items_of(page)]

    def _claims_with_policies(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        found = {}
        for start in range(0, len(ids), MOST_IDS):
            params = {"id": ",".join(ids[start : start + MOST_IDS])}
            for page in self._calls.pages("partner", f"{PARTNER}/claims", params):
                found.update({text_of(item, "id") or "": item for item in items_of(page)})
        return found

    def policies(self) -> list[PolicyFacts]:
        """policies.list: what the content owner has saved; 1 unit."""
        answer = self._calls.get("partner", f"{PARTNER}/policies", {})
        return [facts for facts in map(policy_facts, items_of(answer)) if facts]

    def video_resource(self, video_id: str, parts: Sequence[str]) -> dict[str, Any] | None:
        """These parts of a video as YouTube has them, to be changed and sent back; 1 unit."""
        items = self._items("data", VIDEOS, [video_id], {"part": ",".join(parts)})
        return next((item for item in items if item.get("id") == video_id), None)

    def update_video(self, resource: dict[str, Any], parts: Sequence[str]) -> VideoFacts:
        """videos.update; 50 units. It overwrites everything that a part may hold.

        resource: with its `id` and the parts whole. Answers with what YouTube now has of them.
        """
        params = {"part": ",".join(parts)}
        answer = self._calls.send("PUT", "data", VIDEOS, params, resource, UPDATE_UNITS)
        return video_facts(answer) or VideoFacts(video_id=str(resource["id"]))

    def asset_resource(self, asset_id: str) -> dict[str, Any] | None:
        """One asset with metadataMine and metadataEffective as YouTube has them; 1 unit."""
        items = self._items("partner", f"{PARTNER}/assets", [asset_id], METADATA)
        return next((item for item in items if asset_id in ids_of(item)), None)

    def update_asset(self, asset_id: str, metadata_mine: dict[str, Any]) -> dict[str, Any]:
        """assets.patch, or update by the setting; 50 units. Answers with the asset.

        metadata_mine: all of it, as read and then changed; YouTube insists on `artist` for music.
        """
        path = f"{PARTNER}/assets/{_one_id(asset_id)}"
        body = {"id": asset_id, "metadataMine": metadata_mine}
        return self._calls.send(self._asset_verb, "partner", path, {}, body, UPDATE_UNITS)

    def reporting_jobs(self) -> list[ReportingJob]:
        """The jobs that make reports, also those that YouTube itself manages; 1 unit a page."""
        pages = self._calls.pages("reporting", "/v1/jobs", {"includeSystemManaged": "true"})
        return [job for page in pages for job in map(reporting_job, items_of(page, "jobs")) if job]

    def report_types(self) -> list[ReportType]:
        """The kinds of reports that there are, with the end that is set for some; 1 unit a page."""
        pages = self._calls.pages("reporting", "/v1/reportTypes", {"includeSystemManaged": "true"})
        items = (item for page in pages for item in items_of(page, "reportTypes"))
        return [kind for kind in map(report_type, items) if kind]

    def reporting_reports(
        self, job_id: str, created_after: datetime | None = None
    ) -> list[ReportingReport]:
        """The reports of a job that were made after a time; 1 unit a page."""
        params = {"createdAfter": iso(created_after)} if created_after else {}
        pages = self._calls.pages("reporting", f"/v1/jobs/{_one_id(job_id)}/reports", params)
        items = (item for page in pages for item in items_of(page, "reports"))
        return [report for item in items if (report := reporting_report(item, job_id))]

    def download(self, url: str, file: Sink) -> int:
        """Write a report to the file, unpacked, in constant memory; its bytes. 1 unit.

        On an error the file may hold a part. Only addresses of the Reporting API are followed.
        """
        return self._calls.download(url, file)


def _askable(ids: Sequence[str]) -> list[str]:
    """The ids that can be asked for, each once; what reports call an id may be any text."""
    if len(ids) > MOST_IDS:
        raise ValueError(f"{len(ids)} ids are more than the {MOST_IDS} of one request")
    return [one for one in dict.fromkeys(ids) if _ID.fullmatch(one)]


def _one_id(one: str) -> str:
    if not _ID.fullmatch(one):
        raise ValueError("an id has only letters, digits, - and _")
    return one


def _listing(ids: Sequence[str], found: dict[str, T]) -> Listing[T]:
    asked = dict.fromkeys(ids)
    return Listing(
        {one: found[one] for one in asked if one in found},
        [one for one in asked if one not in found],
    )
