"""What the ranks of a sort tell of filters by its value: days, channels, or that there is none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class RankTest:
    """Of which ranks all videos match, and of which some may."""

    sure: Flags
    unsure: Flags
    # Whether those match that have no value, and so no place among these ranks.
    valueless: bool = False

    @classmethod
    def only_valueless(cls) -> RankTest:
        """What has no value matches, and nothing else."""
        none = np.zeros(0, np.bool_)
        return cls(none, none, valueless=True)


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

    def __init__(self, firsts: Sequence[str | None], equal: Flags, *, by_code_points: bool) -> None:
        """As for times; `by_code_points` tells whether names are sorted as Python sorts them."""
        known = [(name, at) for at, name in enumerate(firsts) if name is not None]
        self._names = [name for name, _ in known]
        self._places = [at for _, at in known]
        self._place_of = dict(known)
        self._equal = equal
        self._by_code_points = by_code_points

    def having(self, names: Sequence[str]) -> RankTest | None:
        """Which ranks hold these names; None if one of them is the first of no rank, and nobody
        knows between which others it is."""
        sure, unsure = np.zeros((2, len(self._equal)), np.bool_)
        for name in names:
            place = self._place_of.get(name)
            if place is not None:
                # No other rank has this name.
                found = sure if self._equal[place] else unsure
                found[place] = True
            elif self._by_code_points:
                unsure[self._between(name)] = True
            else:
                return None
        return RankTest(sure, unsure)

    def _between(self, name: str) -> slice:
        """The ranks that may have a name that is the first one of none, as far as is known."""
        following = bisect_right(self._names, name)
        end = self._places[following] if following < len(self._places) else len(self._equal)
        if following == 0:
            return slice(0, end)
        before = self._places[following - 1]
        return slice(before + 1 if self._equal[before] else before, end)


Ranked = RankedTimes | RankedNames
# The sorts whose values filters ask for.
ASKED_FOR = frozenset({"time_published", "channel_display_name"})


def ranked_values(
    field: str, firsts: Sequence[Any], equal: Flags, *, by_code_points: bool
) -> Ranked:
    """The values of the ranks of one of these sorts; for the arguments see `RankedNames`."""
    if field == "time_published":
        return RankedTimes(firsts, equal)
    return RankedNames(firsts, equal, by_code_points=by_code_points)


def _midnight(day: date) -> np.datetime64:
    return np.datetime64(day, "us")


def _plain(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)
