"""A worker as a process of its own, with short intervals: `python -m tests.jobs.worker_process`."""

from __future__ import annotations

import os

from catalogtool.core.db import connect
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings
from catalogtool.jobs.worker import QueueProcessor
from tests.jobs import sample_jobs

if __name__ == "__main__":
    settings = Settings.load()
    configure_logging("INFO", "json")
    assert settings.database_url
    assert sample_jobs
    connect(settings.database_url)
    QueueProcessor(
        settings,
        poll_seconds=0.3,
        heartbeat_seconds=0.2,
        dead_after_seconds=float(os.environ.get("DEAD_AFTER", "1")),
        stop_seconds=float(os.environ.get("STOP_SECONDS", "2")),
    ).run()
