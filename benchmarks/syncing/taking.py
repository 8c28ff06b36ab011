"""How long it takes to claim a batch, as a worker claims one after the other."""

from __future__ import annotations

import time

from catalogtool.core import db
from catalogtool.sync.handlers import HANDLERS
from catalogtool.sync.queue.claim import Positions, claim, most_urgent
from catalogtool.sync.queue.lease import give_back

WARM = 3


def seconds_of_batches(url: str, batches: int) -> list[float]:
    """The seconds of each claim with its commit; all tasks are given back afterwards."""
    engine = db.connect(url)
    positions = Positions()
    leases, seconds = [], []
    for _ in range(WARM + batches):
        began = time.perf_counter()
        with db.unit_of_work() as session:
            task_type = most_urgent(session, list(HANDLERS), positions)
            assert task_type is not None
            batch = claim(session, "benchmark", task_type, positions=positions)
        seconds.append(time.perf_counter() - began)
        assert batch is not None
        assert len(batch.tasks) == 50
        leases.append(batch.lease_id)
    with db.unit_of_work() as session:
        give_back(session, leases)
    engine.dispose()
    return seconds[WARM:]
