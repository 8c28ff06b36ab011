"""The figures for people, the figures for programs."""

from __future__ import annotations

import os
import platform
from statistics import median

from import_sql.cases import BAR, Outcome
from import_sql.size import Sized

MEGABYTE = 1024 * 1024
WIDTH = 46


def machine(version: str) -> str:
    """What the seconds depend on, in a line."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"PostgreSQL {version}, load {load}"
    )


def head() -> str:
    """The headings of `line`."""
    return (
        f"{'case':<{WIDTH}}{'ours s':>9}{'hand s':>9}{'ratio':>8}{'bar':>6}{'load':>7}"
        f"{'processor s':>15}"
    )


def line(outcome: Outcome) -> str:
    """One run of one case."""
    verdict = "" if outcome.ratio <= BAR else "  missed"
    return (
        f"{outcome.case.title:<{WIDTH}}{outcome.ours:>9.2f}{outcome.by_hand:>9.2f}"
        f"{outcome.ratio:>8.2f}{BAR:>6.1f}{outcome.load:>7.1f}"
        f"{f'{outcome.our_processor:.1f} / {outcome.processor_by_hand:.1f}':>15}{verdict}"
    )


def medians(outcomes: list[Outcome]) -> list[str]:
    """Each case's ratio over all runs."""
    titles = dict.fromkeys(outcome.case.title for outcome in outcomes)
    return [
        f"{title:<{WIDTH}}{'median ratio':>18}"
        f"{median(o.ratio for o in outcomes if o.case.title == title):>8.2f}{BAR:>6.1f}"
        for title in titles
    ]


def growth_of_database(outcome: Outcome) -> list[str]:
    """What the case added to our database after a VACUUM, the largest first."""
    changes = sorted(outcome.bytes_more.items(), key=lambda item: -item[1])
    shown = [
        f"{name} {change / MEGABYTE:+,.1f} MB"
        for name, change in changes
        if abs(change) >= MEGABYTE // 10
    ]
    return [f"  {outcome.case.name}: {', '.join(shown) or 'no growth'}"]


def size_line(sized: Sized) -> str:
    """A first import of so many rows."""
    return (
        f"{sized.rows:>9,} rows: {sized.seconds:>8.2f} s, "
        f"{sized.seconds / sized.rows * 1e6:>7.1f} µs a row, worker grew {sized.grown:.0f} MB"
    )
