"""The filter grammar: from the parameters of a request to one frozen value.

The list, the export and a bulk edit understand the same filters, because all of them parse here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from catalogtool.catalog.search.fields import NULLABLE
from catalogtool.catalog.search.parameters import check_names
from catalogtool.catalog.search.values import (
    Parser,
    code,
    day,
    names_among,
    one_of,
    text_up_to,
    yes_no,
)

DURATIONS = ("short", "medium", "long")
POLICIES = ("monetize", "track", "block", "other", "none")
MONETIZATIONS = ("monetizing", "not_monetizing")
PRIVACY = ("public", "unlisted", "private")
HIDDEN = ("no", "yes", "all")


@dataclass(frozen=True)
class Filters:
    """Which videos; None is no restriction. Codes are bare, days are UTC and inclusive."""

    search: str | None = None
    channel_search: str | None = None
    video_id: str | None = None
    asset_id: str | None = None
    custom_id: str | None = None
    channel: str | None = None
    category: str | None = None
    duration: str | None = None
    has_asset_id: bool | None = None
    claimed_status: str | None = None
    claimed_by_another: bool | None = None
    policy: str | None = None
    monetization: str | None = None
    privacy_status: str | None = None
    is_short: bool | None = None
    is_live_stream: bool | None = None
    administered: bool | None = None
    hidden: str = "no"
    isrc: str | None = None
    upc: str | None = None
    artist: str | None = None
    label: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    missing: tuple[str, ...] = ()

    def canonical(self) -> str:
        """The same text for the same filters, whatever order they were written in."""
        return json.dumps(vars(self), sort_keys=True, default=str)


PARSERS: dict[str, Parser] = {
    "search": text_up_to(500),
    "channel_search": text_up_to(200),
    "video_id": text_up_to(20),
    "asset_id": text_up_to(50),
    "custom_id": text_up_to(100),
    "channel": text_up_to(200),
    "category": text_up_to(100),
    "duration": one_of(*DURATIONS),
    "has_asset_id": yes_no,
    "claimed_status": text_up_to(20),
    "claimed_by_another": yes_no,
    "policy": one_of(*POLICIES),
    "monetization": one_of(*MONETIZATIONS),
    "privacy_status": one_of(*PRIVACY),
    "is_short": yes_no,
    "is_live_stream": yes_no,
    "administered": yes_no,
    "hidden": one_of(*HIDDEN),
    "isrc": code,
    "upc": code,
    "artist": text_up_to(500),
    "label": text_up_to(255),
    "date_from": day,
    "date_to": day,
    "missing": names_among(NULLABLE),
}


def parse_filters(given: Mapping[str, str]) -> Filters:
    """Filters from texts by name; ValidationError names the first that is wrong."""
    check_names(given, PARSERS)
    return Filters(**{name: PARSERS[name](name, value) for name, value in given.items()})  # type: ignore[arg-type]
