"""The ids and codes of the synthetic catalogue: valid in form, unique within a seed."""

from typing import NamedTuple

from catalogtool.sandbox.mixing import MASK, Mixer, from_code, scramble, to_code, unscramble

ASSETS_PER_VIDEO = 4
ASSETS_PER_RELEASE = 32
MAX_CLAIMS = 4
MAX_VIDEOS = 100_000_000

_ASSET_SPACE, _ASSET_STRIDE = 10**16, 6_180_339_887_498_949
_UNDO_ASSET_STRIDE = pow(_ASSET_STRIDE, -1, _ASSET_SPACE)
_CODE_SPACE, _CODE_STRIDE = 4096 * 100_000, 253_138_361
_UPC_SPACE, _UPC_STRIDE = 10**11, 61_803_398_873

_COUNTRIES = ("US", "GB", "DE", "FR", "JP", "KR", "BR", "MX", "IN", "QM", "QZ", "SE", "CA", "IT")
_REGISTRANTS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
# Codes that a spreadsheet or a careless parser would spoil stand among ordinary ones. None means
# that the owner gave no code of his own, or took the ISRC.
_CUSTOM_PREFIXES = (
    *(None,) * 15, *("CU-",) * 18, *("ALB_",) * 10, *("catalogue/",) * 8, *("00",) * 4,
    "=", "+", "-", "@", "1E", "#", "ДК-", "品番", "[None]",
)  # fmt: skip


class AssetCodes(NamedTuple):
    """`isrc` is empty for a quarter of the assets, `custom_id` for some; `asset_id` never."""

    asset_id: str
    custom_id: str
    isrc: str


def _isrc_prefixes() -> list[str]:
    """4,096 different combinations of country, registrant and year."""
    prefixes = []
    for number in range(4096):
        rest, year = divmod(number, 16)
        first, second = divmod(rest * 5, len(_REGISTRANTS))
        third = _REGISTRANTS[(rest * 7) % len(_REGISTRANTS)]
        country = _COUNTRIES[rest % len(_COUNTRIES)]
        registrant = _REGISTRANTS[first % len(_REGISTRANTS)] + _REGISTRANTS[second] + third
        prefixes.append(f"{country}{registrant}{(year + 10) % 100:02d}")
    return prefixes


_ISRC_PREFIXES = _isrc_prefixes()


def upc_of(eleven_digits: int) -> str:
    """The twelve-digit UPC with its check digit."""
    digits = f"{eleven_digits:011d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return f"{digits}{-(3 * odd + even) % 10}"


class Identifiers:
    """All the ids of one seed; every method maps different numbers to different ids."""

    def __init__(self, seed: int) -> None:
        words = Mixer(seed, "identifiers").words(0)
        self._videos = words[0] << 32 | words[1]
        self._claims = words[2] << 32 | words[3]
        self._assets = words[4] << 16
        self._codes = words[5] % _CODE_SPACE
        self._releases = words[6]

    def video_id(self, index: int) -> str:
        return to_code(scramble((index + self._videos) & MASK))

    def video_index(self, video_id: str) -> int | None:
        """The way back, without a table: which video has this id, if any."""
        try:
            index = (unscramble(from_code(video_id)) - self._videos) & MASK
        except ValueError:
            return None
        return index if index < MAX_VIDEOS and self.video_id(index) == video_id else None

    def claim_id(self, index: int, position: int) -> str:
        """The claim at `position` (0 to MAX_CLAIMS) of a video."""
        return to_code(scramble((index * 8 + position + self._claims) & MASK))

    def claim_place(self, claim_id: str) -> tuple[int, int] | None:
        """The video's index and the position behind a claim id, if a claim can have it."""
        try:
            place = (unscramble(from_code(claim_id)) - self._claims) & MASK
        except ValueError:
            return None
        index, position = divmod(place, 8)
        known = index < MAX_VIDEOS and self.claim_id(index, position) == claim_id
        return (index, position) if known else None

    def asset_number(self, asset_id: str) -> int | None:
        """Which asset has this id, if any."""
        if len(asset_id) != 17 or asset_id[0] != "A" or not asset_id[1:].isdecimal():
            return None
        asset = (int(asset_id[1:]) - self._assets) * _UNDO_ASSET_STRIDE % _ASSET_SPACE
        known = asset < MAX_VIDEOS * ASSETS_PER_VIDEO
        return asset if known and self.asset_codes(asset).asset_id == asset_id else None

    def asset_codes(self, asset: int) -> AssetCodes:
        """The three codes of an asset, made together because every row of a report needs them."""
        code = (asset * _CODE_STRIDE + self._codes) % _CODE_SPACE
        isrc = ""
        if code >> 5 & 3:
            isrc = _ISRC_PREFIXES[code // 100_000] + str(100_000 + code % 100_000)[1:]
        prefix = _CUSTOM_PREFIXES[code >> 8 & 63]
        if prefix is None:
            custom_id = isrc if code & 1 else ""
        else:
            custom_id = f"{prefix}{code}" if prefix != "[None]" else prefix
        number = (asset * _ASSET_STRIDE + self._assets) % _ASSET_SPACE
        return AssetCodes("A" + str(_ASSET_SPACE + number)[1:], custom_id, isrc)

    def upc(self, asset: int) -> str:
        """Twelve digits shared by the assets of one release; a fifth of them have none."""
        release = asset // ASSETS_PER_RELEASE
        if release % 5 == 3:
            return ""
        return upc_of((release * _UPC_STRIDE + self._releases) % _UPC_SPACE)
