"""ownership_update: the claims on some videos, and who owns the assets that claim them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from catalogtool.catalog.looks.ownership import look_at_claims
from catalogtool.sync.looks import asset_looks
from catalogtool.sync.looks.asset_looks import FoundAssets
from catalogtool.sync.looks.enrich import assets_of
from catalogtool.sync.looks.ownership_values import stored_claim
from catalogtool.sync.queue.handler import Batch, Fetched, Handler, Result, Task
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.facts import ClaimFacts

LONGEST_ID = 50


@dataclass(frozen=True)
class Asked:
    """The videos to ask for, and the assets that they are known to show."""

    video_ids: list[str]
    asset_ids: list[str]


@dataclass(frozen=True)
class Answer:
    """All claims on each video, and the assets of this owner's claims."""

    at: datetime
    claims: dict[str, list[ClaimFacts]]
    assets: FoundAssets


def prepare(session: Session, batch: Batch) -> Asked:
    """Each video once."""
    video_ids = list(dict.fromkeys(task.video_id for task in batch.tasks))
    return Asked(video_ids, sorted(set(assets_of(session, batch).values())))


def fetch(youtube: YouTube, asked: Asked) -> Answer:
    """The claims first, since they tell the assets; an asset of somebody else is not asked for."""
    at = datetime.now(UTC)
    claims = youtube.claims(asked.video_ids)
    told = {
        claim.asset_id
        for found in claims.values()
        for claim in found
        if claim.asset_id and not claim.third_party
    }
    return Answer(at, claims, asset_looks.fetch(youtube, told.union(asked.asset_ids)))


def apply(session: Session, fetched: Sequence[Fetched]) -> dict[int, Result]:
    """All answers in one go: assets first, so that claims find their custom ids."""
    answers: list[Answer] = sorted((answer for _, _, answer in fetched), key=lambda a: a.at)
    changed = asset_looks.apply(session, [answer.assets for answer in answers])
    latest = {video_id: answer for answer in answers for video_id in answer.claims}
    asked = [{"video_id": video_id, "at": answer.at} for video_id, answer in latest.items()]
    told = {
        (claim.video_id, claim.claim_id): stored_claim(claim)
        for video_id, answer in latest.items()
        for claim in answer.claims[video_id]
        if len(claim.claim_id) <= LONGEST_ID
    }
    for video_id, changes in look_at_claims(session, asked, told.values()).items():
        changed[video_id] = changed.get(video_id, {}) | changes

    def result(task: Task, answer: Answer) -> Result:
        changes = changed.get(task.video_id, {})
        claims = answer.claims.get(task.video_id, [])
        told = {"claims": len(claims), "changes": changes}
        return Result(task.id, result=told, changed=bool(changes))

    return {task.id: result(task, answer) for batch, _, answer in fetched for task in batch.tasks}


HANDLER = Handler(prepare, fetch, apply)
