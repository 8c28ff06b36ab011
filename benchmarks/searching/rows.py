"""The SQL that fills each table from row numbers; every value is a hash of its row and the seed.

`helpers` are temporary tables of the words and names to choose from: word(slot, word),
maker(number, name, channel_id), performer(number, name) and publisher(number, name).
"""

from __future__ import annotations

from dataclasses import dataclass

from searching.draws import Draws, among, element, literal
from searching.values import (
    ASSET,
    CUSTOM_ID,
    FLAG_COLUMNS,
    ISRC,
    POLICY,
    UPC,
    flag_values,
    length_of,
    published,
    updated_at,
)
from searching.words import SLOTS, Script

CATEGORIES = (
    "Music", "Entertainment", "Film & Animation", "Gaming", "People & Blogs", "Comedy", "Education",
    "News & Politics", "Sports", "Howto & Style", "Travel & Events", "Science & Technology",
    "Autos & Vehicles", "Pets & Animals", "Nonprofits & Activism",
)  # fmt: skip
GENRES = ("Pop", "Rock", "Jazz", "Hip-Hop", "Classical", "Electronic", "Folk", "Reggae", "Soul")
UPLOADS = ("YT_STUDIO", "API", "YT_LIVE", "MOBILE", "PARTNER_UPLOAD", "MULTIPART")
MOST_WORDS = 9
# Made-up words that occur in this share of the titles, or in this number of them.
SHARES = {"karaoke": 0.10, "acappella": 0.01, "quodlibet": 0.001}
NUMBERS = {"zwielicht": 50, "hapaxes": 5, "singularis": 1}
# Each of these is common; together they hold for fifty videos.
FIFTY = {"privacy_status": "private", "policy": "block", "is_live_stream": "yes"}


