"""Where an import's seconds go: each statement's total, and the Python functions around them."""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

_NUMBER = re.compile(r"report_\d+")
_BLANK = re.compile(r"\s+")


class Profile:
    """Sums the time between sending a statement and its answer, by its text."""

    def __init__(self, engine: Engine):
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._times: defaultdict[str, int] = defaultdict(int)
        self._profiler = cProfile.Profile()
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def run(self, work: Callable[[], None]) -> None:
        """Do the work under the profiler (it slows Python by about a third)."""
        self._profiler.runcall(work)

    def lines(self, total: float) -> list[str]:
        """A report for the terminal."""
        spent = sum(self._seconds.values())
        lines = [f"{spent:8.2f} s of {total:.2f} s in statements"]
        for statement, seconds in sorted(self._seconds.items(), key=lambda item: -item[1]):
            if seconds > 0.005 * total:
                times = self._times[statement]
                lines.append(f"{seconds:8.2f} s  {times:6} ×  {statement[:150]}")
        text = io.StringIO()
        pstats.Stats(self._profiler, stream=text).sort_stats("tottime").print_stats(22)
        return [*lines, *text.getvalue().splitlines()]

    def _before(self, *arguments: Any) -> None:
        connection = arguments[0]
        connection.info["began"] = time.perf_counter()

    def _after(self, *arguments: Any) -> None:
        connection, _, statement = arguments[:3]
        name = _BLANK.sub(" ", _NUMBER.sub("report", statement)).strip()
        self._seconds[name] += time.perf_counter() - connection.info["began"]
        self._times[name] += 1
