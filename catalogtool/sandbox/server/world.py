"""Everything that the sandbox knows, in one place: catalogue, clock, store and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from catalogtool.sandbox.identifiers import MAX_VIDEOS
from catalogtool.sandbox.mixing import from_code
from catalogtool.sandbox.server.choices import Choices
from catalogtool.sandbox.server.clock import Clock
from catalogtool.sandbox.server.drift import Drifting
from catalogtool.sandbox.server.facts import FIELDS, VideoFacts, facts_of
from catalogtool.sandbox.server.store import Kind, Store
from catalogtool.sandbox.synthetic import Channel

MOST_REMEMBERED = 60_000


class World:
    """The truth. Videos beyond the catalogue exist once something was written to them."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.store = Store(choices.state)
        self.clock = Clock(self.store, choices.day_seconds)
        self.catalogue = Drifting(choices.seed, self.clock.day)
        self._videos: dict[str, VideoFacts] = {}
        self._pieces: dict[str, dict[str, bytes]] = {}
        self._channels: dict[str, Channel] = {}

    def turn_the_day(self) -> None:
        """Forget what was worked out if a new day has begun since."""
        if (day := self.clock.day) != self.catalogue.today:
            self.catalogue.today = day
            self.forget_answers()

    def forget_answers(self) -> None:
        self._videos.clear()
        self._pieces.clear()

    def index(self, video_id: str) -> int | None:
        """The number of a video that the catalogue has, or that was added to it."""
        index = self.catalogue.ids.video_index(video_id)
        if index is not None and index < self.choices.videos:
            return index
        return _stray_index(video_id) if self.store.values("video", video_id) else None

    def video(self, video_id: str) -> VideoFacts | None:
        """What is true of a video now, also if it is gone; None for an unknown one."""
        known = self._videos.get(video_id)
        if known is None and (index := self.index(video_id)) is not None:
            written = self.store.values("video", video_id)
            known = self.facts(video_id, index, written)
            if len(self._videos) >= MOST_REMEMBERED:
                self.forget_answers()
            self._videos[video_id] = known
        return known

    def facts(self, video_id: str, index: int, written: Mapping[str, Any]) -> VideoFacts:
        facts = facts_of(self.catalogue.fate(index), written)
        if facts.video_id == video_id:
            return facts
        gone = bool(written.get("gone", False))
        return replace(facts, video_id=video_id, gone=gone)

    def write_video(self, video_id: str, values: Mapping[str, Any]) -> None:
        """Set some facts for good; ValueError for a name that is none."""
        if unknown := set(values) - FIELDS:
            raise ValueError(f"no fields of a video: {', '.join(sorted(unknown))}")
        self.write("video", video_id, values)
        self._videos.pop(video_id, None)
        self._pieces.pop(video_id, None)

    def write(self, kind: Kind, resource: str, values: Mapping[str, Any]) -> None:
        """Keep some facts about anything, from now on."""
        self.store.write(kind, resource, values, self.clock.now)

    def pieces(self, video_id: str) -> dict[str, bytes]:
        """The parts of its resource that were worked out before and still hold, to add to."""
        return self._pieces.setdefault(video_id, {})

    def video_ids(self, start: int, count: int) -> Iterable[str]:
        """Ids of the catalogue, by number."""
        stop = min(start + count, self.choices.videos)
        return (self.catalogue.ids.video_id(index) for index in range(start, stop))

    def channels(self) -> dict[str, Channel]:
        """All channels that videos of this catalogue may be on, by id."""
        if not self._channels:
            many = 12 + max(0, self.choices.videos - 1) // 400
            found = (self.catalogue.channel(number) for number in range(many))
            self._channels = {channel.channel_id: channel for channel in found}
        return self._channels


def _stray_index(video_id: str) -> int:
    """The number of a video that is like one which the catalogue does not have."""
    try:
        number = from_code(video_id)
    except ValueError:
        number = int.from_bytes(blake2b(video_id.encode(), digest_size=8).digest(), "big")
    return MAX_VIDEOS - 1 - number % (MAX_VIDEOS // 2)
