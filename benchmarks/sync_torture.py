"""Everything goes wrong at once, and in the end everything is right.

    python benchmarks/sync_torture.py
    python benchmarks/sync_torture.py --videos 4000 --rounds 2 --share 0.3

Three workers keep a catalogue of 20,000 videos in step with a sandbox. A fifth of its requests is
hit by a fault, of every kind it knows: refused tokens, refused and forbidden calls, "the quota is
used up", too many requests, server errors as JSON and as pages, connections cut before, in and
after the answer, time-outs, broken JSON, items left out. Every few seconds a worker is killed with
SIGKILL and another one started, and once PostgreSQL crashes and comes back.

At the end every task must have ended, completed or failed with one of the faults as its reason.
Every video whose task was completed must hold exactly what the sandbox says, or be marked as
missing if the last answer left it out; every edit on its way to YouTube has arrived there and is
settled, or its task has failed and it still waits. The history, replayed on the values before,
must give the values after. And our ledger of units must hold every request that the sandbox has
seen, and beyond them no more than may have been about to leave when a worker died.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter

import psycopg
from import_sql.databases import SETTINGS, Server, server
from import_sql.table import machine
from syncing.blows import Blows
from syncing.edits import push_titles, wrong_pushes
from syncing.mixture import enqueue_mixture, rates
from syncing.playing import Playing, playing
from syncing.stage import SEED, Stage
from syncing.tasks import wait_until_empty
from syncing.trail import broken_trails
from syncing.truth import differences
from syncing.workers import crew

WORKERS = 3
DAYS = 40
LONGEST = 3000.0
QUOTA = 1_000_000
REQUESTS_AT_ONCE = 16
WRITE_UNITS = 50
HANG_SECONDS = 40.0
CONNECTIONS = {"max_connections": "400"}
# What the messages of faults have in common with those of the tasks that they ended.
REASONS = (
    "forbidden", "blocked", "permission", "suspended", "signup", "Unauthorized", "Backend",
    "per minute", "busy", "cannot be read", "did not answer", "connection", "token", "50",
    "does not know",
)  # fmt: skip

SPENT = "SELECT coalesce(sum(read_units + write_units), 0)::int FROM quota_usage"
FAILED = """SELECT video_id, task_type, error_message, retry_count FROM processing_queue
    WHERE status = 'failed'"""
LEFT_OPEN = """SELECT (SELECT count(*) FROM processing_queue
    WHERE status IN ('pending', 'processing') OR lease_id IS NOT NULL), count(*) FROM sync_lease"""
# Videos whose metadata came through. What a push alone was told does not count as a look, and a
# title that still waits to be sent stays ours.
LOOKED_AT = """SELECT video_id FROM processing_queue q
    WHERE status = 'completed' AND task_type = 'metadata_sync' AND NOT EXISTS (
        SELECT FROM processing_queue push WHERE push.video_id = q.video_id
            AND push.task_type = 'metadata_push' AND push.status = 'failed')"""
COUNTS = """SELECT count(*) FROM (
    SELECT task_type, status, sum(tasks) AS tasks FROM queue_count GROUP BY 1, 2
        HAVING sum(tasks) <> 0
    EXCEPT SELECT task_type, status, count(*) FROM processing_queue GROUP BY 1, 2) AS wrong"""


def main() -> int:
    """1 if anything was not as it must be."""
    options = _options()
    # Asked to stop, it still stops its server and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wrong = 0
    with server(**CONNECTIONS) as running:
        print(machine(running.version()), flush=True)
        stage = Stage(running, options.videos)
        for number in range(options.rounds):
            state = stage.home / f"sandbox-{number}.sqlite"
            arguments = ("--state", str(state))
            with playing(stage.home, SEED, options.videos, *arguments) as sandbox:
                sandbox.pass_days(DAYS)
                wrong += bool(_round(running, stage, sandbox, options, number))
    print(f"{options.rounds} rounds, {wrong} of them with a difference")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=20_000, help="as many metadata tasks")
    parser.add_argument("--more", type=float, default=0.03, help="share with other tasks as well")
    parser.add_argument("--pushes", type=int, default=100, help="titles to be sent to YouTube")
    parser.add_argument("--share", type=float, default=0.2, help="of the requests that are hit")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds between two requests")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _round(
    running: Server, stage: Stage, sandbox: Playing, options: argparse.Namespace, number: int
) -> list[str]:
    url = stage.copy(f"round_{number}")
    sandbox.faults(
        seed=options.seed + number,
        latency_ms=60,
        jitter_ms=40,
        hang_seconds=HANG_SECONDS,
        rates=rates(options.share),
    )
    settings = {"youtube_min_delay": options.delay, "youtube_daily_quota": QUOTA}
    with crew(url, stage.home, WORKERS, hurried=True, **settings) as workers:
        chance = random.Random(f"{options.seed} {number}")
        blows = Blows(workers, chance, running.folder, SETTINGS | CONNECTIONS)
        pushes = push_titles(url, sandbox, options.pushes)
        tasks = len(pushes.titles) + enqueue_mixture(url, options.more)
        blows.start()
        try:
            drained = wait_until_empty(url, time.time(), LONGEST)
        finally:
            blows.stop()
        wrong = [
            *_judged(stage, url, sandbox, blows),
            *wrong_pushes(url, sandbox, pushes),
        ]
    usage = sandbox.usage()
    print(
        f"round {number + 1}: {tasks:,} tasks in {drained.seconds:.0f} s: {drained.ends}; "
        f"{blows.kills} kills, {blows.crashes} crash; {usage['requests']} requests, "
        f"{sum(usage['faults'].values())} faults "
        f"of {len(usage['faults'])} kinds",
        flush=True,
    )
    for line in wrong[:20]:
        print(f"  {line}", flush=True)
    return wrong


def _judged(stage: Stage, url: str, sandbox: Playing, blows: Blows) -> list[str]:
    usage = sandbox.usage()
    with psycopg.connect(url) as connection:
        spent = connection.execute(SPENT).fetchone()
        open_ = connection.execute(LEFT_OPEN).fetchone()
        counted = connection.execute(COUNTS).fetchone()
        failed = connection.execute(FAILED).fetchall()
        looked_at = {row[0] for row in connection.execute(LOOKED_AT)}
    assert spent is not None
    wrong = []
    if open_ != (0, 0):
        wrong.append(f"not everything has ended: {open_}")
    if counted != (0,):
        wrong.append("the ledger of tasks does not agree with the tasks")
    # Among them one write, since only one push runs at a time.
    about_to_leave = (REQUESTS_AT_ONCE + WRITE_UNITS) * (blows.kills + WORKERS * blows.crashes)
    surplus = spent[0] - usage["units"]
    if not 0 <= surplus <= about_to_leave:
        wrong.append(f"{spent[0]} units in the ledger, {usage['units']} seen by the sandbox")
    print(
        f"  units: {spent[0]} in the ledger, {usage['units']} seen, at most {about_to_leave} lost"
    )
    reasons = Counter((str(message)[:60], retries) for _, _, message, retries in failed)
    print(f"  failed: {dict(reasons)}")
    wrong += [
        f"{video} ({kind}) failed for no good reason: {message}"
        for video, kind, message, _ in failed
        if not any(reason.lower() in str(message).lower() for reason in REASONS)
    ]
    in_vain = sandbox.control("in_vain")
    wrong += [
        f"{video} failed after {retries} retries, but was asked for in vain {times} times only"
        for video, kind, _, retries in failed
        if kind == "metadata_sync" and (times := in_vain.get(video, 0)) <= retries
    ]
    unlike = differences(url, sandbox, set(usage["left_out"]))
    wrong += [line for line in unlike if line.split(":")[0] in looked_at]
    wrong += broken_trails(stage.before, url)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
