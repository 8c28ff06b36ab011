"""An import that is killed at any moment ends with the same catalogue, audit trail and counts.

`python benchmarks/import_torture.py --rounds 50 --crash 10 --cut 10 --cancel 20 --measure` runs
dirty reports on real workers and a real server, disturbs them at random moments (by `--seed`), and
compares each end with that of an undisturbed run. It prints every difference in detail, then a
table, and ends with status 1 if there was one.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from torture.cancelling import chosen, run_cancel_round
from torture.lines import ACCESS, LOCATION, BadLine, s3_server
from torture.progress import listen_to_import, paced, seconds_to_taking_up
from torture.rounds import (
    Outcome,
    Undisturbed,
    crash_server,
    kill_holder,
    run_line_round,
    run_round,
    run_undisturbed,
    spread,
)
from torture.scene import KEYS, Scene
from torture.table import line, table

from catalogtool.core import postgres
from catalogtool.core.log import configure_logging

# Every fifth round imports a claims report, the others a video report.
CLAIMS_EVERY = 5
MOST_BLOWS = 4
MOST_TRIES = 4


class Bench:
    """All rounds of a run, and what was found."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.seed = seed
        self.outcomes: list[Outcome] = []
        self.failed: list[str] = []
        self.quiet = {file: run_undisturbed(scene, file) for file in ("video", "claims")}
        for quiet in self.quiet.values():
            print(f"undisturbed {quiet.name} report: {quiet.seconds:.1f} s")
            for name, (rows, *_) in quiet.digests.items():
                print(f"  {name:<18}{rows:>9,} rows")

    def repeat(self, rounds: int, run: Callable[[int, Undisturbed], Outcome]) -> None:
        """So many rounds; one that came too late to hit anything is played again."""
        for number in range(rounds):
            quiet = self.quiet["claims" if number % CLAIMS_EVERY == 3 else "video"]
            for _ in range(MOST_TRIES):
                outcome = run(number, quiet)
                if outcome.moments or outcome.difference:
                    break
            self.outcomes.append(outcome)
            print(line(number + 1, rounds, outcome), flush=True)

    def disturb(self, kind: str, rounds: int) -> None:
        """Rounds of `kill` or `crash`."""
        blow = kill_holder if kind == "kill" else crash_server
        plans = {
            name: spread(rounds, quiet.seconds, MOST_BLOWS, self.seed)
            for name, quiet in self.quiet.items()
        }
        tries: Counter[int] = Counter()

        def run(number: int, quiet: Undisturbed) -> Outcome:
            first, *others = plans[quiet.name][number]
            moments = [first.sooner(tries[number]), *others]
            tries[number] += 1
            seed = f"{self.seed} {kind} {number}"
            return run_round(f"{kind} {quiet.name}", self.scene, quiet, moments, blow, seed)

        self.repeat(rounds, run)

    def cut(self, rounds: int) -> None:
        """Rounds with the reports on S3, behind a line that breaks."""
        files = [self.scene.home / KEYS[name] for name in self.quiet]
        with s3_server(files) as address:

            def run(number: int, quiet: Undisturbed) -> Outcome:
                bad = BadLine(address, f"{self.seed} cut {number}")
                environment = {"REPORT_STORE": LOCATION, "AWS_ENDPOINT_URL": bad.url}
                environment |= {name.upper(): value for name, value in ACCESS.items()}
                try:
                    return run_line_round(self.scene, quiet, environment, lambda: bad.cuts)
                finally:
                    bad.close()

            self.repeat(rounds, run)

    def cancel(self, rounds: int) -> None:
        """Rounds of cancellation, and the longest that one took."""
        took: list[tuple[float, str]] = []
        chance = random.Random(f"{self.seed} cancel")

        def run(_number: int, quiet: Undisturbed) -> Outcome:
            moments = chosen(quiet.seconds * 0.9, chance)
            return run_cancel_round(
                self.scene, quiet, moments, lambda seconds, at: took.append((seconds, at))
            )

        self.repeat(rounds, run)
        if took:
            seconds, at = max(took)
            self.check(f"the slowest of {len(took)} cancellations ({at})", seconds, 2.0)

    def check(self, what: str, value: float, limit: float) -> None:
        """Print a figure beside its limit; beyond it the run has failed."""
        verdict = "ok" if value <= limit else "TOO MUCH"
        print(f"{what}: {value:.2f} (at most {limit:g}) {verdict}", flush=True)
        if value > limit:
            self.failed.append(what)

    def measure(self, rows: int) -> None:
        """Taking up with the default settings, and what browsers hear of a large import."""
        self.scene.write("large", rows)
        for moment in (2.0, 6.0):
            seconds = seconds_to_taking_up(self.scene, "large", moment)
            self.check("seconds until a killed worker's report is taken up", seconds, 60.0)
        heard, state = listen_to_import(self.scene, "large")
        print(f"{rows:,} rows took {state['seconds']:.1f} s; {len(heard.events)} events")
        shown = paced(heard)
        times = shown.times()
        self.check("seconds to the first event", times[0], 2.0)
        gap, at = shown.longest_gap()
        self.check(f"longest time between two events ({at})", gap, 1.0)
        print(f"events published in the busiest second: {heard.most_in_a_second()}")
        self.check("events that a page gets in a second", shown.most_in_a_second(), 4)
        for step in shown.steps_back():
            print(f"  STEP BACK: {step}")
        self.check("steps back", len(shown.steps_back()), 0)
        print(f"  of those published: {len(heard.steps_back())} {heard.steps_back()[:3]}")


@contextmanager
def prepared(rows: int, seed: int) -> Iterator[Scene]:
    """A scene in a temporary home that the server's account may enter; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="catalog-torture-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        scene = Scene(home, rows, seed)
        try:
            scene.prepare()
            yield scene
        finally:
            postgres.stop(home, "immediate")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of kill -9")
    parser.add_argument("--crash", type=int, default=0, help="rounds of a crashing PostgreSQL")
    parser.add_argument("--cut", type=int, default=0, help="rounds with a bad line to S3")
    parser.add_argument("--cancel", type=int, default=0, help="rounds of cancellation")
    parser.add_argument("--measure", action="store_true", help="taking up and events")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--large", type=int, default=200_000, help="rows for the events")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    configure_logging("WARNING", "console")
    # Asked to stop, it still stops its server and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with prepared(options.rows, options.seed) as scene:
        bench = Bench(scene, options.seed)
        bench.disturb("kill", options.rounds)
        bench.disturb("crash", options.crash)
        bench.cut(options.cut)
        bench.cancel(options.cancel)
        if options.measure:
            bench.measure(options.large)
    print(table(bench.outcomes))
    wrong = sum(bool(outcome.difference) for outcome in bench.outcomes)
    print(f"{wrong} rounds with a difference; beyond their limits: {bench.failed or 'nothing'}")
    return 1 if wrong or bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
