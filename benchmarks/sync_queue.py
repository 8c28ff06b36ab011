"""The queue when it is large: filling it with everything, and taking from it beside millions.

    python benchmarks/sync_queue.py
    python benchmarks/sync_queue.py --videos 100000 --finished 500000

A task for each of 1,000,000 videos is queued by the product in one statement, and by an
INSERT … SELECT by hand into a copy of the same database with the same indexes and triggers. Then
batches of 50 are taken from that queue with 5,000,000 finished tasks in it, and by turns from one
with 1,000 waiting tasks and nothing else. All bars are ratios; the exit code is 1 if one is missed.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from statistics import median

import psycopg
from import_sql.databases import Server, server
from import_sql.table import machine
from psycopg import sql
from searching.catalogue import ensure_catalogue
from sqlalchemy import text
from syncing.taking import seconds_of_batches

from catalogtool.core import db
from catalogtool.sync.queue.enqueue import enqueue_matching

BAR = 1.5
SEED = 1
FEW = 1_000
BATCHES, ROUNDS = 15, 6
BY_HAND = """
INSERT INTO processing_queue (video_id, task_type, priority)
SELECT video_id, 'metadata_sync', 50 FROM video
"""
FINISHED = """
INSERT INTO processing_queue (video_id, task_type, status, priority, started_at, completed_at)
SELECT v.video_id, 'metadata_sync', 'completed', 50, now() - interval '1 hour',
    now() - number * interval '1 hour' - v.id * interval '1 ms'
FROM generate_series(1, %s) AS number, video v
"""


def main() -> int:
    """1 if a bar is missed."""
    options = _options()
    # Asked to stop, it still stops its server and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with server() as running:
        print(f"{machine(running.version())}\n{options.videos:,} videos", flush=True)
        full, copy = _catalogues(running, options.videos)
        ratios = [_enqueue(running, full, copy, options.repeat)]
        few = _few(running)
        _finish(running, full, options.finished // options.videos)
        ratios.append(_take(full, few))
    return 0 if all(ratio <= BAR for ratio in ratios) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=1_000_000)
    parser.add_argument("--finished", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def _catalogues(running: Server, videos: int) -> tuple[str, str]:
    """The same catalogue twice, with an empty queue."""
    first = running.new_database("ours")
    ensure_catalogue(first, videos, SEED)
    running.settle(first)
    with psycopg.connect(running.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE by_hand TEMPLATE ours STRATEGY file_copy")
    return first, first.replace("/ours", "/by_hand")


def _enqueue(running: Server, ours: str, by_hand: str, repeat: int) -> float:
    """The median ratio; both sides take turns in going first."""
    ratios = []
    for number in range(repeat):
        seconds = {}
        for url in (ours, by_hand) if number % 2 else (by_hand, ours):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("TRUNCATE processing_queue, queue_count")
            running.settle(url)
            seconds[url] = _by_product(ours) if url == ours else _by_hand(by_hand)
        ratios.append(seconds[ours] / seconds[by_hand])
        print(
            f"enqueue: ours {seconds[ours]:.2f} s, by hand {seconds[by_hand]:.2f} s, "
            f"ratio {ratios[-1]:.2f}",
            flush=True,
        )
    print(f"enqueue: median ratio {median(ratios):.2f} (at most {BAR})", flush=True)
    return median(ratios)


def _by_product(url: str) -> float:
    engine = db.connect(url)
    with db.unit_of_work() as session:
        session.execute(text("SELECT 1"))
    began = time.perf_counter()
    with db.unit_of_work() as session:
        enqueue_matching(session, "metadata_sync", "TRUE", {}, user_id=None)
    seconds = time.perf_counter() - began
    engine.dispose()
    return seconds


def _by_hand(url: str) -> float:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
        connection.commit()
        began = time.perf_counter()
        connection.execute(BY_HAND)
        connection.commit()
        return time.perf_counter() - began


def _few(running: Server) -> str:
    """A database with as many videos as tasks wait, and nothing else."""
    url = running.new_database("few")
    ensure_catalogue(url, FEW, SEED)
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE processing_queue, queue_count")
        connection.execute(BY_HAND)
    running.settle(url)
    return url


def _finish(running: Server, url: str, times: int) -> None:
    """Add tasks that have ended; their indexes are built afterwards, which is quicker."""
    began = time.perf_counter()
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE processing_queue DISABLE TRIGGER USER")
        indexes = connection.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'processing_queue'
            AND indexname NOT LIKE 'pk%'"""
        ).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        keys = connection.execute(
            """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = 'processing_queue'::regclass AND contype = 'f'"""
        ).fetchall()
        for name, _ in keys:
            drop = "ALTER TABLE processing_queue DROP CONSTRAINT {}"
            connection.execute(sql.SQL(drop).format(sql.Identifier(name)))
        connection.execute(FINISHED, [times])
        for _, definition in indexes:
            connection.execute(definition)
        for name, definition in keys:
            connection.execute(
                f"ALTER TABLE processing_queue ADD CONSTRAINT {name} {definition} NOT VALID"
            )
        connection.execute("ALTER TABLE processing_queue ENABLE TRIGGER USER")
    running.settle(url)
    seconds = time.perf_counter() - began
    print(f"(adding the finished tasks took {seconds:.0f} s)", flush=True)


def _take(full: str, few: str) -> float:
    """The ratio of the median times of a batch."""
    times: dict[str, list[float]] = {full: [], few: []}
    for number in range(ROUNDS):
        for url in (full, few) if number % 2 else (few, full):
            times[url] += seconds_of_batches(url, BATCHES)
            if url == few:
                _vacuum(few)
    ratio = median(times[full]) / median(times[few])
    print(
        f"a batch of 50: {1000 * median(times[full]):.2f} ms beside millions, "
        f"{1000 * median(times[few]):.2f} ms with {FEW:,} waiting, ratio {ratio:.2f} "
        f"(at most {BAR}); slowest {1000 * max(times[full]):.1f} / {1000 * max(times[few]):.1f} ms",
        flush=True,
    )
    return ratio


def _vacuum(url: str) -> None:
    """As autovacuum would, which leaves a queue of millions alone for longer."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM processing_queue")


if __name__ == "__main__":
    sys.exit(main())
