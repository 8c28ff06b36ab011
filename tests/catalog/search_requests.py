"""Random questions about the made-up catalogue; most of them have an answer."""

from __future__ import annotations

from hypothesis import strategies as st

from catalogtool.catalog.search.fields import NULLABLE
from catalogtool.catalog.search.request import SORTS
from tests.catalog.sample_catalogue import ARTISTS, CATEGORIES, CHANNELS, WORDS

yes_no = st.sampled_from(("yes", "no"))


@st.composite
def parts(draw: st.DrawFn, words: tuple[str, ...]) -> str:
    """A part of one of these words, sometimes in the other case."""
    word = draw(st.sampled_from(words))
    start = draw(st.integers(0, len(word) - 1))
    part = word[start : start + draw(st.integers(1, 4))]
    return part.swapcase() if draw(st.booleans()) and part.swapcase().swapcase() == part else part


VALUES: dict[str, st.SearchStrategy[str]] = {
    "search": parts(WORDS),
    "channel_search": parts(CHANNELS),
    "video_id": st.sampled_from(("A", "_", "-", "01", "x", "%", "nope")),
    "asset_id": st.sampled_from(("A1", "22", "a", "_")),
    "custom_id": st.sampled_from(("_", "%", "x", "-1")),
    "label": st.sampled_from(("_", "SUB", "label")),
    "channel": st.sampled_from((*CHANNELS, "nobody")),
    "claimed_status": st.sampled_from(("claimed", "unclaimed", "x")),
    "privacy_status": st.sampled_from(("public", "unlisted", "private")),
    "category": st.sampled_from((*CATEGORIES, "mUsIc", "none such")),
    "duration": st.sampled_from(("short", "medium", "long")),
    "has_asset_id": yes_no,
    "claimed_by_another": yes_no,
    "is_short": yes_no,
    "is_live_stream": yes_no,
    "administered": yes_no,
    "policy": st.sampled_from(("monetize", "track", "block", "other", "none")),
    "monetization": st.sampled_from(("monetizing", "not_monetizing")),
    "hidden": st.sampled_from(("no", "yes", "all")),
    "isrc": st.sampled_from(("us-rc1-76-07839", "JPPO00000001", "x")),
    "upc": st.sampled_from(("0-36000-29145-2", "1")),
    "artist": parts(ARTISTS),
    "date_from": st.sampled_from(("2023-01-01", "2024-02-29", "2024-03-01", "9999-12-31")),
    "date_to": st.sampled_from(("2023-01-01", "2024-02-29", "2024-03-01", "9999-12-31")),
    "missing": st.lists(
        st.sampled_from(("isrc", "upc", "title", "artist", "asset_id", "views", "video_length")),
        min_size=1,
        max_size=2,
        unique=True,
    ).map(",".join),
}
assert set(NULLABLE) >= {"isrc", "views"}


@st.composite
def filter_sets(draw: st.DrawFn) -> dict[str, str]:
    """Up to three filters at once."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True))
    return {name: draw(VALUES[name]) for name in names}


sorts = st.sampled_from(SORTS)
