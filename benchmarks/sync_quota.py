"""The quota at the edge: eight processes want more than there is, while old units come free.

    python benchmarks/sync_quota.py
    python benchmarks/sync_quota.py --seconds 60 --processes 16

First eight processes reserve units as fast as they can, some of them fifty at once, from a ledger
that is almost full and whose oldest units become free again every ten seconds. Nobody sleeps until
the time that the refusal names: all try again at once. At no moment may more units than the limit
lie in any 24 hours, and at the end none may be left that could be had.

Then eight workers drain tasks against a sandbox that gives exactly the units of the quota and
refuses the next one. It must be asked exactly so often, refuse nobody, and all the units must have
gone into videos.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time

import psycopg
from import_sql.databases import Server, server
from import_sql.table import machine
from syncing.edge import race
from syncing.playing import playing
from syncing.stage import SEED, Stage
from syncing.tasks import enqueue
from syncing.workers import crew

LIMIT = 2_000
FREED = 37
BUCKET_SECONDS = 10
WINDOW = "24 hours 30 seconds"
UNITS_OF_WORKERS = 60
VIDEOS = 4_000
SETTLED_SECONDS = 3.0

FILL = """
INSERT INTO quota_usage (bucket, read_units, requests)
SELECT date_bin('10 seconds', now(), 'epoch') - interval '24 hours 40 seconds'
    + number * interval '10 seconds', units, units
FROM generate_series(1, %(buckets)s) AS number,
    LATERAL (SELECT CASE WHEN number < %(buckets)s THEN %(freed)s ELSE %(rest)s END) AS g(units)
"""


def main() -> int:
    """1 if a unit too many was given, or one too few."""
    options = _options()
    # Asked to stop, it still stops its server and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with server(max_connections="400") as running:
        print(machine(running.version()), flush=True)
        right = [_race(running, options.processes, options.seconds)]
        if not options.only_race:
            right.append(_workers(running, options.processes))
    return 0 if all(right) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=45)
    parser.add_argument("--only-race", action="store_true")
    return parser.parse_args()


def _race(running: Server, processes: int, seconds: int) -> bool:
    url = running.new_database("race")
    buckets = seconds // BUCKET_SECONDS + 30
    with psycopg.connect(url) as connection:
        rest = LIMIT - (buckets - 1) * FREED - 5
        connection.execute(FILL, {"buckets": buckets, "freed": FREED, "rest": rest})
        before = connection.execute("SELECT bucket, read_units FROM quota_usage").fetchall()
    grants = race(url, LIMIT, processes, seconds)
    with psycopg.connect(url) as connection:
        row = connection.execute(
            f"""SELECT sum(read_units + write_units)::int FROM quota_usage
            WHERE bucket + interval '{BUCKET_SECONDS} seconds' + interval '{WINDOW}' > %s""",
            [grants.last_try],
        ).fetchone()
    assert row is not None
    most, left = grants.most_in_a_window(before), LIMIT - row[0]
    print(
        f"{processes} processes in {seconds} s: {grants.tries:,} tries, {grants.units} units "
        f"given; at most {most} of {LIMIT} in 24 hours; {left} left at the end",
        flush=True,
    )
    return most <= LIMIT and left == 0 and grants.units > FREED


def _workers(running: Server, processes: int) -> bool:
    stage = Stage(running, VIDEOS)
    url = stage.copy("workers")
    with (
        playing(stage.home, SEED, VIDEOS, "--quota", str(UNITS_OF_WORKERS)) as sandbox,
        crew(
            url,
            stage.home,
            processes,
            youtube_min_delay=0,
            youtube_daily_quota=UNITS_OF_WORKERS,
        ) as workers,
    ):
        enqueue(url, VIDEOS)
        _wait_until_quiet(url)
        usage = sandbox.usage()
        tails = workers.tails()
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT count(*) FILTER (WHERE status = 'completed'),
                count(*) FILTER (WHERE status = 'pending' AND retry_count = 0), count(*)
            FROM processing_queue"""
        ).fetchone()
    assert row is not None
    videos = usage["by_method"]["videos.list"]["ids"]
    print(
        f"{processes} workers, {UNITS_OF_WORKERS} units: asked {usage['units']} times, refused "
        f"{usage['quota']['refused']}; {row[0]} tasks completed with {videos} videos asked for; "
        f"{row[1]} wait, none of them as a failure{tails}",
        flush=True,
    )
    return (
        usage["units"] == UNITS_OF_WORKERS
        and usage["quota"]["refused"] == 0
        and row[0] == videos
        and row[0] + row[1] == row[2]
    )


def _wait_until_quiet(url: str) -> None:
    """Until nobody has a task in hand for some seconds."""
    quiet_since = time.monotonic()
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() - quiet_since < SETTLED_SECONDS:
            row = connection.execute(
                "SELECT count(*), (SELECT sum(requests) FROM quota_usage) FROM sync_lease"
            ).fetchone()
            if row is None or row[0] or not row[1]:
                quiet_since = time.monotonic()
            time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
