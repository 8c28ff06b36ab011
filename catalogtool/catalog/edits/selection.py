"""Which videos an edit is about: listed by id, all that match a filter, or all of one asset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import build_conditions
from catalogtool.catalog.search.filters import Filters, parse_filters
from catalogtool.catalog.search.names import find_names
from catalogtool.catalog.search.parameters import check_text, refuse

MOST_IDS = 10_000
LONGEST_ID, LONGEST_ASSET_ID = 20, 50


@dataclass(frozen=True)
class ByIds:
    """These videos, each once; some may be unknown."""

    video_ids: tuple[str, ...]

    def canonical(self) -> str:
        """The same text for the same videos."""
        return json.dumps(sorted(self.video_ids))

    def shown(self) -> dict[str, str] | None:
        """The filter as people read it; a list of ids is none."""
        return None

    def matching(self, _: Session) -> Select[Any]:
        """The keys of the videos, as `id`."""
        return select(Video.id).where(Video.video_id == func.any(list(self.video_ids)))

    def unknown(self, session: Session) -> list[str]:
        """The ids that no video has."""
        given = func.unnest(literal(list(self.video_ids), ARRAY(Text))).column_valued("given")
        known = select(Video.id).where(Video.video_id == given).exists()
        return list(session.scalars(select(given).where(~known).order_by(given)))


@dataclass(frozen=True)
class ByFilter:
    """Whatever the list shows under this filter, hidden videos only if it asks for them."""

    filters: Filters
    given: tuple[tuple[str, str], ...]

    def canonical(self) -> str:
        """The same text for the same filter."""
        return self.filters.canonical()

    def shown(self) -> dict[str, str] | None:
        """The filter as it was given."""
        return dict(self.given)

    def matching(self, session: Session) -> Select[Any]:
        """The keys of the videos, as `id`."""
        names = find_names(session, self.filters)
        return select(Video.id).where(*build_conditions(self.filters, names))

    def unknown(self, _: Session) -> list[str]:
        """A filter names no video."""
        return []


@dataclass(frozen=True)
class ByAsset:
    """Every video of one asset, hidden ones too."""

    asset_id: str

    def canonical(self) -> str:
        """The same text for the same asset."""
        return json.dumps({"asset": self.asset_id})

    def shown(self) -> dict[str, str] | None:
        """As if it were a filter."""
        return {"asset_id": self.asset_id}

    def matching(self, _: Session) -> Select[Any]:
        """The keys of the videos, as `id`."""
        return select(Video.id).where(Video.asset_id == self.asset_id)

    def unknown(self, _: Session) -> list[str]:
        """An asset names no video."""
        return []


Selection = ByIds | ByFilter | ByAsset


def parse_selection(body: Mapping[str, Any]) -> ByIds | ByFilter:
    """`video_ids` or `filter` of a body, exactly one of them."""
    if ("video_ids" in body) == ("filter" in body):
        refuse("video_ids", "give either video_ids or filter")
    if "filter" in body:
        return _by_filter(body["filter"])
    return _by_ids(body["video_ids"])


def parse_asset(value: Any) -> ByAsset:
    """Every video of the asset with this id."""
    asset_id = check_text("id", value)
    if not 0 < len(asset_id) <= LONGEST_ASSET_ID:
        refuse("id", f"must be an asset id of 1 to {LONGEST_ASSET_ID} characters")
    return ByAsset(asset_id)


def _by_ids(given: Any) -> ByIds:
    if not isinstance(given, list) or not given:
        refuse("video_ids", "must be a list of at least one video id")
    if len(given) > MOST_IDS:
        refuse("video_ids", f"at most {MOST_IDS} ids; use a filter for more")
    for video_id in given:
        if not 0 < len(check_text("video_ids", video_id)) <= LONGEST_ID:
            refuse("video_ids", f"an id has 1 to {LONGEST_ID} characters")
    return ByIds(tuple(dict.fromkeys(given)))


def _by_filter(given: Any) -> ByFilter:
    if not isinstance(given, dict):
        refuse("filter", "must be an object of the list's parameters")
    for name, value in given.items():
        check_text(name, value)
    return ByFilter(parse_filters(given), tuple(sorted(given.items())))
