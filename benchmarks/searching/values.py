"""The SQL of single values: codes, policies, flags, lengths and times.

They read the columns that `rows` draws for each video: i, asset, asset_share, flags,
policy_share, live, one_of_fifty, short. A percent sign is doubled, as the driver wants it.
"""

from __future__ import annotations

from catalogtool.catalog.models import FLAGS
from searching.draws import Draws, among, element

FLAG_COLUMNS = FLAGS
MOMENTS = 10
MOMENTS_APART = "17 days"
YEARS = 15

ASSET = "'A' || lpad((asset * 6180339887 %% 10000000000000000)::text, 16, '0')"

# Without an asset the codes are the video's own.
_NUMBER = "(CASE WHEN asset_share < 0.6 THEN asset ELSE 20000000 + i END)"
_COUNTRIES = ("US", "GB", "DE", "FR", "JP", "KR", "BR", "QM", "QZ", "IN")
ISRC = (
    element(_COUNTRIES, f"({_NUMBER} %% 10)::int")
    + f" || upper(substr(md5(({_NUMBER} / 100000)::text), 1, 3))"
    + f" || lpad(({_NUMBER} %% 25)::text, 2, '0') || lpad(({_NUMBER} %% 100000)::text, 5, '0')"
)

_RELEASE = f"(({_NUMBER} / 8) * 61803398873 %% 100000000000)"
_CHECKED = " + ".join(
    f"{_RELEASE} / {10**place} %% 10 * {1 if place % 2 else 3}" for place in range(11)
)
UPC = f"lpad({_RELEASE}::text, 11, '0') || (10 - ({_CHECKED}) %% 10) %% 10"

CUSTOM_ID = f"""CASE (flags >> 45 & 7)
    WHEN 0 THEN 'CU-' || asset WHEN 1 THEN 'CU-' || i WHEN 2 THEN 'ALB_' || asset / 12
    WHEN 3 THEN 'catalogue/' || asset / 100 || '/' || i WHEN 4 THEN 'ДК-' || asset
    WHEN 5 THEN '品番' || i WHEN 6 THEN '00' || asset ELSE {ISRC} END"""

# The fifty have a combination that no other video has: see FIFTY.
POLICY = (
    "CASE WHEN one_of_fifty THEN 'Block in all countries' ELSE "
    + among(
        "policy_share",
        [
            (0.58, "'Monetize in all countries'"),
            (0.06, "'Monetize in US, CA; track elsewhere'"),
            (0.10, "'Track in all countries'"),
            (0.05, "CASE WHEN live THEN 'Track in US' ELSE 'Block in all countries' END"),
            (0.02, "'Takedown requested'"),
        ],
    )
    + " END"
)


def flag_values() -> list[str]:
    """`Yes`, `No` or null for each flag; a report brings all or none, and seldom all but one."""
    return [_another_owner(), *(_flag(number) for number in range(1, len(FLAG_COLUMNS)))]


def _another_owner() -> str:
    return "CASE WHEN flags & 31 = 7 THEN 'Yes' WHEN flags & 31 < 29 THEN 'No' END"


def _flag(number: int) -> str:
    """What is monetized mostly says yes."""
    bits = 3 * number + 3
    return f"""CASE WHEN flags >> 52 & 31 = 0 OR flags >> {bits} & 1023 = 0 THEN NULL
        WHEN (policy_share < 0.64) = (flags >> {bits} & 7 > 0) THEN 'Yes' ELSE 'No' END"""


def length_of(draws: Draws) -> str:
    """Seconds: Shorts, songs, and a long tail up to twelve hours."""
    share = draws.share("length")
    return f"""CASE WHEN short THEN 8 + floor(52 * {share})::int
        WHEN {draws.share("known length")} < 0.01 THEN NULL
        WHEN {draws.share("song")} < 0.6 THEN 110 + floor(230 * {share})::int
        ELSE 200 + floor(43000 * power({share}, 6::float8))::int END"""


def published(draws: Draws) -> str:
    """More and more towards today; some at midnight, some at full minutes, so that they tie."""
    days = f"{YEARS * 365} * (1 - sqrt({draws.share('published')}))"
    moment = f"%(now)s - {days} * interval '1 day'"
    return f"""CASE WHEN {draws.share("known day")} < 0.005 THEN NULL
        WHEN {draws.share("midnight")} < 0.1 THEN date_trunc('day', {moment})
        WHEN {draws.share("minute")} < 0.3 THEN date_trunc('minute', {moment})
        ELSE date_trunc('second', {moment}) END"""


def updated_at(draws: Draws) -> str:
    """One of the imports, the later ones more often; a twentieth was edited by itself."""
    return f"""CASE WHEN {draws.share("edited")} < 0.05
        THEN %(now)s - 300 * {draws.share("when edited")} * interval '1 day'
        ELSE {moment(draws.tailed("moment", MOMENTS, 2))} END"""


def moment(number: str) -> str:
    """When the n-th last import ran."""
    return f"%(now)s - interval '5 hours' - {number} * interval '{MOMENTS_APART}'"
