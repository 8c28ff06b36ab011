"""A worker in a process of its own, that may be killed at any moment: `python worker.py PARENT`."""

from __future__ import annotations

import os
import sys

import catalogtool.worker  # noqa: F401 (declares every job)
from catalogtool.core.db import connect
from catalogtool.core.log import configure_logging
from catalogtool.core.process import die_with_parent
from catalogtool.core.settings import Settings
from catalogtool.jobs.worker import QueueProcessor

HURRIED = {"poll_seconds": 0.3, "heartbeat_seconds": 0.3, "dead_after_seconds": 1.5}

if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    settings = Settings.load()
    configure_logging("INFO", "json")
    assert settings.database_url
    connect(settings.database_url)
    QueueProcessor(settings, **({} if os.environ.get("DEFAULT_PACE") else HURRIED)).run()
