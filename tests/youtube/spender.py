"""Processes that reserve units, one after the other, until there are none for a long time.

Arguments: how many processes, the database's URL, the limit, the minimal delay. It says `ready`,
waits for a line, and in the end prints when each process was granted its units, one at a time:
`[[seconds since 1970, …], …]`. They are forked from one that has imported everything already.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from typing import Any

from sqlalchemy import text

from catalogtool.core import db
from catalogtool.youtube.errors import QuotaExhausted
from catalogtool.youtube.quota import RateLimiter

SHORTEST_REST, LONG = 0.002, 60.0


def spend(url: str, limiter: RateLimiter, starts: Any, answers: Any) -> None:
    """One process: connected before the race begins."""
    db.connect(url)
    with db.unit_of_work() as session:
        session.execute(text("SELECT 1"))
    starts.wait()
    starts.wait()
    granted: list[float] = []
    rest = 0.0
    while rest < LONG:
        try:
            granted.append(limiter.reserve().start_at.timestamp())
        except QuotaExhausted as error:
            rest = error.until.timestamp() - time.time()
            time.sleep(min(max(SHORTEST_REST, rest), 0.1))
    answers.put(granted)


def main() -> None:
    count, url, limit, delay = sys.argv[1:]
    forking = multiprocessing.get_context("fork")
    starts, answers = forking.Barrier(int(count) + 1), forking.Queue()
    arguments = (url, RateLimiter(int(limit), float(delay)), starts, answers)
    racers = [forking.Process(target=spend, args=arguments, daemon=True) for _ in range(int(count))]
    for racer in racers:
        racer.start()
    starts.wait()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    starts.wait()
    print(json.dumps([answers.get() for _ in racers]))  # noqa: T201


if __name__ == "__main__":
    main()
