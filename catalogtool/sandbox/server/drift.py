"""How the catalogue changes from day to day while nobody writes to it.

On day 0 it is exactly what the reports of the seed say. Later a video has, one after the other,
another title, other visibility and so on: the nth change of a video is the same in every run, and
what it is on a day needs no look at the days before.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalogtool.sandbox.mixing import Mixer
from catalogtool.sandbox.report_rows import upload_source
from catalogtool.sandbox.synthetic import CATEGORIES, PRIVACY, Synthetic, Video

LONGEST_TITLE = 100
SHORT_SECONDS, LONG_SHORT_SECONDS = 60, 180
# Days since 2011-01-01: from 2024-10-15 on an upright video of three minutes may be a Short.
LONG_SHORTS_SINCE = 5036

_CHANGES = ("title", "embeddable", "title", "privacy", "description", "category")
_ENDINGS = (" (Remastered)", " [4K]", " (Official Audio)", " - Extended", " ✨", " (Acoustic)")


@dataclass(frozen=True)
class Fate:
    """What became of a video; `edits` counts how often its description was written anew."""

    video: Video
    gone: bool
    rejected: bool
    live_state: str
    upright: bool
    edits: int


class Drifting(Synthetic):
    """The catalogue of one seed, on a day that may be set anew."""

    def __init__(self, seed: int, today: int = 0) -> None:
        super().__init__(seed)
        self.today = today
        self._fates = Mixer(seed, "drift")

    def video(self, index: int) -> Video:
        return self.fate(index).video

    def fate(self, index: int) -> Fate:
        """All that is true of a video today."""
        video = super().video(index)
        chance = self._fates.words(index)
        changes = _times(self.today, 30 + chance[0] % 60, chance[1])
        viewed = _times(self.today, 1 + chance[4] % 8, chance[5])
        more = viewed * (1 + (video.views * (1 + (chance[6] & 7)) >> 12))
        changed, edits = _changed(video, changes, chance[2], chance[3])
        upright = video.length <= SHORT_SECONDS or (
            video.published >= LONG_SHORTS_SINCE
            and video.length <= LONG_SHORT_SECONDS
            and chance[11] % 4 == 0
        )
        return Fate(
            changed._replace(views=video.views + more),
            gone=chance[7] % 256 == 0 or chance[8] % 40_000 < self.today,
            rejected=chance[10] % 512 == 0,
            live_state=_live_state(video, chance[9]),
            upright=upright,
            edits=edits,
        )


def _times(day: int, period: int, phase: int) -> int:
    """How often something that comes each `period` days has come until this day; 0 on day 0."""
    return (day + phase % period) // period


def _changed(video: Video, changes: int, first: int, ending: int) -> tuple[Video, int]:
    """The video after so many changes, which take their turns from `first` on."""
    done: dict[str, list[int]] = {}
    # Older changes than a whole round have been covered by newer ones of the same kind.
    for number in range(changes):
        done.setdefault(_CHANGES[(first + number) % len(_CHANGES)], []).append(number)
    if numbers := done.get("title"):
        more = _ENDINGS[(ending + numbers[-1]) % len(_ENDINGS)]
        text = video.title.text[: LONGEST_TITLE - len(more)] + more
        video = video._replace(title=video.title._replace(text=text))
    privacy = (video.privacy + len(done.get("privacy", ()))) % len(PRIVACY)
    category = (video.category + len(done.get("category", ()))) % len(CATEGORIES)
    embeddable = video.embeddable ^ bool(len(done.get("embeddable", ())) % 2)
    changed = video._replace(privacy=privacy, category=category, embeddable=embeddable)
    return changed, len(done.get("description", ()))


def _live_state(video: Video, chance: int) -> str:
    """ "none" for what never was a broadcast."""
    if upload_source(video) != "LIVE_STREAM":
        return "none"
    return {0: "live", 1: "upcoming"}.get(chance % 128, "completed")
