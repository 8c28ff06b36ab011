"""Assets of YouTube's answers as the catalogue stores them, by the rules of `pull_values`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from catalogtool.catalog import codes
from catalogtool.sync.looks.pull_values import Stored, clean, items
from catalogtool.youtube.facts import AssetFacts

LONGEST_TEXT = 20_000


def stored_asset(asked_id: str, facts: AssetFacts, at: datetime) -> Stored:
    """A row for `look_at_assets` of an asset that was found under this id."""
    return {
        "asked_id": asked_id,
        "asset_id": facts.asset_id,
        "at": at,
        "mine": json.dumps(given(facts.mine)),
        "asset_type": upper(facts.type, 50),
        "title": clean(facts.title, 500),
        "album": clean(facts.album, 255),
        "artist": items(facts.artist),
        "genre": items(facts.genre),
        "label": clean(facts.label, 255),
        "upc": facts.upc and codes.upc(facts.upc),
        "isrc": facts.isrc and codes.isrc(facts.isrc),
        "custom_id": clean(facts.custom_id, 100),
        "asset_labels": items(facts.labels),
        "match_policy": clean(facts.match_policy, LONGEST_TEXT),
        "ownership": clean(facts.ownership, LONGEST_TEXT),
        "conflicting_owner": _or_empty(facts.conflicting_owner),
        "conflicting_country_code": _or_empty(facts.conflicting_country_code),
    }


def given(mine: Mapping[str, Any]) -> Stored:
    """The codes and names that this owner gave, by the names that edits have for them."""
    upc, isrc = _text(mine.get("upc"), 50), _text(mine.get("isrc"), 50)
    return {
        "upc": upc and codes.upc(upc),
        "isrc": isrc and codes.isrc(isrc),
        "custom_id": _text(mine.get("customId"), 100),
        "artist": _list(mine.get("artist")),
        "genre": _list(mine.get("genre")),
        "label": _text(mine.get("label"), 255),
    }


def upper(text: str | None, longest: int) -> str | None:
    """A word in capitals, its parts joined by `_`, as reports write it."""
    word = clean(text, longest)
    return word and word.upper().replace(" ", "_")


def _or_empty(text: str | None) -> str | None:
    """The text; an empty one says that there is none."""
    return None if text is None else clean(text, LONGEST_TEXT) or ""


def _text(value: object, longest: int) -> str | None:
    return clean(value, longest) if isinstance(value, str) else None


def _list(value: object) -> list[str] | None:
    if not isinstance(value, list):
        return None
    return items(text for text in value if isinstance(text, str))