@dataclass(frozen=True)
class Size:
    """How many of everything."""

    videos: int
    seed: int

    @property
    def channels(self) -> int:
        return min(10_000, max(20, self.videos // 1000))

    @property
    def artists(self) -> int:
        return min(50_000, max(200, self.videos // 200))

    @property
    def labels(self) -> int:
        return 2_000


def videos(size: Size, scripts: list[Script]) -> str:
    """INSERT of the videos with numbers from %(first)s to %(last)s."""
    draws = Draws(size.seed)
    values = _values(size, draws, scripts)
    joins = "\n".join(
        f"LEFT JOIN word w{n} ON w{n}.slot = d.script * {SLOTS} + "
        f"({draws.bits(f'word {n}')} & {SLOTS - 1}) AND d.words >= {n}"
        for n in range(1, MOST_WORDS + 1)
    )
    return f"""
INSERT INTO video ({", ".join(values)})
SELECT {", ".join(values.values())}
FROM ({_drawn(size, draws, scripts)}) AS d
{joins}
LEFT JOIN maker m ON m.number = d.maker
LEFT JOIN publisher l ON l.number = d.publisher
LEFT JOIN performer p1 ON p1.number = d.performer
LEFT JOIN performer p2 ON p2.number = d.guest
"""


def _drawn(size: Size, draws: Draws, scripts: list[Script]) -> str:
    """What several columns depend on; OFFSET keeps it from being computed once for each."""
    script = among(draws.share("script"), [(s.share, str(n)) for n, s in enumerate(scripts)])
    named = draws.share("artist")
    return f"""
SELECT i, coalesce({script}, 0) AS script, {draws.share("asset")} AS asset_share,
    2 + {draws.below("words", MOST_WORDS - 1)} AS words, {draws.bits("flags")} AS flags,
    CASE WHEN {draws.share("channel")} < 0.99 THEN {draws.tailed("maker", size.channels, 3)} END
        AS maker,
    CASE WHEN {draws.share("label")} < 0.6 THEN {draws.tailed("publisher", size.labels, 2.5)} END
        AS publisher,
    CASE WHEN {named} < 0.55 THEN {draws.tailed("performer", size.artists, 2.5)} END AS performer,
    CASE WHEN {named} < 0.12 THEN {draws.tailed("guest", size.artists, 2.5)} END AS guest,
    {draws.below("asset number", max(size.videos // 2, 1))}::bigint AS asset,
    {draws.share("policy")} AS policy_share, {draws.share("live")} < 0.02
        OR i %% {max(size.videos // 50, 1)} = 3 AS live,
    i %% {max(size.videos // 50, 1)} = 3 AS one_of_fifty, {draws.share("short")} < 0.2 AS short
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i OFFSET 0"""


def _values(size: Size, draws: Draws, scripts: list[Script]) -> dict[str, str]:
    category = element(CATEGORIES, draws.tailed("category", len(CATEGORIES), 2.2))
    administered = f"{draws.share('administered')} < 0.02"
    return {
        "id": "i",
        "video_id": f"rtrim(translate(encode(int8send({draws.bits('id')}), 'base64'),"
        " '+/', '-_'), '=')",
        "title": _title(size, draws, scripts),
        "channel_id": "m.channel_id",
        "channel_display_name": "m.name",
        "asset_id": f"CASE WHEN asset_share < 0.6 THEN {ASSET} END",
        "custom_id": among(draws.share("custom"), [(0.3, CUSTOM_ID), (0.002, "''")]),
        "artist": f"""CASE WHEN p2.name <> p1.name THEN ARRAY[p1.name, p2.name]
            WHEN p1.name IS NOT NULL THEN ARRAY[p1.name]
            WHEN {draws.share("no artist")} < 0.02 THEN ARRAY[]::text[] END""",
        "genre": f"CASE WHEN {draws.share('genre')} < 0.3"
        f" THEN ARRAY[{element(GENRES, draws.tailed('which genre', len(GENRES), 2))}] END",
        "label": "l.name",
        "isrc": f"CASE WHEN {draws.share('isrc')} * (1 + 2 * asset_share) < 0.8 THEN {ISRC} END",
        "upc": f"CASE WHEN {draws.share('upc')} < 0.4 THEN {UPC} END",
        "category": f"CASE WHEN {draws.share('categorised')} < 0.99 THEN {category} END",
        "claimed_status": among(
            f"{draws.share('claimed')} + asset_share / 3",
            [(0.8, "'claimed'"), (0.4, "'unclaimed'"), (0.05, "'disputed'")],
        ),
        "effective_policy": POLICY,
        "privacy_status": "CASE WHEN one_of_fifty THEN 'private' ELSE "
        + among(
            draws.share("privacy"),
            [(0.88, "'public'"), (0.08, "'unlisted'"), (0.03, "'private'")],
        )
        + " END",
        "other_owners_claiming": "CASE WHEN flags & 31 = 7"
        " THEN 'Other Owner ' || (flags >> 5 & 63) END",
        **dict(zip(FLAG_COLUMNS, flag_values(), strict=True)),
        "video_length": length_of(draws),
        "time_published": published(draws),
        "upload_source": element(UPLOADS, draws.tailed("upload", len(UPLOADS), 2)),
        "is_short": "CASE WHEN flags >> 60 & 7 < 7 THEN short END",
        "is_live_stream": "CASE WHEN live OR flags >> 57 & 7 < 7 THEN live END",
        "hidden": f"{draws.share('hidden')} < 0.005",
        "administered": administered,
        "administered_at": f"CASE WHEN {administered} THEN %(now)s - 90"
        f" * {draws.share('when')} * interval '1 day' END",
        "notes": f"CASE WHEN {draws.share('notes')} < 0.01 THEN 'Ask the label, case ' || i END",
        "created_at": "%(now)s - interval '400 days'",
        "updated_at": updated_at(draws),
    }


def _title(size: Size, draws: Draws, scripts: list[Script]) -> str:
    spaceless = ", ".join(str(number) for number, script in enumerate(scripts) if not script.joint)
    words = ", ".join(f"w{n}.word" for n in range(1, MOST_WORDS + 1))
    rare = " ".join(
        f"WHEN i %% {max(size.videos // number, 1)} = {number} %% {max(size.videos // number, 1)}"
        f" THEN ' {word}'"
        for word, number in NUMBERS.items()
    )
    often = among(draws.share("often"), [(s, literal(f" {w}")) for w, s in SHARES.items()])
    return f"""CASE WHEN {draws.share("titled")} < 0.995 THEN
        concat_ws(CASE WHEN d.script IN ({spaceless}) AND d.words < 8 THEN '' ELSE ' ' END, {words})
        || coalesce(CASE {rare} ELSE {often} END, '')
        || CASE WHEN {draws.share("numbered")} < 0.1 THEN ' #' || i %% 1000 ELSE '' END END"""
