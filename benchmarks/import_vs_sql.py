"""How fast our import is beside SQL written by hand for the one file at hand.

    python benchmarks/import_vs_sql.py --rows 1000000 --repeat 3
    python benchmarks/import_vs_sql.py --cases none --memory --growth

A worker's `run_import` and the hand-written SQL bring the same files into two equal databases of
one server: the same tables, indexes, constraints and foreign keys. The hand COPYs the file as text
and runs one typed, deduplicated INSERT per table, or finds, audits and writes the differences; it
checks nothing, rejects nothing, counts nothing and cannot be resumed. After each case both
databases must hold equal videos, counters, claims, audit records and counter changes.

Seconds depend on the machine and on what else it does; their ratio hardly does, as both sides run
minutes apart and take turns in going first. So the bars are ratios: what all the care for real
files may cost. The exit code is 1 if one is missed. The processor seconds of both sides (client
and server) stand beside; on a busy machine they tell more.

`--memory` and `--growth` are about our side alone and take long. `--profile` tells where the
seconds of each case went (and makes our side slower). `make bench` may run this file.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import cache
from pathlib import Path

from import_sql.cases import BAR, CASES, Outcome, run_cases
from import_sql.databases import Server, server
from import_sql.size import GROWTH_BAR, MEMORY_BAR, Sized, first_import_of
from import_sql.table import growth_of_database, head, line, machine, medians, size_line

NAMES = [case.name for case in CASES]


def main() -> int:
    """Measure what was asked for; 1 if a bar is missed."""
    options = _options()
    with server() as running:
        facts = machine(running.version())
        print(f"{facts}\n{options.rows:,} rows\n\n{head()}", flush=True)
        outcomes = _compare(running, options)
        sizes, kept = _sizes(running, options)
    if options.json:
        figures = {
            "machine": facts,
            "rows": options.rows,
            "cases": [outcome.as_json() for outcome in outcomes],
            "sizes": [vars(sized) for sized in sizes],
        }
        options.json.write_text(json.dumps(figures, indent=2))
    return 0 if kept and all(outcome.ratio <= BAR for outcome in outcomes) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--cases", default=",".join(NAMES), help=f"of {', '.join(NAMES)}, or none")
    parser.add_argument("--repeat", type=int, default=1, help="runs from empty databases")
    parser.add_argument("--memory", action="store_true", help="at 100,000 and 3,000,000 rows")
    parser.add_argument("--growth", action="store_true", help="from 300,000 to 3,000,000 rows")
    parser.add_argument("--profile", action="store_true", help="where the seconds go")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    options.cases = [] if options.cases == "none" else options.cases.split(",")
    if unknown := set(options.cases) - set(NAMES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return options


def _compare(running: Server, options: argparse.Namespace) -> list[Outcome]:
    """A case needs those before it; they are run and not shown."""
    if not options.cases:
        return []
    last = max(options.cases, key=NAMES.index)
    outcomes = []
    for run in range(options.repeat):
        for outcome in run_cases(
            running, options.rows, last, hand_first=bool(run % 2), profile=options.profile
        ):
            if outcome.case.name in options.cases:
                outcomes.append(outcome)
                print("\n".join([line(outcome), *outcome.breakdown]), flush=True)
    if options.repeat > 1:
        print("\n".join(["", *medians(outcomes)]))
    print("\nOur database after each case and a VACUUM:")
    for outcome in outcomes[-len(options.cases) :]:
        print("\n".join(growth_of_database(outcome)))
    return outcomes


def _sizes(running: Server, options: argparse.Namespace) -> tuple[list[Sized], bool]:
    """First imports of several sizes, and whether their bars are kept."""
    measure = cache(lambda rows: first_import_of(running, rows))
    kept = True
    sizes: dict[int, Sized] = {}

    def sized(rows: int) -> Sized:
        if rows not in sizes:
            sizes[rows] = measure(rows)
            print(size_line(sizes[rows]), flush=True)
        return sizes[rows]

    if options.growth:
        small, large = sized(300_000), sized(3_000_000)
        factor = (large.seconds / large.rows) / (small.seconds / small.rows)
        print(f"cost per row × {factor:.2f} (bar {GROWTH_BAR})")
        kept = factor <= GROWTH_BAR
    if options.memory:
        grown = [sized(rows).grown for rows in (100_000, 3_000_000)]
        print(f"the worker grew by {grown[0]:.0f} and {grown[1]:.0f} MB (bar {MEMORY_BAR:.0f})")
        kept = kept and max(grown) < MEMORY_BAR
    return list(sizes.values()), kept


if __name__ == "__main__":
    sys.exit(main())
