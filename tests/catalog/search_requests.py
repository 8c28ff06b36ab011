"""Random questions about the made-up catalogue; most of them have an answer.

They are drawn from a `Random`, so that Hypothesis can find a small one that fails, and a long run
can repeat one by its number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from hypothesis import strategies as st

from catalogtool.catalog.search.fields import NULLABLE
from catalogtool.catalog.search.request import SORTS
from tests.catalog.sample_catalogue import (
    ARTISTS,
    CATEGORIES,
    CHANNELS,
    CUSTOM_IDS,
    LABELS,
    WORDS,
)

Draw = Callable[[Random], str]


def one_of(*values: str) -> Draw:
    return lambda random: random.choice(values)


def part_of(words: tuple[str, ...]) -> Draw:
    """A part of one of these words, sometimes in the other case."""
    some = [word for word in words if word]

    def draw(random: Random) -> str:
        word = random.choice(some)
        start = random.randrange(len(word))
        part = word[start : start + random.randint(1, 4)]
        return part.swapcase() if random.random() < 0.5 else part

    return draw


def some_missing(random: Random) -> str:
    return ",".join(random.sample(sorted(NULLABLE), random.randint(1, 2)))


yes_no = one_of("yes", "no")
DAYS = ("2023-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "0001-01-01", "9999-12-31")
VALUES: Mapping[str, Draw] = {
    "search": part_of(WORDS),
    "channel_search": part_of(CHANNELS),
    "video_id": one_of("A", "_", "-", "01", "x", "%", "\\", "nope"),
    "asset_id": one_of("A1", "22", "a", "_", "%"),
    "custom_id": part_of(CUSTOM_IDS),
    "label": part_of(LABELS),
    "channel": one_of(*CHANNELS, "nobody"),
    "claimed_status": one_of("claimed", "Claimed", "unclaimed", "x"),
    "privacy_status": one_of("public", "unlisted", "private"),
    "category": one_of(*CATEGORIES, "mUsIc", "ÉDUCATION", "none such"),
    "duration": one_of("short", "medium", "long"),
    "has_asset_id": yes_no,
    "claimed_by_another": yes_no,
    "is_short": yes_no,
    "is_live_stream": yes_no,
    "administered": yes_no,
    "policy": one_of("monetize", "track", "block", "other", "none"),
    "monetization": one_of("monetizing", "not_monetizing"),
    "hidden": one_of("no", "yes", "all"),
    "isrc": one_of("us-rc1-76-07839", "JPPO00000001", "x"),
    "upc": one_of("0-36000-29145-2", "4006381333931", "1"),
    "artist": part_of(ARTISTS),
    "date_from": one_of(*DAYS),
    "date_to": one_of(*DAYS),
    "missing": some_missing,
}


def draw_filters(random: Random) -> dict[str, str]:
    """Up to three filters at once."""
    names = random.sample(sorted(VALUES), random.randint(0, 3))
    return {name: VALUES[name](random) for name in names}


def filter_sets() -> st.SearchStrategy[dict[str, str]]:
    """The same for Hypothesis."""
    return st.randoms(use_true_random=False).map(draw_filters)


sorts = st.sampled_from(SORTS)
