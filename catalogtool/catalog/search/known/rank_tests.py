"""What the ranks of a sort tell of filters by its value: days of publication, and channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class RankTest:
    """Of which ranks all videos match, and of which some may."""

    sure: Flags
    unsure: Flags


class RankedTimes:
    """The ranks of a sort by a time."""

    def __init__(self, firsts: Sequence[datetime | None], equal: Flags) -> None:
        """The first time of each rank, None where that is not known: its videos lie before the
        first one of the next rank. `equal` tells of which ranks all videos have the same time."""
        self._begins = np.array([_plain(moment) for moment in firsts], "datetime64[us]")
        self._ends = np.append(self._begins[1:], np.datetime64("NaT"))
        self._equal = equal

    def between(self, first: date | None, last: date | None) -> RankTest:
        """Which ranks hold times of these days (UTC), the last one included."""
        # No comparison with a time that is not known is true.
        sure = ~np.isnat(self._begins)
        out = np.zeros(len(sure), np.bool_)
        if first is not None:
            start = _midnight(first)
            sure &= self._begins >= start
            out |= np.where(self._equal, self._begins < start, self._ends <= start)
        if last is not None and last != date.max:
            stop = _midnight(last + timedelta(days=1))
            sure &= np.where(self._equal, self._begins < stop, self._ends <= stop)
            out |= self._begins >= stop
        return RankTest(sure, ~sure & ~out)


class RankedNames:
    """The ranks of a sort by a name."""

    def __init__(self, firsts: Sequence[str | None], equal: Flags) -> None:
        """As for times."""
        alone = np.flatnonzero(equal).tolist()
        self._places = {name: at for at in alone if (name := firsts[at]) is not None}
        self._number = len(equal)

    def having(self, names: Sequence[str]) -> RankTest | None:
        """Which ranks hold these names; None if one of them has no rank of its own."""
        sure = np.zeros(self._number, np.bool_)
        for name in names:
            place = self._places.get(name)
            if place is None:
                return None
            sure[place] = True
        return RankTest(sure, np.zeros(self._number, np.bool_))


Ranked = RankedTimes | RankedNames
# The sorts whose values filters ask for.
ASKED_FOR: dict[str, type[RankedTimes] | type[RankedNames]] = {
    "time_published": RankedTimes,
    "channel_display_name": RankedNames,
}


def _midnight(day: date) -> np.datetime64:
    return np.datetime64(day, "us")


def _plain(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)
