"""The rows of the claims and asset reports, where the facts about an asset stand.

Artist, album, label and codes belong to the asset, so that videos which share one agree on them.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

from catalogtool.sandbox.identifiers import ASSETS_PER_RELEASE, ASSETS_PER_VIDEO, AssetCodes
from catalogtool.sandbox.report_columns import Layout
from catalogtool.sandbox.report_rows import (
    YES_NO,
    Cells,
    day_cell,
    engaged_views,
    picker,
    quoted,
)
from catalogtool.sandbox.synthetic import PRIVACY, Claim, Synthetic, Video

_SHORT_LIST = "US|CA|GB|DE|FR|JP|KR|BR|MX|IN|IT|ES"
# Every territory but two, as real reports spell "everywhere except" out: 700 characters.
_TERRITORY_CODES = (
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBZCACCCDCFCGCHCICK"
    "CLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGR"
    "GSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLT"
    "LULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPH"
    "PKPLPMPNPRPSPTPWPYQARERORSRWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTM"
    "TNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW"
)
_LONG_LIST = "|".join(_TERRITORY_CODES[n : n + 2] for n in range(0, len(_TERRITORY_CODES), 2))
_LABELS = ("Northern Light Records", "Casa da Música", "夜明けレコード", "Plain & Sons", "")
_ASSET_LABELS = ("", "", "", "[None]", "catalogue", "catalogue|priority", "frontline|2024")
MUSIC_TYPES = ("SOUND_RECORDING", "SOUND_RECORDING", "MUSIC_VIDEO", "COMPOSITION", "ART_TRACK")
_FILM_TYPES = ("MOVIE", "TELEVISION_EPISODE", "WEB")
# Territories of the actions monetize, track and block, by the number of the video's policy.
TERRITORIES = (
    ("", "", ""), (_SHORT_LIST, "", ""), ("", _SHORT_LIST, ""), ("", "", _SHORT_LIST),
    (_LONG_LIST, "", "RU|BY"), (_SHORT_LIST, "", "CU|IR|KP"), (_SHORT_LIST, "US", ""),
)  # fmt: skip

CLAIM_FACTS = (
    "video_id", "channel_id", "channel_display_name", "video_title", "views", "engaged_views",
    "video_matching_length", "matching_duration", "longest_match", "video_duration_sec",
    "video_upload_date", "claim_created_date", "is_shorts_eligible", "video_privacy_status",
    "claim_policy_monetize", "claim_policy_track", "claim_policy_block", "asset_policy_monetize",
    "asset_policy_track", "asset_policy_block", "uploader", "content_type",
    "claim_id", "claim_status", "claim_status_detail", "claim_origin", "claim_type", "asset_id",
    "custom_id", "asset_title", "artist", "album", "record_label", "upc", "isrc", "asset_labels",
    "writers", "reference_id", "reference_video_id", "claim_policy_id", "asset_policy_id", "tms",
    "director", "studio", "season", "episode_number", "episode_title", "release_date",
    "hfa_song_code", "grid", "iswc",
)  # fmt: skip
ASSET_FACTS = (
    "approx_daily_views", "approx_daily_engaged_views", "sr_approx_daily_engaged_views",
    "asset_id", "custom_id", "isrc", "other_isrc", "upc", "artist", "asset_title", "album",
    "label", "asset_type", "status", "metadata_origination", "match_policy", "is_merged",
    "ownership", "conflicting_country_code", "conflicting_owner", "asset_label", "active_claims",
    "constituent_asset_id", "active_reference_id", "inactive_reference_id", "embedded_asset_id",
    "grid", "season", "episode_title", "tms",
)  # fmt: skip


class Asset(NamedTuple):
    """The facts about one asset; texts are as in the catalogue, not yet cells."""

    codes: AssetCodes
    title: str
    artist: str
    album: str
    label: str
    upc: str
    labels: str


def asset_of(catalogue: Synthetic, asset: int, video: Video) -> Asset:
    """The facts about an asset of this video, which it may have from another one."""
    home = asset // ASSETS_PER_VIDEO
    title = video.title if home == video.number else catalogue.home_title(home)
    release = asset // ASSETS_PER_RELEASE
    artist = f"{title.artist}|Guest {title.artist[:2]}" if asset % 11 == 0 else title.artist
    return Asset(
        catalogue.ids.asset_codes(asset), title.song, artist,
        f"{title.song.split(' ')[0]} Vol. {release}", _LABELS[release % 5],
        catalogue.ids.upc(asset), _ASSET_LABELS[asset % 7],
    )  # fmt: skip


def claim_rows(
    catalogue: Synthetic, layout: Layout, indexes: Iterable[int] | None = None
) -> Iterator[list[Cells]]:
    """For these videos, else endless: the rows of each claimed one, ended claims last."""
    pick = picker(CLAIM_FACTS, layout)
    for index in count() if indexes is None else indexes:
        video = catalogue.video(index)
        if not video.claims:
            continue
        claims = catalogue.claims(video)
        ended = catalogue.ended_claim(video)
        if ended:
            claims.append(ended)
        common = _video_cells(video)
        yield [pick(common + _claim_cells(catalogue, video, claim)) for claim in claims]


def asset_rows(
    catalogue: Synthetic, layout: Layout, indexes: Iterable[int] | None = None
) -> Iterator[list[Cells]]:
    """For these videos, else endless: the assets that came with each; shared ones stand once."""
    pick = picker(ASSET_FACTS, layout)
    types = MUSIC_TYPES if "artist" in layout.names else _FILM_TYPES
    for index in count() if indexes is None else indexes:
        video = catalogue.video(index)
        own = [c for c in catalogue.claims(video) if c.asset // ASSETS_PER_VIDEO == index]
        numbers = dict.fromkeys(claim.asset for claim in own)
        if numbers:
            yield [pick(_asset_cells(catalogue, video, number, types)) for number in numbers]


def in_conflict(video: Video) -> bool:
    """Whether somebody else says that he owns the video's assets too."""
    return video.chance[15] & 31 == 0


