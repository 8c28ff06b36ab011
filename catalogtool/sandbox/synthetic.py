"""The synthetic catalogue: what is true of video number `index` of a seed, on a given day.

Every kind of report is written from here, so that the reports of one seed agree. Nothing depends
on how many videos are asked for: a larger report begins with the same videos as a smaller one.
"""

from functools import lru_cache
from typing import NamedTuple

from catalogtool.sandbox.identifiers import ASSETS_PER_VIDEO, MAX_CLAIMS, Identifiers
from catalogtool.sandbox.mixing import Mixer, to_code
from catalogtool.sandbox.titles import Title, channel_name, title_of

PRIVACY = ("public", "unlisted", "private")
CATEGORIES = (
    "Music", "Entertainment", "People & Blogs", "Film & Animation", "Gaming", "Comedy", "Sports",
    "Education", "News & Politics", "Howto & Style", "Travel & Events", "Science & Technology",
    "Autos & Vehicles", "Pets & Animals", "Nonprofits & Activism",
)  # fmt: skip
POLICIES = (
    "", "Monetize in all countries", "Track in all countries", "Block in all countries",
    "Monetize in all countries except RU, BY", "Block in 3 countries, monetize elsewhere",
    "Label standard policy",
)  # fmt: skip
PUBLISHED_DAYS = 15 * 365

_PRIVACY_SHARES = (0,) * 13 + (1, 2, 2)
_CATEGORY_SHARES = (0,) * 28 + (1,) * 12 + (2,) * 7 + (3, 3, 3, 4, 4, 4) + tuple(range(4, 15))
_POLICY_SHARES = (0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6)
_CLAIM_SHARES = (0,) * 31 + (1,) * 179 + (2,) * 32 + (3,) * 10 + (4,) * 4
_LENGTHS = (30, 55, 150, 180, 180, 200, 200, 210, 230, 240, 300, 420, 600, 1300, 2700, 10000)
_VIDEOS_PER_CHANNEL, _FIRST_CHANNELS = 400, 12


class Channel(NamedTuple):
    """One channel; `channel_id` has YouTube's 24 characters."""

    channel_id: str
    name: str
    username: str


class Claim(NamedTuple):
    """One claim of the owner on a video; `asset` is the number of an asset."""

    claim_id: str
    asset: int
    status: str


class Video(NamedTuple):
    """The facts about one video; `length` in seconds, `published` in days since 2011-01-01."""

    number: int
    video_id: str
    channel: Channel
    title: Title
    views: int
    length: int
    published: int
    privacy: int
    category: int
    policy: int
    embeddable: bool
    claims: int
    chance: tuple[int, ...]


class Share:
    """Chooses exactly this share of the numbers 0, 1, 2 …, spread evenly, others on each day."""

    def __init__(self, share: float, phase: int) -> None:
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"a share lies between 0 and 1: {share}")
        self._step = round(share * 2**32)
        self._phase = phase

    def __contains__(self, number: int) -> bool:
        return (number * self._step + self._phase) & 0xFFFFFFFF < self._step


class Synthetic:
    """The catalogue of one seed.

    On day n the share `changed` of the videos differs from day 0 in one value that is no counter,
    and the share `viewed` has more views; on day 0 both are without effect.
    """

    def __init__(
        self, seed: int = 0, *, day: int = 0, changed: float = 0.0, viewed: float = 0.0
    ) -> None:
        self.ids = Identifiers(seed)
        self.day = day
        self._mixer = Mixer(seed, "video")
        self._channels = Mixer(seed, "channel")
        phases = Mixer(seed, "day").words(day)
        self._changed = Share(changed if day else 0.0, phases[0])
        self._viewed = Share(viewed if day else 0.0, phases[1])
        self.channel = lru_cache(maxsize=65536)(self._channel)
        self.home_title = lru_cache(maxsize=64)(self._home_title)

    def video(self, index: int) -> Video:
        """The facts about a video on this day."""
        chance = self._mixer.words(index)
        w = chance[7]
        position = chance[0] * chance[0] >> 32
        exponent = max(0, (chance[3] & 0x3FFFFFFF).bit_count() * 3 // 2 - 9)
        length = _LENGTHS[chance[5] & 15]
        claims = _CLAIM_SHARES[w >> 16 & 255]
        facts = Video(
            index,
            self.ids.video_id(index),
            self.channel(position * (_FIRST_CHANNELS + index // _VIDEOS_PER_CHANNEL) >> 32),
            title_of(chance[1], chance[2], index),
            (1 << exponent) + (chance[4] << exponent >> 32),
            length // 2 + 1 + (chance[5] >> 4) % length,
            chance[6] % PUBLISHED_DAYS,
            _PRIVACY_SHARES[w & 15],
            _CATEGORY_SHARES[w >> 4 & 63],
            _POLICY_SHARES[w >> 10 & 15],
            chance[8] & 15 != 0,
            claims or int(index & 15 == 0),
            chance,
        )
        return self._on_its_day(facts) if self.day else facts

    def claims(self, video: Video) -> list[Claim]:
        """The claims that stand in the video report."""
        index, sharing, waiting = video.number, video.chance[9] >> 4, video.chance[10]
        claims = []
        for position in range(video.claims):
            asset = index * ASSETS_PER_VIDEO + position
            if sharing >> 4 * position & (3 if position else 15) == 0:
                # The first video of each sixteen is always claimed: it lends its asset to others.
                asset = (index & ~15) * ASSETS_PER_VIDEO
            status = "ACTIVE" if waiting >> position & 31 else "PENDING"
            claims.append(Claim(self.ids.claim_id(index, position), asset, status))
        return claims

    def ended_claim(self, video: Video) -> Claim | None:
        """A claim of the past, on one video of sixteen: only the claims report knows it."""
        if not video.claims or video.chance[9] & 15:
            return None
        claim = self.ids.claim_id(video.number, MAX_CLAIMS)
        return Claim(claim, self.claims(video)[0].asset, "INACTIVE")

    def _on_its_day(self, video: Video) -> Video:
        if video.number in self._viewed:
            more = self.day + (video.views * (1 + (video.chance[11] & 7)) >> 7)
            video = video._replace(views=video.views + more)
        return self._change(video) if video.number in self._changed else video

    def _change(self, video: Video) -> Video:
        """One new value; never an empty one, which would say nothing and so change nothing."""
        choice = (video.chance[11] >> 3) % 6
        if choice == 0:
            return video._replace(privacy=(video.privacy + 1) % len(PRIVACY))
        if choice == 1:
            return video._replace(category=(video.category + 1) % len(CATEGORIES))
        if choice == 2:
            return video._replace(policy=video.policy % (len(POLICIES) - 1) + 1)
        if choice == 3:
            return video._replace(embeddable=not video.embeddable)
        title = video.title
        return video._replace(title=title._replace(text=f"{title.text} (edit {self.day})"))

    def _channel(self, number: int) -> Channel:
        chance = self._channels.words(number)
        code = to_code(chance[0] << 32 | chance[1]) + to_code(chance[2] << 32 | chance[3])
        return Channel(f"UC{code}", channel_name(number), f"owner{number}")

    def _home_title(self, index: int) -> Title:
        chance = self._mixer.words(index)
        return title_of(chance[1], chance[2], index)
