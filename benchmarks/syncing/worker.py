"""The product's worker in a process of its own: `python worker.py PARENT [hurried]`.

Hurried, it waits shorter: a dead worker's tasks are taken over after seconds, failed calls are
repeated after tenths of a second, and what YouTube calls the end of the quota is put to the test
again after seconds. Nothing else is different.
"""

from __future__ import annotations

import gc
import sys
from datetime import timedelta

import catalogtool.worker  # noqa: F401 (declares every job)
from catalogtool.core.db import connect
from catalogtool.core.log import configure_logging
from catalogtool.core.process import die_with_parent
from catalogtool.core.settings import Settings
from catalogtool.jobs.worker import QueueProcessor
from catalogtool.sync.queue import retry
from catalogtool.sync.running import rests
from catalogtool.sync.running.runner import TaskRunner
from catalogtool.youtube import quota, quota_stop

LEASE_SECONDS = 4.0


def main(parent: int, *, hurried: bool) -> None:
    """Work until told to stop."""
    die_with_parent(parent)
    gc.set_threshold(100_000, 20, 20)
    settings = Settings.load()
    configure_logging("WARNING", "json")
    assert settings.database_url
    connect(settings.database_url)
    if hurried:
        quota_stop.FIRST_WAIT = quota.PROBE_TIME = timedelta(seconds=2)
        retry.FIRST_SECONDS = 0.3
        rests.FIRST_SECONDS, rests.LONGEST_SECONDS = 0.3, 3.0
    runner = TaskRunner(settings, lease_seconds=LEASE_SECONDS) if hurried else TaskRunner(settings)
    QueueProcessor(settings, beside=runner).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), hurried="hurried" in sys.argv)
