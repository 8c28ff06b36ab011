"""The Content ID API's assets: list, get, ownership, match policy, and writing metadata."""

from __future__ import annotations

import re
from typing import Any

from catalogtool.sandbox.server.assets import (
    WITH_ARTIST,
    AssetFacts,
    Assets,
    conflicts,
    ownership,
)
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.parameters import needed_ids
from catalogtool.sandbox.server.policies import KNOWN
from catalogtool.sandbox.server.refusals import Refusal, forbidden, invalid, not_found
from catalogtool.sandbox.server.world import World

LONGEST_TEXT, LONGEST_CUSTOM_ID = 255, 64
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_CUSTOM_ID = re.compile(r"[A-Za-z0-9\-_.@/]+")
_VERSIONS = ("effective", "mine")


class AssetAnswers:
    def __init__(self, world: World) -> None:
        self._assets = Assets(world)
        self._world = world

    def list(self, request: Request) -> Answer:
        """Each asset once, also if two of its ids were asked for."""
        ids = needed_ids(request)
        chosen: dict[str, AssetFacts] = {}
        for asset_id in ids:
            asset = self._assets.find(asset_id)
            if asset and not (request.forgetful and len(asset_id) * request.number % 3 == 0):
                _refuse_if_told(asset)
                chosen[asset.asset_id] = asset
            elif asset:
                request.left_out.add(asset_id)
        items = [_resource(request, asset) for asset in chosen.values()]
        return found({"kind": "youtubePartner#assetList", "items": items}, ids=len(ids))

    def get(self, request: Request, asset_id: str) -> Answer:
        return found(_resource(request, self._known(asset_id)), ids=1)

    def ownership(self, _request: Request, asset_id: str) -> Answer:
        return found(ownership(self._known(asset_id)), ids=1)

    def match_policy(self, _request: Request, asset_id: str) -> Answer:
        return found(_match_policy(self._known(asset_id)), ids=1)

    def patch(self, request: Request, asset_id: str) -> Answer:
        """What is given is set, null removes; everything else stays."""
        asset = self._known(asset_id)
        given = _given(request, asset)
        mine = {name: v for name, v in {**asset.mine, **given}.items() if v is not None}
        return self._write(asset, mine)

    def put(self, request: Request, asset_id: str) -> Answer:
        """What is given is all that is left."""
        asset = self._known(asset_id)
        given = _given(request, asset)
        return self._write(asset, {name: v for name, v in given.items() if v is not None})

    def _write(self, asset: AssetFacts, mine: dict[str, Any]) -> Answer:
        self._world.write("asset", asset.asset_id, {"metadata_mine": mine})
        written = self._known(asset.asset_id)
        body = _head(written) | {
            "metadataMine": written.mine,
            "metadataEffective": written.effective,
        }
        return found(body, ids=1)

    def _known(self, asset_id: str) -> AssetFacts:
        asset = self._assets.find(asset_id)
        if asset is None:
            raise not_found("notFound", f"Asset not found: {asset_id}")
        _refuse_if_told(asset)
        return asset


def _refuse_if_told(asset: AssetFacts) -> None:
    if asset.refuse == "forbidden":
        raise forbidden(f"Forbidden: {asset.asset_id}")
    if asset.refuse:
        raise Refusal(400, asset.refuse, f"The asset {asset.asset_id} cannot be served.")


def _head(asset: AssetFacts) -> dict[str, Any]:
    head: dict[str, Any] = {
        "kind": "youtubePartner#asset",
        "id": asset.asset_id,
        "type": asset.type,
        "timeCreated": asset.created,
    }
    if asset.aliases:
        head["aliasId"] = asset.aliases
    if asset.labels:
        head["label"] = asset.labels
    return head


def _resource(request: Request, asset: AssetFacts) -> dict[str, Any]:
    body = _head(asset)
    metadata = {"mine": asset.mine, "effective": asset.effective}
    _put(body, "metadata", _versions(request, "fetchMetadata"), metadata)
    owners = ownership(asset)
    both = {"mine": owners, "effective": owners}
    _put(body, "ownership", _versions(request, "fetchOwnership"), both)
    policy = _match_policy(asset)
    same = {"mine": policy, "effective": policy}
    _put(body, "matchPolicy", _versions(request, "fetchMatchPolicy"), same)
    if request.flag("fetchOwnershipConflicts") and (found_conflicts := conflicts(asset)):
        body["ownershipConflicts"] = found_conflicts
    return body


def _put(
    body: dict[str, Any], name: str, versions: list[str], values: dict[str, dict[str, Any]]
) -> None:
    """The object without a suffix is there only if exactly one version was asked for."""
    for version in versions:
        body[f"{name}{version.title()}"] = values[version]
    if len(versions) == 1:
        body[name] = values[versions[0]]


def _versions(request: Request, name: str) -> list[str]:
    versions = [text.lower() for text in request.texts(name)]
    if unknown := set(versions) - {*_VERSIONS, "none"}:
        raise invalid(f"Invalid value: {min(unknown)}", name)
    return [version for version in versions if version != "none"]


def _match_policy(asset: AssetFacts) -> dict[str, Any]:
    policy = KNOWN.get(asset.policy)
    body: dict[str, Any] = {"kind": "youtubePartner#assetMatchPolicy"}
    return body | {"policyId": policy["id"], "rules": policy["rules"]} if policy else body


def _given(request: Request, asset: AssetFacts) -> dict[str, Any]:
    """The `metadataMine` of the body, checked as YouTube does."""
    try:
        given = request.document().get("metadataMine")
    except ValueError as error:
        raise invalid(f"Parse error: {error}", "body", "parseError") from None
    if not isinstance(given, dict):
        raise invalid("metadataMine is required.", "metadataMine", "required")
    if asset.type in WITH_ARTIST and not given.get("artist"):
        raise invalid("metadataMine.artist is required.", "metadataMine.artist", "required")
    for name, value in given.items():
        if value is not None and value != asset.mine.get(name):
            _check(name, value)
    return given


def _check(name: str, value: object) -> None:
    lists = name in ("artist", "genre", "writer", "actor", "director", "producer", "keyword")
    texts = value if lists and isinstance(value, list) else [value]
    good = (isinstance(value, list) if lists else isinstance(value, str)) and all(
        isinstance(text, str) and len(text.encode()) <= LONGEST_TEXT for text in texts
    )
    if good and name == "isrc":
        good = bool(_ISRC.fullmatch(str(value)))
    elif good and name == "customId":
        text = str(value)
        good = len(text) <= LONGEST_CUSTOM_ID and bool(_CUSTOM_ID.fullmatch(text))
    elif good and name == "upc":
        good = str(value).isdecimal() and len(str(value)) in (12, 13, 14)
    elif name in ("releaseDate", "copyrightDate"):
        good = isinstance(value, dict)
    if not good:
        raise invalid(f"Invalid value for {name}.", f"metadataMine.{name}")
