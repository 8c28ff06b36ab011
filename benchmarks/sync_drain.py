"""How fast the queue grows empty, what it costs of the quota, and how that compares with plain SQL.

    python benchmarks/sync_drain.py
    python benchmarks/sync_drain.py --tasks 5000 --cases delay

One worker keeps a catalogue in step with a sandbox that answers 100 ms late and whose videos have
changed since the last report. Three cases:

- units: tasks of all priorities; videos brought up to date for one unit of quota.
- delay: 0.1 s between two requests, so that no more than 500 videos a second are possible.
- hidden: no delay between requests, so that only the latency and our own work count; beside it the
  same deltas, applied and audited by hand-written SQL in batches of 50 to a copy of the database.

After each case every video must hold what the sandbox says, and the history must tell each change.
All bars are ratios within one run; the exit code is 1 if one is missed.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from import_sql.databases import server
from import_sql.table import machine
from syncing import by_hand
from syncing.equal import require_equal
from syncing.playing import Playing, playing
from syncing.stage import SEED, Stage
from syncing.tasks import PRIORITIES, enqueue, wait_until_empty
from syncing.trail import broken_trails
from syncing.truth import differences
from syncing.workers import crew

LATENCY_MS = 100
DELAY = 0.1
DAYS = 40
PER_UNIT, OF_THE_DELAY, OF_BY_HAND = 49.5, 0.8, 0.5
LONGEST = 900.0
QUOTA = 1_000_000


@dataclass(frozen=True)
class Figure:
    """What was measured, and the bar that it must reach."""

    what: str
    value: float
    bar: float
    remark: str = ""

    def __str__(self) -> str:
        verdict = "" if self.value >= self.bar else "  MISSED"
        return f"{self.what:<46}{self.value:>8.2f}{self.bar:>8.2f}  {self.remark}{verdict}"


class Bench:
    """The cases, each on a fresh copy of the catalogue."""

    def __init__(self, stage: Stage, sandbox: Playing, tasks: int) -> None:
        self.stage = stage
        self.sandbox = sandbox
        self.tasks = tasks

    def units(self) -> Figure:
        self._drain("units", 0.0, min(self.tasks, 10_000), PRIORITIES)
        usage = self.sandbox.usage()
        tasks = min(self.tasks, 10_000)
        remark = f"{tasks:,} videos, {usage['units']} units"
        return Figure("videos for a unit of quota", tasks / usage["units"], PER_UNIT, remark)

    def delay(self) -> Figure:
        seconds = self._drain("delay", DELAY, self.tasks, (50,))
        share = self.tasks / seconds / (by_hand.BATCH / DELAY)
        gap = self.sandbox.usage()["shortest_gap"]
        remark = f"{self.tasks / seconds:.0f} videos a second, shortest gap {1000 * gap:.0f} ms"
        return Figure("share of what a delay of 0.1 s allows", share, OF_THE_DELAY, remark)

    def hidden(self) -> Figure:
        seconds = self._drain("hidden", 0.0, self.tasks, (50,))
        most = self.sandbox.usage()["most_in_flight"]
        copy = self.stage.copy("by_hand")
        hand = by_hand.apply(copy, by_hand.answers_of(self._url("hidden")))
        require_equal(self._url("hidden"), copy)
        remark = f"{seconds:.2f} s, by hand {hand:.2f} s; {most} requests at once"
        return Figure("rate beside hand-written SQL", hand / seconds, OF_BY_HAND, remark)

    def _drain(self, name: str, delay: float, tasks: int, priorities: tuple[int, ...]) -> float:
        """Seconds until so many tasks have ended; RuntimeError if the result is not exact."""
        url = self.stage.copy(name)
        home = self.stage.home
        self.sandbox.reset()
        self.sandbox.faults(latency_ms=LATENCY_MS)
        with crew(url, home, youtube_min_delay=delay, youtube_daily_quota=QUOTA) as workers:
            began = enqueue(url, tasks, priorities=priorities)
            drained = wait_until_empty(url, began, LONGEST)
            (worker,) = workers.alive
            print(f"  {name}: worker used {worker.processor_seconds():.1f} s of processor")
        if drained.ends != {"completed": tasks}:
            raise RuntimeError(f"not all tasks were completed: {drained.ends}\n{workers.tails()}")
        if tasks == self.stage.videos:
            _require("the sandbox", differences(url, self.sandbox))
        _require("the history", broken_trails(self.stage.before, url))
        return drained.seconds

    def _url(self, name: str) -> str:
        return self.stage.before.replace("/before", f"/{name}")


CASES: dict[str, Callable[[Bench], Figure]] = {
    "units": Bench.units,
    "delay": Bench.delay,
    "hidden": Bench.hidden,
}


def main() -> int:
    """Measure what was asked for; 1 if a bar is missed."""
    options = _options()
    # Asked to stop, it still stops its server and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with server() as running:
        stage = Stage(running, options.tasks)
        with playing(stage.home, SEED, options.tasks) as sandbox:
            sandbox.pass_days(DAYS)
            print(f"{machine(running.version())}\n{options.tasks:,} tasks, {DAYS} days of drift\n")
            print(f"{'':<46}{'figure':>8}{'bar':>8}", flush=True)
            figures = []
            for _ in range(options.repeat):
                for case in options.cases.split(","):
                    figures.append(CASES[case](Bench(stage, sandbox, options.tasks)))
                    print(figures[-1], flush=True)
    return 0 if all(figure.value >= figure.bar for figure in figures) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=20_000, help="and as many videos")
    parser.add_argument("--cases", default=",".join(CASES), help=f"of {', '.join(CASES)}")
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    if unknown := set(options.cases.split(",")) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return options


def _require(what: str, wrong: list[str]) -> None:
    if wrong:
        shown = "\n  ".join(wrong[:10])
        raise RuntimeError(f"{len(wrong)} differences to {what}:\n  {shown}")


if __name__ == "__main__":
    sys.exit(main())
