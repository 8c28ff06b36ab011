"""Assets are asked for by two types of task in the same way: 50 at a time, ownership and all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from catalogtool.catalog.looks.assets import Changes, look_at_assets
from catalogtool.sync.looks.enrich_values import stored_asset
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.facts import AssetFacts

MOST = 50


@dataclass(frozen=True)
class FoundAssets:
    """What YouTube said of some assets, by the id that was asked for, and when."""

    at: datetime
    found: dict[str, AssetFacts]


def fetch(youtube: YouTube, asset_ids: Iterable[str]) -> FoundAssets:
    """One call for each 50 different assets; those that YouTube leaves out are not in it."""
    at = datetime.now(UTC)
    wanted = sorted(set(asset_ids))
    found: dict[str, AssetFacts] = {}
    for start in range(0, len(wanted), MOST):
        found |= youtube.assets(wanted[start : start + MOST], ownership=True).found
    return FoundAssets(at, found)


def apply(session: Session, answers: Sequence[FoundAssets]) -> dict[str, Changes]:
    """Write what was told; of an asset that was asked for twice, the later answer."""
    rows = {
        asked_id: stored_asset(asked_id, facts, answer.at)
        for answer in sorted(answers, key=lambda answer: answer.at)
        for asked_id, facts in answer.found.items()
    }
    return look_at_assets(session, rows.values())
