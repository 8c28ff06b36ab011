"""How often a page hears of one report: at most four times a second, yet of every new status."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

Message = tuple[str, Mapping[str, Any]]

PACED_EVENT = "report_status_update"
# A little more than a quarter of a second, so that no clock ever counts five in one second.
GAP_SECONDS = 0.26


class Pace:
    """Lets most events through at once, and holds a report's updates to their pace.

    While one waits, a newer one of the same status replaces it; each change of status is told.
    The caller brings the time, in seconds of a clock that only goes forward.
    """

    def __init__(self, gap: float = GAP_SECONDS) -> None:
        self._gap = gap
        self._waiting: dict[Any, deque[Mapping[str, Any]]] = {}
        self._sent_at: dict[Any, float] = {}

    def offer(self, event: str, payload: Mapping[str, Any], now: float) -> list[Message]:
        """Take in an event; what is to be sent now."""
        if event != PACED_EVENT:
            return [(event, payload)]
        waiting = self._waiting.setdefault(payload.get("report_id"), deque())
        if waiting and waiting[-1].get("status") == payload.get("status"):
            waiting.pop()
        waiting.append(payload)
        return self.due(now)

    def due(self, now: float) -> list[Message]:
        """Those whose time has come."""
        self._sent_at = {k: at for k, at in self._sent_at.items() if now - at < self._gap}
        ready = [report for report in self._waiting if report not in self._sent_at]
        messages = []
        for report in ready:
            messages.append((PACED_EVENT, self._waiting[report].popleft()))
            self._sent_at[report] = now
            if not self._waiting[report]:
                del self._waiting[report]
        return messages

    def seconds_to_next(self, now: float) -> float | None:
        """How long nothing will be due; None if nothing waits."""
        times = [self._sent_at.get(report, now - self._gap) for report in self._waiting]
        return max(0.0, min(times) + self._gap - now) if times else None
