"""The list in plain Python: what every search must answer, without any thought of speed.

Upper and lower case are the same letter where one letter of Unicode is the other's simple lower
case, as PostgreSQL's `lower` has it: İ is i, Σ is σ (but not ς), ẞ is ß (but not ss), and a letter
with its accent in one character is not the same as in two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from tests.catalog.sample_catalogue import HIDDEN_CHANNELS, POLICIES, Sample

Test = Callable[[Sample, str], bool]


@lru_cache(maxsize=100_000)
def lower(text: str) -> str:
    """Lower case letter by letter, as databases do it; only the dotted İ becomes two otherwise."""
    return "".join("i" if letter == "İ" else letter.lower() for letter in text)


def holds(name: str) -> Test:
    def test(video: Sample, value: str) -> bool:
        return video[name] is not None and lower(value) in lower(video[name])

    return test


def equals(name: str) -> Test:
    return lambda video, value: video[name] == value


def flag(name: str, yes: Any, no: Any) -> Test:
    return lambda video, value: video[name] == (yes if value == "yes" else no) != None  # noqa: E711


def code(name: str) -> Test:
    return lambda video, value: video[name] == value.replace("-", "").replace(" ", "").upper()


def policy_class(video: Sample) -> str:
    return POLICIES[video["effective_policy"]] if video["effective_policy"] else "none"


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def is_hidden(video: Sample) -> bool:
    return video["hidden"] or video["channel_display_name"] in HIDDEN_CHANNELS


def length_class(video: Sample) -> str | None:
    length = video["video_length"]
    if length is None:
        return None
    return "short" if length < 240 else "medium" if length <= 1200 else "long"


def published(video: Sample) -> date:
    moment: datetime | None = video["time_published"]
    return moment.astimezone(UTC).date() if moment else date.min


TESTS: Mapping[str, Test] = {
    "search": holds("title"),
    "channel_search": holds("channel_display_name"),
    "video_id": holds("video_id"),
    "asset_id": holds("asset_id"),
    "custom_id": holds("custom_id"),
    "label": holds("label"),
    "channel": equals("channel_display_name"),
    "claimed_status": equals("claimed_status"),
    "privacy_status": equals("privacy_status"),
    "category": lambda v, value: v["category"] is not None and lower(v["category"]) == lower(value),
    "duration": lambda v, value: length_class(v) == value,
    "has_asset_id": lambda v, value: is_empty(v["asset_id"]) == (value == "no"),
    "claimed_by_another": flag("claimed_by_another_owner", "Yes", "No"),
    "is_short": flag("is_short", True, False),
    "is_live_stream": flag("is_live_stream", True, False),
    "administered": flag("administered", True, False),
    "policy": lambda v, value: policy_class(v) == value,
    "monetization": lambda v, value: (policy_class(v) == "monetize") == (value == "monetizing"),
    "hidden": lambda v, value: value == "all" or is_hidden(v) == (value == "yes"),
    "isrc": code("isrc"),
    "upc": code("upc"),
    "artist": lambda v, value: any(lower(value) in lower(name) for name in v["artist"] or []),
    "date_from": lambda v, value: published(v) != date.min and published(v).isoformat() >= value,
    "date_to": lambda v, value: published(v) != date.min and published(v).isoformat() <= value,
    "missing": lambda v, value: all(is_empty(v[name]) for name in value.split(",")),
}


class PlainModel:
    """The videos in every order, each made when it is first asked for."""

    def __init__(self, videos: list[Sample]) -> None:
        self.videos = {video["id"]: video for video in videos}
        self._orders: dict[str, list[Sample]] = {}

    def find(self, asked: Mapping[str, str], sort: str) -> list[int]:
        """The ids of all matches, in order; an empty text is no restriction."""
        wanted = {"hidden": "no", **{name: value for name, value in asked.items() if value}}
        tests = [(TESTS[name], value) for name, value in wanted.items()]
        return [
            v["id"] for v in self._ordered(sort) if all(test(v, value) for test, value in tests)
        ]

    def _ordered(self, sort: str) -> list[Sample]:
        """All videos: unknown values last either way, ties by id."""
        if sort not in self._orders:
            name, _, direction = sort.partition(":")
            by_id = [self.videos[pk] for pk in sorted(self.videos)]
            known = [video for video in by_id if video[name] is not None]
            # Python keeps the order of equal values also when it sorts in reverse.
            known.sort(key=lambda video: video[name], reverse=direction == "desc")
            self._orders[sort] = known + [video for video in by_id if video[name] is None]
        return self._orders[sort]
