"""What a worker costs that has nothing to do, and how soon it begins when it has.

    python benchmarks/sync_idle.py
    python benchmarks/sync_idle.py --seconds 300 --tasks 100

A worker with an empty queue is watched for a minute; the processor time of the server's sessions
for it stands beside. Then single tasks are queued one by one at random moments, and the time until
the worker has taken each is measured. The exit code is 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from statistics import median

import psycopg
from import_sql.databases import server
from import_sql.table import machine
from syncing.playing import playing
from syncing.stage import SEED, Stage
from syncing.workers import crew, sessions_seconds

VIDEOS = 500
MOST_COST, MOST_WAIT = 0.01, 0.2
WARM_SECONDS = 5.0
LONGEST = 30.0
ENQUEUE = """
INSERT INTO processing_queue (video_id, task_type, priority, payload)
SELECT video_id, 'metadata_sync', 200, '{"single": true}' FROM video
ORDER BY id OFFSET %s LIMIT 1 RETURNING id
"""
TAKEN = "SELECT started_at, completed_at FROM processing_queue WHERE id = %s"


def main() -> int:
    """1 if a bar is missed."""
    options = _options()
    # Asked to stop, it still stops its server and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with server() as running:
        print(machine(running.version()), flush=True)
        stage = Stage(running, VIDEOS)
        url = stage.copy("idle")
        with (
            playing(stage.home, SEED, VIDEOS),
            crew(url, stage.home, youtube_min_delay=0) as workers,
        ):
            (worker,) = workers.alive
            time.sleep(WARM_SECONDS)
            before, of_server = worker.processor_seconds(), sessions_seconds(running.data)
            began = time.monotonic()
            time.sleep(options.seconds)
            seconds = time.monotonic() - began
            cost = (worker.processor_seconds() - before) / seconds
            server_cost = (sessions_seconds(running.data) - of_server) / seconds
            waits, ends = _wake(url, options.tasks)
    print(f"idle worker: {100 * cost:.2f} % of a core (at most {100 * MOST_COST:g} %)")
    print(f"  all processes of the server meanwhile: {100 * server_cost:.2f} %")
    print(
        f"{len(waits)} single tasks taken after {1000 * median(waits):.0f} ms, at most "
        f"{1000 * max(waits):.0f} ms (at most {1000 * MOST_WAIT:.0f}); "
        f"ended after {1000 * median(ends):.0f} ms, at most {1000 * max(ends):.0f} ms"
    )
    return 0 if cost <= MOST_COST and max(waits) <= MOST_WAIT else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--tasks", type=int, default=40)
    return parser.parse_args()


def _wake(url: str, tasks: int) -> tuple[list[float], list[float]]:
    """Seconds from the commit of each task until it was taken, and until it had ended."""
    chance = random.Random(1)
    waits, ends = [], []
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(tasks):
            time.sleep(chance.uniform(0.3, 1.5))
            with connection.transaction():
                row = connection.execute(ENQUEUE, [number]).fetchone()
                assert row is not None
                connection.execute("SELECT pg_notify('sync_tasks', '')")
            committed = time.time()
            started, completed = _end_of(connection, row[0])
            waits.append(max(0.0, started - committed))
            ends.append(completed - committed)
    return waits, ends


def _end_of(connection: psycopg.Connection, task_id: int) -> tuple[float, float]:
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        row = connection.execute(TAKEN, [task_id]).fetchone()
        if row and row[0] and row[1]:
            return row[0].timestamp(), row[1].timestamp()
        time.sleep(0.02)
    raise RuntimeError("a task was not done")


if __name__ == "__main__":
    sys.exit(main())
