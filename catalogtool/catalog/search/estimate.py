"""Roughly how many videos match, judged by a sample of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

EXACT_UP_TO = 10_000
# So many standard deviations above what 10,000 matches would show are no chance (1 in 3 million).
CERTAIN = 5


@dataclass(frozen=True)
class Estimate:
    """The expected number of matches; `surely_many` if there must be more than 10,000."""

    matches: int
    surely_many: bool


def judge(hits: int, share: float, changed: int) -> Estimate:
    """By so many hits in a sample of this share, since which so many videos may have changed."""
    expected = (EXACT_UP_TO + changed) * share
    return Estimate(round(hits / share), hits > expected + CERTAIN * (sqrt(expected) + 1))
