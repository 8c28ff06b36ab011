"""A quota that the sandbox itself enforces, so that an asker's bookkeeping can be put to proof."""

from __future__ import annotations

import time
from collections import deque

from catalogtool.sandbox.server.refusals import quota_exceeded


class Limit:
    """`limit` units within any `window` seconds, or ever if there is no window; None is endless.

    Requests that are refused do not count.
    """

    def __init__(self, limit: int | None = None, window: float | None = None) -> None:
        self.limit = limit
        self.window = window
        self.used = 0
        self.refused = 0
        self._spent: deque[tuple[float, int]] = deque()

    def spend(self, units: int) -> None:
        """Take so many units, or refuse the request."""
        now = time.monotonic()
        while self._spent and self.window is not None and self._spent[0][0] <= now - self.window:
            self.used -= self._spent.popleft()[1]
        if self.limit is not None and self.used + units > self.limit:
            self.refused += 1
            raise quota_exceeded()
        self.used += units
        if self.window is not None:
            self._spent.append((now, units))

    def as_json(self) -> dict[str, float | int | None]:
        return {
            "limit": self.limit,
            "window_seconds": self.window,
            "used": self.used,
            "refused": self.refused,
        }
