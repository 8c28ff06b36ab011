"""Which day it is in the sandbox: days count from its first run and may be short."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from catalogtool.sandbox.server.store import Store

CALENDAR_DAY = 86400.0
MOST_PASSED = 100


class Clock:
    """Day 0 is the day of the first run; with days of a day's length they begin at midnight UTC."""

    def __init__(self, store: Store, day_seconds: float) -> None:
        self.day_seconds = day_seconds
        now = time.time()
        first = now - now % CALENDAR_DAY if day_seconds == CALENDAR_DAY else now
        self._store = store
        self._start = store.setting("start", first)
        self._shift = store.setting("shifted_days", 0.0)

    @property
    def now(self) -> float:
        """Days since the beginning, with their fraction."""
        return max(0.0, (time.time() - self._start) / self.day_seconds + self._shift)

    @property
    def day(self) -> int:
        return int(self.now)

    def forward(self, days: float) -> None:
        """Let so many days pass at once; kept for later runs.

        That makes the past longer, and does not bring the future nearer: no report is of tomorrow.
        """
        before = self.day
        self._shift += days
        self._store.keep("shifted_days", self._shift)
        for day in range(max(before + 1, self.day - MOST_PASSED), self.day + 1):
            self._store.keep(f"reached {day}", time.time())

    def start_of(self, day: int) -> datetime:
        """When a day began."""
        return _moment(self._start + (day - self._shift) * self.day_seconds)

    def reached(self, day: int) -> datetime:
        """When the sandbox came to this day; later than its beginning if days were passed over."""
        began = self.start_of(day)
        return max(began, _moment(self._store.setting(f"reached {day}", began.timestamp())))


def written(moment: datetime) -> str:
    """A time as Google's newer APIs write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
