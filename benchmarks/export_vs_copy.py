"""How fast an export is beside PostgreSQL's own COPY of the same columns.

    python benchmarks/export_vs_copy.py --videos 1000000 --repeat 3
    python benchmarks/export_vs_copy.py --videos 1000000 --keep /somewhere/with/room

psql copies all videos with their views into nothing: one statement, one snapshot, nobody to log
in, nothing to make harmless. Ours is the same file over HTTP through gunicorn, as the application
is served, read by a client on the same machine: exact, safe for spreadsheets, and compressed. They
take turns. The bars are ratios: at least half of psql's speed, the first byte within the first
twentieth of the time, and a memory that does not grow with the file. The exit code is 1 if one is
missed; the compressed file has none, since psql does not compress.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median

from exporting.by_hand import copy_by_psql
from exporting.download import Download, download
from searching.databases import catalogue, home_of, server
from searching.server import Site, served
from searching.table import machine

SPEED_BAR = 0.5
FIRST_BAR = 0.05
MEMORY_BAR = 64.0
MEGABYTE = 1_000_000
KINDS = {
    "exact": "hidden=all&safe=0",
    "safe": "hidden=all",
    "safe, compressed": "hidden=all&format=csv.gz",
}


def main() -> int:
    """Measure; 1 if a bar is missed."""
    options = _options()
    with home_of(options.keep) as home, server(home) as server_url:
        url = catalogue(server_url, options.videos, options.seed)
        print(f"{machine(url)}\n{options.videos:,} videos\n", flush=True)
        with served(url, home / "export") as site:
            return 0 if _compare(site, options.repeat) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the database, used again next time")
    return parser.parse_args()


def _compare(site: Site, repeat: int) -> bool:
    """Warm up, then take turns; whether all bars are kept."""
    copy_by_psql(site.url)
    download(site, KINDS["exact"])
    by_hand: list[float] = []
    ours: dict[str, list[Download]] = {kind: [] for kind in KINDS}
    print(f"{'':<20}{'s':>8}{'MB':>9}{'speed':>8}{'first ms':>10}{'share':>8}{'grown MB':>10}")
    for _ in range(repeat):
        by_hand.append(copy_by_psql(site.url))
        print(f"{'psql':<20}{by_hand[-1]:>8.2f}", flush=True)
        for kind, query in KINDS.items():
            ours[kind].append(found := download(site, query))
            print(_line(kind, found, by_hand[-1]), flush=True)
    return all(_is_kept(kind, found, median(by_hand)) for kind, found in ours.items())


def _line(kind: str, found: Download, by_hand: float) -> str:
    return (
        f"{kind:<20}{found.seconds:>8.2f}{found.size / MEGABYTE:>9.1f}"
        f"{by_hand / found.seconds:>8.2f}{found.first * 1000:>10.0f}{found.share_of_first:>8.3f}"
        f"{found.grown:>10.1f}"
    )


def _is_kept(kind: str, found: list[Download], by_hand: float) -> bool:
    speed = by_hand / median(one.seconds for one in found)
    first = median(one.share_of_first for one in found)
    grown = max(one.grown for one in found)
    kept = first <= FIRST_BAR and grown <= MEMORY_BAR
    if "compressed" not in kind:
        kept = kept and speed >= SPEED_BAR
    print(
        f"{kind}: {speed:.2f} of psql's speed (bar {SPEED_BAR}), first byte after {first:.1%}"
        f" (bar {FIRST_BAR:.0%}), {grown:.0f} MB more (bar {MEMORY_BAR:.0f})"
        f"{'' if kept else '  missed'}"
    )
    return kept


if __name__ == "__main__":
    sys.exit(main())
