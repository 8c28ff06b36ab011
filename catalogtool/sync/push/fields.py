"""Which edits YouTube can be told of, where they go, and why others can't be sent."""

from __future__ import annotations

from catalogtool.catalog.edits.fields import EDITABLE, LOCAL
from catalogtool.youtube.categories import CATEGORY_NAMES

VIDEO, ASSET = "video", "asset"
TARGETS = (VIDEO, ASSET)

# The fields of a video's own resource, with the part that each stands in; an update overrides every
# property of a part.
PARTS = {"title": "snippet", "category": "snippet", "privacy_status": "status"}
# The fields of the asset that a video shows, by their names in its metadata.
METADATA = {
    "custom_id": "customId",
    "artist": "artist",
    "genre": "genre",
    "label": "label",
    "upc": "upc",
    "isrc": "isrc",
}
# Every field of which an edit can wait, in the order of the editor.
PUSHED = tuple(name for name in EDITABLE if name not in LOCAL)

READ_UNITS, WRITE_UNITS = 1, 50

LONGEST_TITLE = 100
LONGEST_CUSTOM_ID = 64
LONGEST_LABEL = 255
# Which types of asset have which fields, as reports and the API spell them. Nothing is written of
# art tracks anywhere; YouTube itself may say.
_ART_TRACKS = ("art_track", "art_track_video")
MUSIC_TYPES = ("sound_recording", "music_video", *_ART_TRACKS)
RECORDING_TYPES = ("sound_recording", *_ART_TRACKS)
ONLY_OF = {
    "artist": (MUSIC_TYPES, "Only sound recordings and music videos have artists"),
    "isrc": (MUSIC_TYPES, "Only sound recordings and music videos have an ISRC"),
    "label": (RECORDING_TYPES, "Only sound recordings have a label"),
}
# YouTube takes no write of these without an artist.
NEED_ARTIST = ("sound_recording", "music_video")


def target_of(field: str) -> str | None:
    """Where an edit of this field goes; None: nowhere."""
    if field in PARTS:
        return VIDEO
    return ASSET if field in METADATA else None


def _types(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_ONLY_OF = " ".join(
    f"WHEN p.field = '{name}' AND lower(a.asset_type) NOT IN ({_types(types)}) THEN '{said}'"
    for name, (types, said) in ONLY_OF.items()
)
# SQL for why the edit `p` of the video `v`, whose asset is `a`, can't be sent; null if it can. The
# texts are ours and hold no quote.
REASON = f"""CASE
    WHEN p.field = 'asset_id'
        THEN 'Which asset a video shows follows from its claims; YouTube takes no other word for it'
    WHEN p.field = 'effective_policy'
        THEN 'The policy in force follows from claims and ownership; it is set there'
    WHEN p.field NOT IN ({_types((*PARTS, *METADATA))})
        THEN 'YouTube has no such field'
    WHEN p.field = 'title' AND char_length(p.value #>> '{{}}') > {LONGEST_TITLE}
        THEN 'YouTube takes at most {LONGEST_TITLE} characters'
    WHEN p.field = 'title' AND p.value #>> '{{}}' ~ '[<>]'
        THEN 'YouTube takes no < and no > in a title'
    WHEN p.field = 'category' AND p.value = 'null'
        THEN 'YouTube takes no video without a category'
    WHEN p.field = 'category' AND NOT lower(p.value #>> '{{}}') = ANY (:categories)
        THEN 'YouTube has no category of this name'
    WHEN p.field IN ({_types(tuple(PARTS))}) THEN NULL
    WHEN v.asset_id IS NULL
        THEN 'It belongs to an asset, and the video has none'
    WHEN EXISTS (SELECT FROM pending_edit other
            WHERE other.video_id = p.video_id AND other.field = 'asset_id')
        THEN 'It belongs to the asset, and YouTube does not know yet that it is this one'
    {_ONLY_OF}
    WHEN p.field = 'artist' AND p.value = 'null'
        THEN 'YouTube takes no music asset without an artist'
    WHEN p.field = 'label' AND octet_length(p.value #>> '{{}}') > {LONGEST_LABEL}
        THEN 'YouTube takes at most {LONGEST_LABEL} bytes'
    WHEN p.field = 'custom_id' AND octet_length(p.value #>> '{{}}') > {LONGEST_CUSTOM_ID}
        THEN 'YouTube takes at most {LONGEST_CUSTOM_ID} bytes'
    WHEN p.field = 'custom_id' AND p.value #>> '{{}}' !~ '^[A-Za-z0-9._@/-]*$'
        THEN 'YouTube takes only letters, digits and . _ - @ / in a custom id'
    END"""
REASON_PARAMETERS = {"categories": sorted({name.lower() for name in CATEGORY_NAMES.values()})}
