"""What is true of an asset: merged or not, its metadata by whom, its owners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from catalogtool.sandbox.asset_rows import MUSIC_TYPES, asset_of, in_conflict
from catalogtool.sandbox.identifiers import ASSETS_PER_VIDEO, upc_of
from catalogtool.sandbox.report_rows import day_cell
from catalogtool.sandbox.server.choices import OWNER
from catalogtool.sandbox.server.world import World
from catalogtool.sandbox.synthetic import Video

OTHER_OWNER = "SomeOtherLabelOwner000"
GROUP = 16
FIELDS = {"metadata_mine", "merged_into", "labels", "in_conflict", "refuse"}
# Assets of these types have an artist, and cannot be written without one.
WITH_ARTIST = frozenset({"sound_recording", "music_video"})
_TYPES = tuple("art_track_video" if t == "ART_TRACK" else t.lower() for t in MUSIC_TYPES)
_GENRES: tuple[list[str], ...] = (
    ["Pop"],
    ["Rock"],
    ["Hip-Hop", "R&B"],
    ["Classical"],
    ["World", "Folk"],
    [],
)
_NONE_GIVEN = "[None]"


@dataclass(frozen=True)
class AssetFacts:
    """One asset; `aliases`: the assets that were merged into it."""

    asset_id: str
    type: str
    labels: list[str]
    created: str
    mine: dict[str, Any]
    effective: dict[str, Any]
    in_conflict: bool
    policy: int
    aliases: list[str] = field(default_factory=list)
    refuse: str | None = None


class Assets:
    """All assets of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._merged = lru_cache(maxsize=65536)(self._by_chance)

    def exists(self, asset_id: str) -> bool:
        """Whether there is, or was before a merger, such an asset."""
        world = self._world
        if world.store.values("asset", asset_id):
            return True
        number = world.catalogue.ids.asset_number(asset_id)
        if number is None or number // ASSETS_PER_VIDEO >= world.choices.videos:
            return False
        claims = world.catalogue.claims(world.catalogue.video(number // ASSETS_PER_VIDEO))
        return any(claim.asset == number for claim in claims)

    def survivor(self, asset_id: str) -> str:
        """The asset that this one was merged into, else itself."""
        for _ in range(8):
            into = self._world.store.values("asset", asset_id).get("merged_into")
            into = into or self._merged(asset_id)
            if into is None:
                break
            asset_id = into
        return asset_id

    def find(self, asset_id: str) -> AssetFacts | None:
        """What is true of the asset that this id stands for now; None for an unknown one."""
        if not self.exists(asset_id):
            return None
        survivor = self.survivor(asset_id)
        written = self._world.store.values("asset", survivor)
        number = self._world.catalogue.ids.asset_number(survivor)
        if number is None:
            return _stray(survivor, written, self._aliases(survivor, number))
        video = self._world.catalogue.video(number // ASSETS_PER_VIDEO)
        kind = _TYPES[number % len(_TYPES)]
        mine = _metadata(self._world, number, video, kind)
        extra = _from_others(number, mine, kind)
        mine = dict(written.get("metadata_mine", mine))
        labels = asset_of(self._world.catalogue, number, video).labels
        return AssetFacts(
            survivor,
            kind,
            written.get("labels", [] if labels in ("", _NONE_GIVEN) else labels.split("|")),
            f"{day_cell(video.published)}T00:00:00.000Z",
            mine,
            extra | mine,
            bool(written.get("in_conflict", in_conflict(video))),
            video.policy,
            self._aliases(survivor, number),
            written.get("refuse"),
        )

    def _by_chance(self, asset_id: str) -> str | None:
        """One of 64 videos had its assets merged into that of the first video of its group."""
        catalogue = self._world.catalogue
        number = catalogue.ids.asset_number(asset_id)
        if number is None:
            return None
        index = number // ASSETS_PER_VIDEO
        if index % GROUP == 0 or catalogue.video(index).chance[15] >> 5 & 63:
            return None
        return catalogue.ids.asset_codes((index - index % GROUP) * ASSETS_PER_VIDEO).asset_id

    def _aliases(self, survivor: str, number: int | None) -> list[str]:
        store = self._world.store
        found = [
            other
            for other in store.resources("asset")
            if store.values("asset", other).get("merged_into") == survivor
        ]
        if number is not None and number % (GROUP * ASSETS_PER_VIDEO) == 0:
            ids = self._world.catalogue.ids
            others = range(number + ASSETS_PER_VIDEO, number + GROUP * ASSETS_PER_VIDEO)
            names = (ids.asset_codes(other).asset_id for other in others)
            found += [name for name in names if self._merged(name) and self.exists(name)]
        return found


def _metadata(world: World, number: int, video: Video, kind: str) -> dict[str, Any]:
    """What the owner said about the asset; the reports show the same."""
    asset = asset_of(world.catalogue, number, video)
    codes = asset.codes
    values: dict[str, Any] = {
        "title": asset.title,
        "genre": _GENRES[number % len(_GENRES)],
        "album": asset.album,
        "upc": asset.upc,
        "isrc": codes.isrc,
        "customId": "" if codes.custom_id == _NONE_GIVEN else codes.custom_id,
    }
    if kind == "composition":
        values["writer"] = asset.artist.split("|")
        del values["isrc"]
    else:
        values["artist"] = asset.artist.split("|")
        values["label"] = asset.label
    return {name: value for name, value in values.items() if value}


def _from_others(number: int, mine: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Codes that other owners know where ours has none, for half of the assets."""
    known: dict[str, Any] = {}
    if number & 1:
        return known
    if "isrc" not in mine and kind != "composition":
        letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
        registrant = "".join(letters[number // 10**7 // 23**place % 23] for place in range(3))
        known["isrc"] = f"QZ{registrant}{number // 10**5 % 100:02d}{number % 10**5:05d}"
    if "upc" not in mine:
        known["upc"] = upc_of(90_000_000_000 + number // 64)
    return known


def _stray(asset_id: str, written: Mapping[str, Any], aliases: list[str]) -> AssetFacts:
    """An asset that exists only because something was written to it."""
    mine = dict(written.get("metadata_mine", {"title": asset_id, "artist": ["Nobody"]}))
    return AssetFacts(
        asset_id, "sound_recording", list(written.get("labels", ())), "2020-01-01T00:00:00.000Z",
        mine, mine, bool(written.get("in_conflict", False)), 1, aliases, written.get("refuse"),
    )  # fmt: skip


def ownership(asset: AssetFacts) -> dict[str, Any]:
    """Who owns it where: all of the world, or two countries if somebody else claims them too."""
    kind = "youtubePartner#rightsOwnership"
    if not asset.in_conflict:
        everywhere = {"owner": OWNER, "ratio": 100, "type": "exclude", "territories": []}
        return {"kind": kind, _rights(asset): [everywhere]}
    share = 50 if asset.type == "composition" else 100
    owners = [
        {"owner": owner, "ratio": share, "type": "include", "territories": ["US", "CA"]}
        for owner in (OWNER, OTHER_OWNER)
    ]
    return {"kind": kind, _rights(asset): owners}


def conflicts(asset: AssetFacts) -> dict[str, Any] | None:
    if not asset.in_conflict:
        return None
    share = 50 if asset.type == "composition" else 100
    both = [{"owner": owner, "ratio": share} for owner in (OWNER, OTHER_OWNER)]
    lands = [{"territory": land, "conflictingOwnership": both} for land in ("US", "CA")]
    return {"kind": "youtubePartner#ownershipConflicts", _rights(asset): lands}


def _rights(asset: AssetFacts) -> str:
    return "mechanical" if asset.type == "composition" else "general"
