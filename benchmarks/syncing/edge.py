"""Many processes that reserve units, and what they were given when."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier

from catalogtool.core.db import connect
from catalogtool.youtube.errors import QuotaExhausted
from catalogtool.youtube.quota import RateLimiter

DAY = timedelta(hours=24)
WRITE_UNITS = 50
Grant = tuple[datetime, int]


@dataclass(frozen=True)
class Grants:
    """Each unit that was given, with the time from which it may be used; and all tries."""

    given: list[Grant]
    tries: int
    last_try: datetime

    @property
    def units(self) -> int:
        return sum(units for _, units in self.given)

    def most_in_a_window(self, before: list[tuple[datetime, int]]) -> int:
        """The most units that any 24 hours held; those of before count from their bucket's start.

        So they are held to have been used as early as they can have been, and to leave the window
        as early as that; whoever counts them longer is more careful than he must be.
        """
        spent = sorted([*before, *self.given])
        most = held = first = 0
        for moment, units in spent:
            held += units
            while spent[first][0] <= moment - DAY:
                held -= spent[first][1]
                first += 1
            most = max(most, held)
        return most


def race(url: str, limit: int, processes: int, seconds: float) -> Grants:
    """What so many processes get of the quota in this time."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with context.Pool(processes, _meet, (barrier,)) as pool:
        asked = [(url, limit, seconds, number) for number in range(processes)]
        found = pool.starmap(_reserve, asked, chunksize=1)
    return Grants(
        sorted(grant for given, _, _ in found for grant in given),
        sum(tries for _, tries, _ in found),
        max(last for _, _, last in found),
    )


_barrier: list[Barrier] = []


def _meet(barrier: Barrier) -> None:
    _barrier.append(barrier)


def _reserve(
    url: str, limit: int, seconds: float, number: int
) -> tuple[list[Grant], int, datetime]:
    """One process; a quarter of them want to write, at fifty units each."""
    engine = connect(url)
    limiter = RateLimiter(limit, 0.0)
    given: list[Grant] = []
    tries = 0
    _barrier[0].wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        writing = number % 4 == 3 and tries % 7 == 0
        tries += 1
        try:
            reserved = limiter.reserve(
                WRITE_UNITS if writing else 1, "write" if writing else "read"
            )
        except QuotaExhausted:
            continue
        given.append((reserved.start_at, reserved.units))
    engine.dispose()
    return given, tries, datetime.now(UTC)
