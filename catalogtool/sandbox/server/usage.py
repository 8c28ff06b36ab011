"""What was asked of the sandbox: counts that a test can hold against the asker's own books."""

from __future__ import annotations

import time
from collections import Counter, deque
from datetime import UTC, datetime
from typing import Any

from catalogtool.sandbox.server.messages import Answer, Request

REMEMBERED = 500


class Usage:
    """Counts since the start or the last reset; requests for tokens and control stand apart."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        self.requests: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.hours: Counter[str] = Counter()
        self.tokens = 0
        self.most_in_flight = self.in_flight
        self.shortest_gap: float | None = None
        self.left_out: set[str] = set()
        self.in_vain: Counter[str] = Counter()
        self.last: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self._last_arrival: float | None = None

    def arrived(self, name: str, units: int) -> None:
        """A request came in; it counts whatever becomes of it."""
        now = time.monotonic()
        if self._last_arrival is not None:
            gap = now - self._last_arrival
            self.shortest_gap = gap if self.shortest_gap is None else min(gap, self.shortest_gap)
        self._last_arrival = now
        self.requests[name] += 1
        self.units[name] += units
        self.hours[f"{datetime.now(UTC):%Y-%m-%dT%H:00:00Z}"] += units
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def answered(
        self, name: str, request: Request, answer: Answer | None, fault: str | None
    ) -> None:
        """The answer is made; None where there is none, because the connection is cut."""
        status = answer.status if answer else 0
        self.statuses[status] += 1
        if fault:
            self.faults[fault] += 1
        if status != 200 or fault == "broken_json":
            self.in_vain.update(request.texts("id"))
        if answer:
            self.ids[name] += answer.ids
            if answer.status == 200:
                self.left_out.difference_update(request.texts("id"))
                self.left_out |= request.left_out
        self.last.append(
            {
                "method": request.method,
                "path": request.path,
                "name": name,
                "query": {key: values[-1] for key, values in request.query.items()},
                "status": status,
                "fault": fault,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """`shortest_gap` in seconds between two arrivals; status 0 is a cut connection."""
        return {
            "requests": self.requests.total(),
            "units": self.units.total(),
            "ids": self.ids.total(),
            "tokens": self.tokens,
            "by_method": {
                name: {
                    "requests": count,
                    "units": self.units[name],
                    "ids": self.ids[name],
                }
                for name, count in self.requests.items()
            },
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "faults": dict(self.faults),
            "hours": dict(self.hours),
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
            "shortest_gap": self.shortest_gap,
            "left_out": sorted(self.left_out),
        }
