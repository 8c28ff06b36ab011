"""All videos that meet some conditions, if they are not too many to be listed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, select

from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.core.arrays import Int64s, is_among, packed, unpacked
from catalogtool.core.db import Reader

# More than what is counted exactly, so that the sample can tell of nearly all other texts that they
# have more matches than that.
MOST_LISTED = 16_000

# Put for the indexes that lead there, and as a test of any video.
Conditions = tuple[Sequence[Condition], Sequence[Condition]]


@dataclass(frozen=True)
class Wanted:
    """Videos that may be listed: their `key` on the shelf, and how to say which they are.

    The conditions speak of nothing but the video's own row (and of its channel's name, which the
    row follows); they are made when they are needed.
    """

    key: Hashable
    make: Callable[[], Conditions]
    # More are not listed; None for the usual number.
    most: int | None = None

    @cached_property
    def _conditions(self) -> Conditions:
        return self.make()

    @property
    def indexed(self) -> Sequence[Condition]:
        """What they meet, put for the indexes."""
        return self._conditions[0]

    @property
    def plain(self) -> Sequence[Condition]:
        """What they meet, as a test of any video."""
        return self._conditions[1]


def list_videos(session: Reader, conditions: Sequence[Condition], most: int | None = None) -> Found:
    """The matches; None if there are more than `most` (`MOST_LISTED`, if that is not given)."""
    most = MOST_LISTED if most is None else most
    return _listed(session, select(Video.id, Video.facets).where(*conditions), most)


def look_at(session: Reader, ids: Int64s, conditions: Sequence[Condition] = ()) -> Matches:
    """Those of these videos that are there and meet the conditions, by a look at each."""
    if not len(ids):
        return Matches.none()
    found = list_videos(session, [is_among(Video.id, ids), *conditions], len(ids))
    assert found is not None
    return found


def list_without_views(session: Reader, most: int) -> Found:
    """All videos whose views are unknown, read along the index of views; None if there are more."""
    unknown = select(VideoCounter.video_pk, VideoCounter.facets).where(VideoCounter.views.is_(None))
    return _listed(session, unknown, most)


def _listed(session: Reader, videos: Select[int, int], most: int) -> Found:
    some = videos.limit(most + 1).subquery()
    row = session.execute(select(*map(packed, some.c))).one()
    ids, facets = map(unpacked, row)
    return Matches.of(ids, facets) if len(ids) <= most else None


def look_again(
    session: Reader, found: Matches, changed: Int64s, conditions: Sequence[Condition]
) -> Found:
    """The same after these videos have changed; it may have grown beyond the limit."""
    now = list_videos(session, [is_among(Video.id, changed), *conditions])
    return None if now is None else found.without(changed).plus(now)
