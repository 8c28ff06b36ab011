"""How fast a bulk edit and its rollback are beside an UPDATE and an audit INSERT by hand.

    python benchmarks/bulk_vs_sql.py
    python benchmarks/bulk_vs_sql.py --videos 300000 --rows 30000 --cases title --profile

Two equal catalogues lie in one server, with the same tables, indexes, triggers and foreign keys.
In one of them the product edits every video of a category, from the request (which fixes the
selection) to the end of the worker's job, chunk by chunk, with notes of what YouTube does not know
yet; in the other, psql's own two statements do the same. Then both take it back. After each step
both catalogues must hold equal videos and equal audit records.

Seconds depend on the machine and on what else it does; their ratio hardly does, as both sides run
one after the other and take turns in going first. So the bars are ratios; the exit code is 1 if one
is missed. The processor seconds of both sides (client and server) stand beside.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from bulk_sql import by_hand, ours
from bulk_sql.cases import BAR, CASES, CHOSEN, Case, Outcome
from bulk_sql.digests import require_equal
from import_sql.databases import Server, server
from import_sql.processor import measured
from import_sql.table import machine
from psycopg import sql
from searching.catalogue import ensure_catalogue

NAMES = [case.name for case in CASES]
SEED = 1
HEAD = f"{'case':<38}{'rows':>9}{'ours s':>9}{'hand s':>9}{'ratio':>8}{'bar':>6}{'processor s':>15}"


def main() -> int:
    """Measure what was asked for; 1 if a bar is missed."""
    options = _options()
    with server() as running:
        facts = machine(running.version())
        print(f"{facts}\n{options.videos:,} videos, {options.rows:,} of them edited\n", flush=True)
        urls = _catalogues(running, options.videos, options.rows)
        print(HEAD, flush=True)
        outcomes = []
        for round_ in range(options.repeat):
            for number, case in enumerate(options.cases):
                for outcome in _run(running, case, urls, (round_ + number) % 2, options.profile):
                    print("\n".join([_line(outcome), *outcome.breakdown]), flush=True)
                    outcomes.append(outcome)
    print("\n".join(["", *_medians(outcomes)]))
    if options.json:
        figures = {"machine": facts, "steps": [outcome.as_json() for outcome in outcomes]}
        options.json.write_text(json.dumps(figures, indent=2))
    return 0 if all(ratio <= BAR for ratio in _ratios(outcomes).values()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000, help="videos to edit")
    parser.add_argument("--cases", default=",".join(NAMES), help=f"of {', '.join(NAMES)}")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="where the seconds go")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    if unknown := set(options.cases.split(",")) - set(NAMES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    options.cases = [case for case in CASES if case.name in options.cases.split(",")]
    return options


def _catalogues(running: Server, videos: int, rows: int) -> tuple[str, str]:
    """The same catalogue twice; the videos to edit lie scattered in it."""
    first = running.new_database("ours")
    ensure_catalogue(first, videos, SEED)
    with psycopg.connect(first) as connection:
        connection.execute(
            """UPDATE video SET category = %s, hidden = false
            WHERE id IN (SELECT id FROM video ORDER BY hashint8(id), id LIMIT %s)""",
            [CHOSEN, rows],
        )
        connection.execute(
            """INSERT INTO "user" (id, email, fs_uniquifier) OVERRIDING SYSTEM VALUE
            VALUES (1, 'ann@example.com', 'ann') ON CONFLICT DO NOTHING"""
        )
        connection.execute("UPDATE channel SET hidden = false")
        connection.execute("DELETE FROM pending_edit")
    running.settle(first)
    with psycopg.connect(running.url, autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE by_hand TEMPLATE ours STRATEGY file_copy")
        connection.execute(copy)
    return first, first.replace("/ours", "/by_hand")


def _run(
    running: Server, case: Case, urls: tuple[str, str], hand_first: int, profile: bool
) -> Iterator[Outcome]:
    mine, theirs = urls
    undoes: UUID | None = None
    steps: tuple[tuple[str, Callable[[str, Case], float]], ...] = (
        ("edit", by_hand.edit),
        ("rollback", by_hand.roll_back),
    )
    for place, (step, hand) in enumerate(steps):
        for url in urls:
            running.settle(url)
        sides: dict[str, Callable[[], Any]] = {
            "ours": lambda undoes=undoes: ours.run(mine, case, undoes, profile=profile),
            "by hand": lambda hand=hand: hand(theirs, case),
        }
        done = {}
        for side in sorted(sides, reverse=bool((hand_first + place + 1) % 2)):
            done[side] = measured(running.data, sides[side])
        (run, our_server), (seconds, processor_by_hand) = done["ours"], done["by hand"]
        require_equal(mine, theirs)
        undoes = run.batch_id
        yield Outcome(
            case,
            step,
            run.seconds,
            seconds,
            our_server + run.processor,
            processor_by_hand,
            run.updated,
            tuple(run.breakdown),
        )


def _line(outcome: Outcome) -> str:
    verdict = "" if outcome.ratio <= BAR else "  missed"
    processor = f"{outcome.our_processor:.1f} / {outcome.processor_by_hand:.1f}"
    return (
        f"{f'{outcome.step}: {outcome.case.title}':<38}{outcome.rows:>9,}{outcome.ours:>9.2f}"
        f"{outcome.by_hand:>9.2f}{outcome.ratio:>8.2f}{BAR:>6.1f}{processor:>15}{verdict}"
    )


def _ratios(outcomes: list[Outcome]) -> dict[str, float]:
    """The median ratio of each step of each case."""
    names = dict.fromkeys(f"{o.step}: {o.case.title}" for o in outcomes)
    return {
        name: median(o.ratio for o in outcomes if f"{o.step}: {o.case.title}" == name)
        for name in names
    }


def _medians(outcomes: list[Outcome]) -> list[str]:
    return [
        f"{name:<38}{'median ratio':>27}{r:>8.2f}{BAR:>6.1f}"
        for name, r in _ratios(outcomes).items()
    ]


if __name__ == "__main__":
    sys.exit(main())