def without_commas(text: str) -> str:
    """As YouTube writes titles and names into its claims report."""
    return quoted(text.replace(",", " "))


def _video_cells(video: Video) -> Cells:
    chance, length = video.chance, video.length
    uploaded = video.published - (chance[13] >> 4 & 7)
    matching = 1 + chance[15] % length
    return (
        video.video_id, video.channel.channel_id, without_commas(video.channel.name),
        without_commas(video.title.text), str(video.views), str(engaged_views(video)),
        str(matching), str(matching), str(1 + matching // 2), str(length),
        day_cell(uploaded), day_cell(video.published + chance[15] % 90),
        "true" if length <= 60 else "false", PRIVACY[video.privacy],
        *TERRITORIES[video.policy], *TERRITORIES[video.policy], video.channel.username,
        "Partner-provided",
    )  # fmt: skip


def _claim_cells(catalogue: Synthetic, video: Video, claim: Claim) -> Cells:
    asset = asset_of(catalogue, claim.asset, video)
    return (
        claim.claim_id, claim.status, "CLOSED_MANUALLY" if claim.status == "INACTIVE" else "",
        "Audio match", "AUDIOVISUAL" if claim.asset & 3 else "AUDIO", asset.codes.asset_id,
        asset.codes.custom_id, quoted(asset.title), quoted(asset.artist), quoted(asset.album),
        asset.label, asset.upc, asset.codes.isrc, asset.labels, quoted(asset.artist),
        "", "", "", "", "", "", "", "", "", "", "", "", "", "",
    )  # fmt: skip


def _asset_cells(catalogue: Synthetic, video: Video, number: int, types: tuple[str, ...]) -> Cells:
    asset = asset_of(catalogue, number, video)
    views = video.views >> 9
    conflict = in_conflict(video)
    return (
        str(views), str(views - (views >> 3)), "0", *asset.codes, "", asset.upc,
        quoted(asset.artist), quoted(asset.title), quoted(asset.album), asset.label,
        types[number % len(types)], "ACTIVE", "Owner provided", "Monetize in all countries",
        YES_NO[video.chance[15] >> 5 & 31 == 0].lower(), "50% US|CA" if conflict else "100% WW",
        "US|CA" if conflict else "", "Some Other Label" if conflict else "", asset.labels, "1",
        "", "", "", "", "", "", "", "",
    )  # fmt: skip
