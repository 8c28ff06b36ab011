"""What is measured: each case on both sides, one after the other, from the same starting point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogtool.sandbox.reports import write_report
from import_sql.by_hand import first_import, next_import
from import_sql.databases import Server
from import_sql.digests import Digests, require_equal, writes_to_videos
from import_sql.processor import measured
from import_sql.worker import import_report

BAR = 1.5


@dataclass(frozen=True)
class Case:
    """One report, brought into what the cases before it left.

    `day` and the shares are those of `write_report`. They count from day 0, not from the day
    before: what day 1 changed goes back on day 2, and the views of day 2 go back on day 3, so that
    the shares that the database sees are those in `title`.
    """

    name: str
    title: str
    day: int
    changed: float = 0.0
    viewed: float = 0.0
    first: bool = False
    nothing_new: bool = False


CASES = (
    Case("first", "first import into empty tables", 0, first=True),
    Case("changed", "again with 1 % of the videos changed", 1, changed=0.01),
    Case("identical", "the same file once more", 1, changed=0.01, nothing_new=True),
    Case("daily", "new views for 60 %, changes for 1 %", 2, viewed=0.6),
    Case("next-day", "new views for 60 %, changes for 1 %, again", 3, changed=0.01),
)


@dataclass(frozen=True)
class Outcome:
    """Wall and processor seconds of both sides; `load` is the machine's before the case."""

    case: Case
    ours: float
    by_hand: float
    our_processor: float
    processor_by_hand: float
    load: float
    grown: float
    rows: Digests
    bytes_more: dict[str, int]
    breakdown: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.ours / self.by_hand

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case.name,
            "ours_seconds": round(self.ours, 3),
            "by_hand_seconds": round(self.by_hand, 3),
            "ratio": round(self.ratio, 3),
            "our_processor_seconds": round(self.our_processor, 3),
            "processor_seconds_by_hand": round(self.processor_by_hand, 3),
            "bar": BAR,
            "load": round(self.load, 2),
            "worker_grew_mb": round(self.grown, 1),
            "rows": {name: count for name, (count, _) in self.rows.items()},
            "bytes_more": self.bytes_more,
        }


def write_files(folder: Path, rows: int, cases: tuple[Case, ...]) -> dict[int, Path]:
    """A report file of each day that the cases need."""
    folder.mkdir(exist_ok=True)
    files = {}
    for case in cases:
        files[case.day] = file = folder / f"video_report_202601{case.day + 1:02}.csv"
        if not file.exists():
            with open(file, "wb") as stream:
                write_report(stream, rows, day=case.day, changed=case.changed, viewed=case.viewed)
    return files


def run_cases(
    server: Server, rows: int, last: str, *, hand_first: bool, profile: bool
) -> Iterator[Outcome]:
    """The cases up to `last`; who goes first alternates, as the second finds warmer caches."""
    names = [case.name for case in CASES]
    cases = CASES[: names.index(last) + 1]
    files = write_files(server.folder / "reports", rows, cases)
    ours, by_hand = server.new_database("ours"), server.new_database("by_hand")
    for case in cases:
        yield _run(server, case, files[case.day], (ours, by_hand), hand_first, profile)
        hand_first = not hand_first
    server.drop("ours")
    server.drop("by_hand")


def _run(
    server: Server,
    case: Case,
    file: Path,
    urls: tuple[str, str],
    hand_first: bool,
    profile: bool,
) -> Outcome:
    ours, by_hand = urls
    for url in urls:
        server.settle(url)
    sizes, written, load = server.sizes(ours), writes_to_videos(ours), os.getloadavg()[0]
    hand = first_import if case.first else next_import
    sides: dict[str, Callable[[], Any]] = {
        "ours": lambda: import_report(ours, file, profile=profile),
        "by hand": lambda: hand(by_hand, file),
    }
    done: dict[str, tuple[Any, float]] = {}
    for side in sorted(sides, reverse=not hand_first):
        done[side] = measured(server.data, sides[side])
    (run, our_server), (steps, processor_by_hand) = done["ours"], done["by hand"]
    rows = require_equal(ours, by_hand)
    if case.nothing_new and writes_to_videos(ours) != written:
        raise RuntimeError("a report without news wrote to video")
    server.settle(ours)
    more = {name: size - sizes.get(name, 0) for name, size in server.sizes(ours).items()}
    return Outcome(
        case,
        run.seconds,
        sum(seconds for _, seconds in steps),
        our_server + run.processor,
        processor_by_hand,
        load,
        run.grown,
        rows,
        {name: change for name, change in more.items() if change},
        [*run.breakdown, *(f"{s:8.2f} s by hand  {what}" for what, s in steps if profile)],
    )
