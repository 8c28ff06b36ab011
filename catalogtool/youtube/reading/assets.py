"""An asset of assets.list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalogtool.youtube.facts import AssetFacts
from catalogtool.youtube.reading.ownership import conflicts_of, ownership_text
from catalogtool.youtube.reading.policies import match_policy_text
from catalogtool.youtube.reading.scalars import cleaned, part, text_of, texts_of, word_of


def asset_facts(item: Mapping[str, Any]) -> AssetFacts | None:
    """What the item says; None if it does not say of which asset."""
    ids = ids_of(item)
    if not word_of(item, "id"):
        return None
    shown = _version(item, "metadata", "Effective")
    owner, territories = _conflicts(item)
    return AssetFacts(
        asset_id=ids[0],
        aliases=ids[1:],
        type=word_of(item, "type"),
        labels=texts_of(item, "label"),
        title=text_of(shown, "title"),
        album=text_of(shown, "album"),
        artist=texts_of(shown, "artist"),
        genre=texts_of(shown, "genre"),
        label=text_of(shown, "label"),
        upc=word_of(shown, "upc"),
        isrc=word_of(shown, "isrc"),
        custom_id=word_of(shown, "customId"),
        match_policy=match_policy_text(_version(item, "matchPolicy", "Effective")),
        ownership=ownership_text(_version(item, "ownership", "Effective")),
        conflicting_owner=owner,
        conflicting_country_code=territories,
        mine=cleaned(dict(part(item, "metadataMine"))),
    )


def ids_of(item: Mapping[str, Any]) -> list[str]:
    """The asset's own id first, then those of the assets that were merged into it."""
    own = word_of(item, "id")
    return list(dict.fromkeys([*([own] if own else []), *(texts_of(item, "aliasId") or [])]))


def by_asked_id(asked: Sequence[str], assets: Iterable[AssetFacts]) -> dict[str, AssetFacts]:
    """The assets by the ids that were asked for, which may be those of merged ones."""
    known: dict[str, AssetFacts] = {}
    for asset in assets:
        for alias in asset.aliases:
            known.setdefault(alias, asset)
        known[asset.asset_id] = asset
    return {one: known[one] for one in asked if one in known}


def _version(item: Mapping[str, Any], name: str, version: str) -> Mapping[str, Any]:
    """One version of an object, which has no suffix where only that one was asked for."""
    return part(item, f"{name}{version}") or part(item, name)


def _conflicts(item: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Where ownership was asked for, an answer without conflicts says that there are none."""
    if isinstance(item.get("ownershipConflicts"), dict):
        return conflicts_of(part(item, "ownershipConflicts"))
    asked = any(name in item for name in ("ownership", "ownershipEffective"))
    return ("", "") if asked else (None, None)
