"""A worker for imports as a process of its own: `python -m tests.reports.import_worker`."""

from __future__ import annotations

import catalogtool.worker  # noqa: F401 (declares every job)
from catalogtool.core.db import connect
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings
from catalogtool.jobs.worker import QueueProcessor

if __name__ == "__main__":
    settings = Settings.load()
    configure_logging("INFO", "json")
    assert settings.database_url
    connect(settings.database_url)
    QueueProcessor(
        settings, poll_seconds=0.2, heartbeat_seconds=0.2, dead_after_seconds=1.0, stop_seconds=5.0
    ).run()
